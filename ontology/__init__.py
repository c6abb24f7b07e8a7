"""The vocabulary of Polemos as data, and where its files lie.

`polemos.ttl` holds the classes, properties and individuals, `types.ttl` and `mentions.ttl` the concepts,
`alignments.ttl` the links to other vocabularies, `shapes.ttl` what a graph must look like,
`context.jsonld` the names for JSON-LD. Importing this package reads none of them.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files as resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rdflib import Graph

NAMESPACE: Final = "https://w3id.org/polemos/ontology#"
# The name of the ontology itself, and of the named graph that holds it in a store.
ONTOLOGY: Final = "https://w3id.org/polemos/ontology"

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "plm": NAMESPACE,
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "prov": "http://www.w3.org/ns/prov#",
        "dcterms": "http://purl.org/dc/terms/",
        "oa": "http://www.w3.org/ns/oa#",
        "sem": "http://semanticweb.cs.vu.nl/2009/11/sem/",
        "schema": "https://schema.org/",
        "time": "http://www.w3.org/2006/time#",
        "org": "http://www.w3.org/ns/org#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "void": "http://rdfs.org/ns/void#",
        "foaf": "http://xmlns.com/foaf/0.1/",
    }
)


_CONCEPTS: Final = ("types.ttl", "mentions.ttl")
# The files that declare terms.
TERMS: Final = ("polemos.ttl", *_CONCEPTS)


class Terms:
    """The terms of the ontology as attributes, each its IRI; no `str`, whose own `count` would hide ours.

    >>> PLM.Attack, PLM.count
    ('https://w3id.org/polemos/ontology#Attack', 'https://w3id.org/polemos/ontology#count')
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> str:
        # Python and its tools ask objects for dunder names of their own; none of those is a term.
        if name.startswith("__"):
            raise AttributeError(name)
        return NAMESPACE + name


PLM: Final = Terms()


def path(name: str) -> Path:
    """Say where a file of the ontology lies, also when the package is installed.

    >>> path("shapes.ttl").is_file()
    True
    """
    return Path(str(resources(__name__))) / name


def files() -> tuple[Path, ...]:
    """List the Turtle files of the ontology, in a fixed order; the gazetteer is not among them.

    >>> [file.name for file in files()]
    ['alignments.ttl', 'mentions.ttl', 'polemos.ttl', 'shapes.ttl', 'types.ttl']
    """
    return tuple(sorted(path("").glob("*.ttl")))


def graph() -> "Graph":
    """Read all of `files()` into one new rdflib graph, which the caller may change.

    rdflib is imported only here, since that alone takes longer than all else in the package.
    """
    from rdflib import Graph  # noqa: PLC0415 - see the docstring

    whole = Graph()
    for file in files():
        whole.parse(file, format="turtle")
    return whole


@cache
def broader() -> Mapping[str, str]:
    """Give each concept that has a parent, and that parent, by local name (`skos:broader`).

    >>> broader()["CarBomb"]
    'Bomb'
    """
    return _column("types.ttl", "broader")


@cache
def ancestors(concept: str) -> tuple[str, ...]:
    """Give a concept and those that it is a kind of, the narrowest first, by local name.

    >>> ancestors("CarBomb")
    ('CarBomb', 'Bomb', 'Explosive')
    """
    parent = broader().get(concept)
    return (concept, *(ancestors(parent) if parent else ()))


@cache
def labels() -> Mapping[str, str]:
    """Give the English label of each class, property, individual and concept, by local name.

    >>> labels()["CarBomb"], labels()["inRetaliationFor"]
    ('car bomb', 'in retaliation for')
    """
    columns = (_column(file, "label") for file in TERMS)
    return MappingProxyType({name: label for column in columns for name, label in column.items()})


@cache
def notations(scheme: str) -> Mapping[str, str]:
    """Give the first code of each concept in a scheme that is noted, by local name.

    >>> notations("cameoNotation")["AirStrike"]
    '195'
    """
    from pyoxigraph import Literal, parse  # noqa: PLC0415 - see `_column`

    found: dict[str, str] = {}
    for quad in (quad for file in _CONCEPTS for quad in parse(path=str(path(file)))):
        code = quad.object
        if isinstance(code, Literal) and code.datatype.value == NAMESPACE + scheme:
            found.setdefault(quad.subject.value.removeprefix(NAMESPACE), code.value)
    return MappingProxyType(found)


def _column(file: str, predicate: str) -> Mapping[str, str]:
    """Read the objects of one property, `label` or `broader`, by the local name of their subject."""
    from pyoxigraph import parse  # noqa: PLC0415 - a C library that most importers do not need

    iri = PREFIXES["rdfs" if predicate == "label" else "skos"] + predicate
    return MappingProxyType(
        {
            quad.subject.value.removeprefix(NAMESPACE): quad.object.value.removeprefix(NAMESPACE)
            for quad in parse(path=str(path(file)))
            if quad.predicate.value == iri and quad.subject.value.startswith(NAMESPACE)
        }
    )
