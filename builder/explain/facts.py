"""An explanation as far as the graph alone gives it: of a node of a report, or of the merged layer."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from pyoxigraph import NamedNode, Store

from builder.errors import QueryError
from builder.explain.asking import ask, shortened
from builder.explain.explanation import Explanation, Member, Property, Quote, Told, Value
from builder.model import Article
from builder.rdf import report_iri

Row = dict[str, str]
LATER = "only the text of the report says why; give it with --document"
OF_MEMBERS = "no report says it; explain a member to see why"


@cache
def _rules() -> Mapping[str, Any]:
    return dict(json.loads((files(__package__) / "rules.json").read_text(encoding="utf-8")))


def explain(snapshot: Store, iri: str) -> Explanation:
    """Explain a node by what the graph holds.

    Raises `QueryError` if the IRI is malformed, or nothing in the store has it.
    """
    try:
        NamedNode(iri)
    except ValueError as error:
        raise QueryError(f"{iri}: is no IRI; give the whole of it, as polemos query prints it") from error
    rows = ask(snapshot, "values", [iri])
    if not rows:
        raise QueryError(
            f"{iri}: no such node in the store; find one with polemos query, or build the report that has it"
        )
    is_merged = any("graph" not in row for row in rows)
    return _merged(snapshot, iri, rows) if is_merged else _of_report(snapshot, iri, rows)


def _of_report(snapshot: Store, iri: str, rows: list[Row]) -> Explanation:
    graphs = [row["graph"] for row in rows]
    graph = iri if iri in graphs else graphs[0]  # of builds, too, a report is told in another graph
    quotes = _quotes(snapshot, [iri, *(row["value"] for row in rows if row["value"].startswith(graph))])
    sentences = {quote.sentence for quote in quotes[iri, "evidence"]}
    properties = [
        Property(
            name, tuple(_value(row, _near(quotes[row["value"], "evidence"], sentences)) for row in found)
        )
        for name, found in _by_property(rows).items()
    ]
    evidence = Property(
        "plm:evidence", tuple(Value(f"“{q.words}”", quotes=(q,)) for q in quotes[iri, "evidence"])
    )
    empty = _empty(snapshot, rows, {each.name for each in properties}, LATER)
    return Explanation(
        iri,
        _label(rows),
        _classes(rows),
        _told(snapshot, graph),
        properties=(*([evidence] if evidence.values else []), *properties, *_reasoned(empty, rows)),
    )


def _value(row: Row, quotes: tuple[Quote, ...]) -> Value:
    return Value(shortened(row["value"]), row.get("label", ""), quotes)


def _near(quotes: Iterable[Quote], sentences: set[str]) -> tuple[Quote, ...]:
    """Keep the words that stand in one of the sentences of the node that they fill a role of."""
    return tuple(quote for quote in quotes if quote.sentence in sentences)


def _by_property(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["property"], row["value"])):
        name = shortened(row["property"])
        same = [other for other in found[name] if other["value"] == row["value"]] if name in found else []
        if name not in _rules()["not_explained"] and not same:
            found[name].append(row)
    return dict(sorted(found.items(), key=lambda item: (item[0] != "rdfs:label", item[0])))


def _label(rows: Iterable[Row]) -> str:
    return next((row["value"] for row in rows if shortened(row["property"]) == "rdfs:label"), "")


def _classes(rows: Iterable[Row]) -> tuple[str, ...]:
    types = {row["value"] for row in rows if shortened(row["property"]) == "rdf:type"}
    return tuple(sorted(map(shortened, types)))


def _quotes(snapshot: Store, iris: Iterable[str]) -> dict[tuple[str, str], tuple[Quote, ...]]:
    """Give the words behind some nodes, by node and by whether they are its evidence or a cue."""
    found: dict[tuple[str, str], list[Quote]] = defaultdict(list)
    rows = ask(snapshot, "quotes", dict.fromkeys(iris))
    around = ask(snapshot, "sentences", dict.fromkeys(row["mention"] for row in rows))
    sentences = {row["mention"]: row["sentence"] for row in around}
    for row in rows:
        sentence = sentences.get(row["mention"], "")
        quote = Quote(row["words"], sentence, int(row["start"]), int(row["end"]))
        found[row["node"], shortened(row["by"]).removeprefix("plm:")].append(quote)
    ordered = {
        key: tuple(sorted(set(quotes), key=lambda q: (q.start, q.end))) for key, quotes in found.items()
    }
    return defaultdict(tuple, ordered)


def _told(snapshot: Store, report: str) -> Told:
    said = _said_of_itself(snapshot, report)
    version = next((row["version"] for row in ask(snapshot, "version", [report])), "")
    return Told(
        report,
        title=said.get("dcterms:title", ""),
        publisher=said.get("dcterms:publisher", ""),
        issued=said.get("dcterms:issued", ""),
        source=said.get("dcterms:source", ""),
        built_with=version,
    )


def _said_of_itself(snapshot: Store, report: str) -> dict[str, str]:
    return {shortened(row["property"]): row["value"] for row in ask(snapshot, "report", [report])}


def _empty(snapshot: Store, rows: Iterable[Row], filled: set[str], why: str) -> list[Property]:
    """List the properties that the ontology gives to the classes of a node and that have no value."""
    classes = {row["value"] for row in rows if shortened(row["property"]) == "rdf:type"}
    names = {shortened(row["property"]) for row in ask(snapshot, "expected", classes)}
    if "plm:Place" in map(shortened, classes):
        names |= set(_rules()["expected_of_places"])
    names -= {*filled, *_rules()["not_explained"], *_rules()["of_the_gazetteer_alone"]}
    return [Property(name, why_empty=why) for name in sorted(names)]


def _reasoned(empty: Iterable[Property], rows: list[Row]) -> list[Property]:
    """Put in the reasons that the graph alone shows."""
    values = defaultdict(list)
    for row in rows:
        values[shortened(row["property"])].append(shortened(row["value"]))
    known = {}
    if words := values["plm:timeExpression"]:
        known["plm:startDate"] = f"not resolvable: “{'”, “'.join(words)}” gives no date"
    if not values["plm:perpetrator"]:
        known["plm:perpetratorBasis"] = "there is no perpetrator"
    return [Property(each.name, why_empty=known.get(each.name, each.why_empty)) for each in empty]


# The merged layer


def _merged(snapshot: Store, iri: str, rows: list[Row]) -> Explanation:
    kept = [row for row in rows if "graph" not in row]
    iris = [row["value"] for row in kept if shortened(row["property"]) == "prov:wasDerivedFrom"]
    said = {member: ask(snapshot, "values", [member]) for member in sorted(iris)}
    standing = _standing(snapshot, (row["value"] for found in said.values() for row in found))
    properties = tuple(_chosen(name, kept, said, standing) for name in _names(kept, said.values()))
    empty = _empty(snapshot, kept, {each.name for each in properties}, OF_MEMBERS)
    return Explanation(
        iri,
        _label(kept),
        _classes(kept),
        members=_members(snapshot, iri, said),
        properties=(*properties, *empty),
    )


def _standing(snapshot: Store, values: Iterable[str]) -> dict[str, str]:
    """Give the merged node that stands for each value that is a node of a report."""
    nodes = [
        value
        for value in set(values)
        if value.startswith(("http://", "https://", "urn:")) and " " not in value
    ]
    return {row["node"]: row["merged"] for row in ask(snapshot, "derived", nodes)}


def _names(kept: list[Row], said: Iterable[list[Row]]) -> list[str]:
    names = {**_by_property(kept), **_by_property(row for rows in said for row in rows)}
    return sorted(names, key=lambda name: (name != "rdfs:label", name))


def _chosen(
    name: str, kept: list[Row], said: Mapping[str, list[Row]], standing: Mapping[str, str]
) -> Property:
    """Set the values that the merged layer has of a property beside those that its members have."""
    have: dict[str, list[str]] = defaultdict(list)
    labels: dict[str, str] = {}
    for member, rows in said.items():
        for row in rows:
            if shortened(row["property"]) == name:
                value = standing.get(row["value"], row["value"])
                have[value] += [member] if member not in have[value] else []
                labels.setdefault(value, row.get("label", ""))
    taken = {row["value"]: row.get("label", "") for row in kept if shortened(row["property"]) == name}
    rule = _rules()["chosen"].get(name, _rules()["others"])
    return Property(
        name,
        tuple(
            Value(
                shortened(value),
                taken.get(value) or labels.get(value, ""),
                (),
                tuple(have[value]),
                value in taken,
                rule,
            )
            for value in sorted({*taken, *have})
        ),
    )


def _members(snapshot: Store, iri: str, said: Mapping[str, list[Row]]) -> tuple[Member, ...]:
    quotes = _quotes(snapshot, said)
    links = ask(snapshot, "links", [iri])
    members = []
    for member, rows in said.items():
        found = [link for link in links if link["member"] == member]
        graph = next((row["graph"] for row in rows if "graph" in row), "")
        members.append(
            Member(
                member,
                _told(snapshot, graph) if graph else Told(""),
                quotes[member, "evidence"],
                found[0]["score"] if found else "",
                tuple(sorted({link["reason"] for link in found})),
            )
        )
    return tuple(members)


# The text


def stored_article(snapshot: Store, report: str) -> Article | None:
    """Give the article that a report was read from, where the graph holds its text.

    None where it does not, or holds another: the IRI of a report is made from the hash of its content.
    """
    said = _said_of_itself(snapshot, report)
    if "plm:text" not in said:
        return None
    base, _, name = report.rpartition("report/")
    identifier = said.get("dcterms:identifier")
    # One that was not given is the end of the report's own IRI.
    for known in (None, identifier) if identifier == name else (identifier,):
        article = Article(
            said["plm:text"],
            title=said.get("dcterms:title"),
            published=_published(said.get("dcterms:issued")),
            publisher=said.get("dcterms:publisher"),
            source=said.get("dcterms:source"),
            language=said.get("dcterms:language", "en"),
            identifier=known,
        )
        if report_iri(article, base=base).value == report:
            return article
    return None


def _published(issued: str | None) -> date | datetime | None:
    if issued is None:
        return None
    return datetime.fromisoformat(issued) if "T" in issued else date.fromisoformat(issued)
