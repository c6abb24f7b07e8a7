"""A folder to publish: the data in several forms, described in DCAT and VoID, with checksums and a licence.

DIR/graph.nq.gz         the merged layer, the reports and the identity links
DIR/vocabulary.nq.gz    the ontology and the gazetteer
DIR/acled.csv, DIR/ucdp.csv, DIR/events.geojson
DIR/dataset.ttl         what it is, how much, of what, under which licence: DCAT 3 and VoID
DIR/README.md           the same for people
DIR/SHA256SUMS          for `sha256sum --check`
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple

import ontology
from builder.atomic import replacing
from builder.errors import SettingError
from builder.exports import acled, bulk, geojson, ucdp
from builder.exports.reading import ask, find_events, read_events
from builder.exports.records import EventRecord
from builder.exports.tables import write_table
from builder.rdf import DEFAULT_BASE, term
from builder.store import VOCABULARY

SPDX: Final = "http://spdx.org/rdf/terms#"
MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
# Each file with its media type, how it is packed, and what it is.
FILES: Final = {
    "graph.nq.gz": (
        "application/n-quads",
        True,
        "the merged layer, each report by itself, and why nodes are one",
    ),
    "vocabulary.nq.gz": ("application/n-quads", True, "the ontology and the gazetteer"),
    "acled.csv": ("text/csv", False, "events in the columns of ACLED, with the direction of attack"),
    "ucdp.csv": ("text/csv", False, "attacks with deaths in the columns of UCDP GED"),
    "events.geojson": ("application/geo+json", False, "events on a map"),
}


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a dataset: title, licence (an IRI), when it was made, and where it will be found."""

    title: str
    license: str
    issued: datetime
    url: str = ""
    base: str = DEFAULT_BASE


# Shows progress over events: what it is given, and how many there are.
Watch = Callable[[Iterator[EventRecord], int], Iterable[EventRecord]]


def write_dataset(
    snapshot: Store, folder: Path, about: Description, *, watch: Watch | None = None
) -> list[Path]:
    """Write a dataset into a new or empty folder; give its files. The same snapshot gives the same bytes.

    Raises `SettingError` if the folder holds something, or the licence or the address is no IRI.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise SettingError(f"{folder}: holds files already; name a new or an empty folder")
    for iri in filter(None, (about.license, about.url)):
        _node(iri)
    folder.mkdir(parents=True, exist_ok=True)
    _write_graphs(snapshot, folder)
    _write_events(snapshot, folder, about, watch or (lambda events, _: events))
    with replacing(folder / "dataset.ttl") as stream:
        prefixes = {**ontology.PREFIXES, "spdx": SPDX}
        ox.serialize(_described(snapshot, folder, about), stream, format=RdfFormat.TURTLE, prefixes=prefixes)
    _write_text(folder / "README.md", _readme(folder, about))
    names = (*FILES, "dataset.ttl", "README.md")
    _write_text(folder / "SHA256SUMS", "".join(f"{_digest(folder / name)}  {name}\n" for name in names))
    return [folder / name for name in (*names, "SHA256SUMS")]


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise SettingError(
            f"{iri}: is no IRI; give one such as https://creativecommons.org/licenses/by/4.0/"
        ) from error


def _write_graphs(snapshot: Store, folder: Path) -> None:
    names = sorted(snapshot.named_graphs(), key=str)
    parts = {
        "graph.nq.gz": (DefaultGraph(), *(name for name in names if name not in VOCABULARY)),
        "vocabulary.nq.gz": tuple(name for name in names if name in VOCABULARY),
    }
    for file, graphs in parts.items():
        quads = (quad for name in graphs for quad in snapshot.quads_for_pattern(None, None, None, name))
        bulk.write_quads(folder / file, quads)


def _write_events(snapshot: Store, folder: Path, about: Description, watch: Watch) -> None:
    found = find_events(snapshot)
    timestamp = int(about.issued.timestamp())
    for name in ("acled.csv", "ucdp.csv", "events.geojson"):
        events = watch(read_events(snapshot, found), len(found))
        with replacing(folder / name) as stream:
            match name:
                case "acled.csv":
                    write_table(acled.rows(events, timestamp=timestamp), acled.COLUMNS, stream)
                case "ucdp.csv":
                    write_table(ucdp.rows(events), ucdp.COLUMNS, stream)
                case _:
                    geojson.write_map(events, stream)


def _write_text(file: Path, text: str) -> None:
    with replacing(file) as stream:
        stream.write(text.encode())


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# The description


def _described(snapshot: Store, folder: Path, about: Description) -> Iterator[Triple]:
    """Describe the dataset in DCAT 3 and VoID: https://www.w3.org/TR/vocab-dcat-3/, …/TR/void/."""
    dataset = NamedNode(f"{about.base}dataset")
    issued = about.issued.astimezone(UTC).isoformat().replace("+00:00", "Z")
    first, last = next(iter(ask(snapshot, "coverage")), (None, None))
    period = NamedNode(f"{dataset.value}#period")
    yield from _say(
        dataset,
        ("rdf:type", term("dcat:Dataset")),
        ("rdf:type", term("void:Dataset")),
        ("dcterms:title", Literal(about.title, language="en")),
        ("dcterms:license", NamedNode(about.license)),
        ("dcterms:issued", Literal(issued, datatype=term("xsd:dateTime"))),
        ("dcterms:conformsTo", NamedNode(ontology.ONTOLOGY)),
        ("void:uriSpace", Literal(about.base)),
        (
            "void:triples",
            Literal(sum(1 for _ in snapshot.quads_for_pattern(None, None, None, DefaultGraph()))),
        ),
        ("void:vocabulary", NamedNode(ontology.ONTOLOGY)),
    )
    if first is not None and last is not None:
        yield Triple(dataset, term("dcterms:temporal"), period)
        yield from _say(
            period,
            ("rdf:type", term("dcterms:PeriodOfTime")),
            ("dcat:startDate", _date(first.value)),
            ("dcat:endDate", _date(last.value)),
        )
    for name, count in ask(snapshot, "classes"):
        part = NamedNode(f"{dataset.value}#{name.value.rpartition('#')[2]}")
        yield Triple(dataset, term("void:classPartition"), part)
        yield from _say(part, ("void:class", name), ("void:entities", count))
    for name in FILES:
        yield from _distribution(dataset, folder / name, about)


