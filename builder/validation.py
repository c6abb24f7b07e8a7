"""All shapes of the ontology over a graph, by pySHACL: slower than `builder.shapes`, and complete."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat

import ontology

if TYPE_CHECKING:
    from rdflib import Graph


def violations(quads: Iterable[Quad]) -> Iterator[str]:
    """Check quads, whatever their graph, as one graph joined with the ontology; give a line a violation.

    Source: Shapes Constraint Language (SHACL), W3C Recommendation of 20 July 2017, as pySHACL implements it.
    """
    import pyshacl  # noqa: PLC0415 (rdflib and pySHACL are slow to load and needed only here)
    from rdflib import SH, Graph  # noqa: PLC0415

    triples = dict.fromkeys(quad.triple for quad in quads)
    # Whole, not as pySHACL's `ont_graph`: of that it takes the classes and leaves the concepts.
    data = Graph() + _ontology()
    data.parse(data=ox.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    conforms, report, _ = pyshacl.validate(data, shacl_graph=_ontology())
    if conforms:
        return
    for result in sorted(report.subjects(SH.resultMessage)):
        told = (report.value(result, name) for name in (SH.focusNode, SH.resultPath, SH.resultMessage))
        yield ": ".join(str(value) for value in told if value is not None)


@cache
def _ontology() -> "Graph":
    return ontology.graph()
