"""The terms that a query may use, for the editor of the query page: ours, and those of others that we use."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

from flask import Blueprint, Response, jsonify
from pyoxigraph import parse

import ontology
from ontology import PREFIXES

blueprint = Blueprint("terms", __name__)

_RDF_TYPE: Final = PREFIXES["rdf"] + "type"
_LABEL: Final = PREFIXES["rdfs"] + "label"
_DEFINITION: Final = PREFIXES["skos"] + "definition"
_KINDS: Final = {
    PREFIXES["owl"] + "Class": "class",
    PREFIXES["owl"] + "ObjectProperty": "property",
    PREFIXES["owl"] + "DatatypeProperty": "property",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A class, a property or a concept: what a query calls it, and what it means."""

    iri: str
    kind: str
    label: str
    definition: str = ""


@blueprint.get("/terms.json")
def list_terms() -> Response:
    """List prefixes and terms in JSON."""
    return jsonify(prefixes=dict(PREFIXES), terms=[asdict(term) for term in terms()])


@cache
def terms() -> tuple[Term, ...]:
    """Give every term that the ontology declares, and those of other vocabularies that our JSON-LD names.

    >>> [term.kind for term in terms() if term.label in ("attack", "air strike", "mover")]
    ['class', 'property', 'concept']
    """
    return (*_declared(), *_borrowed())


def _declared() -> tuple[Term, ...]:
    """Read the terms of our namespace; what is neither class nor property is a concept, or used as one."""
    said: dict[str, dict[str, str]] = {}
    for quad in (quad for file in ontology.TERMS for quad in parse(path=str(ontology.path(file)))):
        if quad.subject.value.startswith(ontology.NAMESPACE):
            said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, quad.object.value)
    return tuple(
        Term(iri, _KINDS.get(facts[_RDF_TYPE], "concept"), facts[_LABEL], facts.get(_DEFINITION, ""))
        for iri, facts in said.items()
        if _LABEL in facts
    )


def _borrowed() -> tuple[Term, ...]:
    """Read the names of `context.jsonld` for terms of others, of which classes begin with a capital."""
    context = json.loads(ontology.path("context.jsonld").read_text(encoding="utf-8"))["@context"]
    found = {}
    for name, meaning in context.items():
        iri = meaning.get("@id", "") if isinstance(meaning, dict) else str(meaning)
        prefix, _, local = iri.partition(":")
        if prefix in PREFIXES and prefix != "plm":
            full = PREFIXES[prefix] + local
            found[full] = Term(full, "class" if local[0].isupper() else "property", name)
    return tuple(found.values())
