"""A process that makes the index of the newest snapshot and ends: minutes for a large one, out of the way."""

import os
import sys

from builder.errors import StoreError
from builder.index import make_index
from server.child import connect
from server.messages import Failure, Indexed, IndexStart
from server.sandbox import deny_network


def main() -> None:
    """Do what the parent says, when nothing else wants the processor."""
    line = connect()
    start: IndexStart = line.receive()
    deny_network()
    os.nice(19)
    try:
        line.send(Indexed(make_index(start.store)))
    except (StoreError, OSError) as error:
        sys.stderr.write(f"polemos: error: {error}\n")
        line.send(Failure(503, f"the index cannot be made: {type(error).__name__}"))


if __name__ == "__main__":
    main()
