"""`polemos explain`: why a node says what it says, and why it does not say the rest."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import click

from builder.commands import options
from builder.commands.output import opened
from builder.errors import InputError
from builder.explain.explanation import Explanation, Property, Quote, Step, Value
from builder.explain.facts import explain as explain_facts
from builder.explain.facts import stored_article
from builder.model import Article
from builder.rdf import report_iri
from builder.settings import Recipe
from builder.store import open_snapshot

# The property that a step belongs to, where the components call it otherwise.
STEPS_OF: Final = {"event": "rdf:type", "plm:endDate": "plm:startDate", "plm:timeExpression": "plm:startDate"}
DERIVED: Final = "derived from what the components wrote of the event and its nodes"
# The steps that made the event itself are told with its evidence.
EVIDENCE: Final = ("event", "evidence")


@click.command(
    epilog=options.examples(
        "polemos explain --store store https://w3id.org/polemos/id/event/1f3c…",
        "polemos explain --store store --document seeds/01-mosul-base-rockets.md https://w3id.org/polemos/id/report/…",
        "polemos explain --store store --json https://w3id.org/polemos/id/place/geonames-99072",
    )
)
@click.argument("iri")
@options.STORE
@click.option(
    "--document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The document that the report was read from, where the store does not hold its text.",
)
@options.recipe
@options.PLACES
@click.option("--json", "as_json", is_flag=True, help="Write the explanation as JSON.")
@options.OUTPUT
def explain(
    iri: str,
    *,
    store: Path,
    document: Path | None,
    as_json: bool,
    output: Path | None,
    recipe: Recipe,
) -> None:
    """Say where each value of a node comes from, and why what is empty is empty.

    IRI is that of a node of a report: then the sentences, and the components and rules that read them, for
    which the text of the report is read again; or of a node of the merged layer: then its members, why they
    are one, and how each value was chosen.
    """
    snapshot = open_snapshot(store)
    found = explain_facts(snapshot, iri)
    if found.report is not None and found.report.iri != iri:
        report = found.report.iri
        article = stored_article(snapshot, report) if document is None else _article(document, report)
        if article is not None:
            found = _traced(found, article, recipe)
    with opened(output) as stream:
        text = (
            json.dumps(asdict(found), ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(found))
        )
        stream.write(f"{text}\n".encode())


def _article(document: Path, report: str) -> Article:
    """Read the article of a report from a document, which may hold several."""
    from builder.readers import read  # noqa: PLC0415 (the readers are slow to load)

    base = report.rpartition("report/")[0]
    for found in read([document]):
        if isinstance(found, Article) and report_iri(found, base=base).value == report:
            return found
    raise InputError(
        "is not what the report was read from: text or metadata differ", document, remedy=f"find {report}"
    )


def _traced(found: Explanation, article: Article, recipe: Recipe) -> Explanation:
    """Read the article again, and put what each component did to the node beside its values."""
    from builder.explain.tracing import trace  # noqa: PLC0415 (spaCy is slow to load)
    from builder.extraction import builder_version  # noqa: PLC0415
    from builder.pipeline import load_pipeline  # noqa: PLC0415

    nlp = load_pipeline(**asdict(recipe))
    assert found.report is not None
    key = unquote(found.iri.removeprefix(f"{found.report.iri}/"))
    traced = trace(nlp, article).get(key)
    notes = list(found.notes)
    if found.report.built_with and found.report.built_with != builder_version(nlp):
        notes.append("another version read the report for the store than has read it now; they may differ")
    if traced is None:
        return replace(found, notes=(*notes, "reading the text again did not give this node"))
    properties = [_with_steps(each, traced.steps, traced.absences) for each in found.properties]
    return replace(found, properties=tuple(properties), notes=tuple(notes))


def _with_steps(known: Property, steps: Iterable[Step], absences: Mapping[str, str]) -> Property:
    name = STEPS_OF.get(known.name, known.name) if known.values else known.name
    own = tuple(dict.fromkeys(step for step in steps if _property(step) == name))
    if known.values:
        return replace(known, steps=own or (Step("builder.report", name, "", DERIVED),))
    default = "no component found anything for it"
    why = absences.get(known.name.removeprefix("plm:"), absences.get(known.name, default))
    return replace(known, steps=own, why_empty=why)


def _property(step: Step) -> str:
    if step.property in EVIDENCE:
        return "plm:evidence"
    return step.property if ":" in step.property else f"plm:{step.property}"


# As text


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.iri}"
    yield f"  {found.label} ({', '.join(found.classes)})"
    if found.report is not None:
        told = found.report
        said = ", ".join(part for part in (told.publisher, told.issued) if part)
        yield f"  told in {told.iri}: {told.title}{f' ({said})' if said else ''}"
        if told.built_with:
            yield f"  read by {told.built_with}"
    yield from _member_lines(found)
    numbers = {member.iri: number for number, member in enumerate(found.members, start=1)}
    for each in found.properties:
        if each.values:
            yield f"\n{each.name}"
            yield from _value_lines(each, numbers)
    empty = [each for each in found.properties if not each.values]
    if empty:
        yield "\nEmpty"
        for each in empty:
            yield f"  {each.name}: {each.why_empty}"
            yield from (_step_line(step) for step in each.steps)
    yield from (f"\nNote: {note}" for note in found.notes)


def _member_lines(found: Explanation) -> Iterator[str]:
    if found.members:
        yield f"\nStands for {len(found.members)} of the nodes of reports"
    for number, member in enumerate(found.members, start=1):
        told = member.report
        yield f"  [{number}] {member.iri}"
        yield f"    {', '.join(part for part in (told.publisher, told.issued, told.title) if part)}"
        yield from (f"    {_quoted(quote)}" for quote in _first_of_each_sentence(member.quotes))
        if member.reasons:
            yield f"    one with the others: {', '.join(member.reasons)} (score {member.score})"


def _first_of_each_sentence(quotes: Iterable[Quote]) -> Iterator[Quote]:
    return iter({quote.sentence: quote for quote in reversed(tuple(quotes))}.values())


def _value_lines(known: Property, numbers: Mapping[str, int]) -> Iterator[str]:
    for value in known.values:
        yield f"  {_named(value)}"
        if value.members:
            yield f"    said by {', '.join(f'[{numbers[member]}]' for member in value.members)}"
        yield from (f"    {_quoted(quote)}" for quote in value.quotes)
    if known.values[0].rule:
        yield f"    rule: {known.values[0].rule}"
    yield from dict.fromkeys(_step_line(step) for step in known.steps)


def _named(value: Value) -> str:
    label = f" “{value.label}”" if value.label else ""
    return f"{value.value}{label}{'' if value.is_kept else ': left out'}"


def _step_line(step: Step) -> str:
    words = "".join(f" “{quote.words}”" for quote in step.quotes)
    did = "took back" if step.taken_back else "wrote"
    what = f" {did} {step.value}" if step.value else ""
    return f"    {step.component}{what}{f' from{words}' if words else ''}: {step.rule}"


def _quoted(quote: Quote) -> str:
    """Give the sentence with the words marked, and where they stand in the text."""
    sentence = " ".join(quote.sentence.split())
    words = " ".join(quote.words.split())
    marked = sentence.replace(words, f"[{words}]", 1) if words in sentence else f"[{words}] {sentence}"
    return f"{marked.strip()} ({quote.start}-{quote.end})"
