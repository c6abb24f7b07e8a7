"""Writes to a store as `polemos build` does, version after version, until it is killed; run as a program.

It says what it has done: `replaced N` when a version is committed, `published N` when readers see it.
"""

import sys
import time
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from builder.store import Store

GRAPHS = tuple(f"urn:built:graph{number}" for number in range(3))
SIZE = 500  # quads of each graph: as many as a report comes to
PAUSE = 0.02  # seconds in which it can be killed between the two


def quads(graph: NamedNode | DefaultGraph, version: int) -> list[Quad]:
    """Give a graph in which all says the version."""
    subjects = (NamedNode(f"urn:built:{number}") for number in range(SIZE))
    return [Quad(subject, NamedNode("urn:built:is"), Literal(version), graph) for subject in subjects]


def main() -> None:
    path, version = Path(sys.argv[1]), int(sys.argv[2])
    graphs = [DefaultGraph(), *map(NamedNode, GRAPHS)]
    for number in range(version, version + 1000):  # it is killed long before
        with Store.open(path) as store:
            store.replace({graph: quads(graph, number) for graph in graphs[1:]})
            sys.stdout.write(f"replaced {number}\n")
            sys.stdout.flush()
            time.sleep(PAUSE)
            store.publish()
        sys.stdout.write(f"published {number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