def _say(node: NamedNode, *facts: tuple[str, NamedNode | Literal]) -> Iterator[Triple]:
    yield from (Triple(node, term(name), value) for name, value in facts)


def _date(value: str) -> Literal:
    """Give a date of any precision its datatype."""
    kinds = {4: "gYear", 7: "gYearMonth", 10: "date"}
    return Literal(value, datatype=term(f"xsd:{kinds.get(len(value), 'dateTime')}"))


def _distribution(dataset: NamedNode, file: Path, about: Description) -> Iterator[Triple]:
    media_type, is_packed, text = FILES[file.name]
    node, sum_ = NamedNode(f"{dataset.value}#{file.name}"), NamedNode(f"{dataset.value}#{file.name}-sha256")
    yield Triple(dataset, term("dcat:distribution"), node)
    yield from _say(
        node,
        ("rdf:type", term("dcat:Distribution")),
        ("dcterms:title", Literal(file.name)),
        ("dcterms:description", Literal(text, language="en")),
        ("dcterms:license", NamedNode(about.license)),
        ("dcat:mediaType", NamedNode(MEDIA_TYPES + media_type)),
        ("dcat:byteSize", Literal(str(file.stat().st_size), datatype=term("xsd:nonNegativeInteger"))),
    )
    if is_packed:
        yield Triple(node, term("dcat:compressFormat"), NamedNode(f"{MEDIA_TYPES}application/gzip"))
    if about.url:
        address = NamedNode(f"{about.url.rstrip('/')}/{file.name}")
        yield Triple(node, term("dcat:downloadURL"), address)
        if file.name == "graph.nq.gz":
            yield Triple(dataset, term("void:dataDump"), address)
    spdx = {name: NamedNode(SPDX + name) for name in ("checksum", "Checksum", "algorithm", "checksumValue")}
    yield Triple(node, spdx["checksum"], sum_)
    yield Triple(sum_, term("rdf:type"), spdx["Checksum"])
    yield Triple(sum_, spdx["algorithm"], NamedNode(f"{SPDX}checksumAlgorithm_sha256"))
    yield Triple(sum_, spdx["checksumValue"], Literal(_digest(file), datatype=term("xsd:hexBinary")))


def _readme(folder: Path, about: Description) -> str:
    rows = "\n".join(
        f"| `{name}` | {(folder / name).stat().st_size:,} | {text} |" for name, (_, _, text) in FILES.items()
    )
    return (
        f"# {about.title}\n\nReports of armed conflict, read by Polemos into a knowledge graph; "
        f"{about.issued:%-d %B %Y}.\nLicence: <{about.license}>\n\n"
        f"| file | bytes | what |\n| --- | --- | --- |\n{rows}\n\n"
        "`dataset.ttl` describes it in DCAT and VoID; `sha256sum --check SHA256SUMS` checks the files.\n"
        "Tables and map are read from the merged layer by rule: every value has its sources in the graph.\n"
    )
