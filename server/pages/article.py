"""The text of a report with the words that were read from it marked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from server.pages.described import Described


@dataclass(frozen=True, slots=True, order=True)
class Quote:
    """Words of a report and the sentence around them: characters of its text, 0-based, end exclusive."""

    start: int
    end: int
    words: str
    sentence: str
    report: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a text: whether it is of a sentence that says something, and whether of its very words.

    `nodes` are the nodes that the words tell of; `start` is where the segment begins in the text.
    """

    text: str
    start: int
    is_said: bool
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a report, cut where the words begin and end that tell something.

    `start` is where the first of them begins in the text.
    """

    report: str
    start: int
    parts: tuple[Segment, ...]


def quotes(graph: Described, told: str, node: str = "") -> list[Quote]:
    """Give the words that a node of a report was read from, in the order of the text."""
    return sorted({_quote(graph, mention, node or told) for mention in graph.all(told, "plm:evidence")})


def _quote(graph: Described, mention: str, node: str) -> Quote:
    target = graph.one(mention, "oa:hasTarget")
    selectors = graph.all(target, "oa:hasSelector")
    found = {
        name: next(filter(None, (graph.one(selector, name) for selector in selectors)), "")
        for name in ("oa:start", "oa:end", "oa:exact")
    }
    return Quote(
        int(found["oa:start"] or -1),
        int(found["oa:end"] or -1),
        found["oa:exact"],
        graph.one(mention, "plm:sentence"),
        graph.one(target, "oa:hasSource"),
        node,
    )


def passages(found: Iterable[Quote]) -> list[Passage]:
    """Give each sentence once, with all words marked that are quoted from it, in the order of the quotes.

    >>> sentence = "A bomb fell."
    >>> said = [Quote(8, 12, "bomb", sentence, "r", "n"), Quote(13, 17, "fell", sentence, "r", "n")]
    >>> [[(part.text, bool(part.nodes)) for part in passage.parts] for passage in passages(said)]
    [[('A ', False), ('bomb', True), (' ', False), ('fell', True), ('.', False)]]
    """
    by_sentence: dict[tuple[str, str], list[Quote]] = {}
    for quote in found:
        by_sentence.setdefault((quote.report, quote.sentence or quote.words), []).append(quote)
    return [
        Passage(report, said[0].start, tuple(segments(sentence, _within(sentence, said))))
        for (report, sentence), said in by_sentence.items()
    ]


def _within(sentence: str, found: list[Quote]) -> list[Quote]:
    """Count the places of quotes from where their sentence begins; none where it does not have them all."""
    begins = (found[0].start - each.start() for each in re.finditer(re.escape(found[0].words), sentence))
    moved = ([replace(quote, start=quote.start - at, end=quote.end - at) for quote in found] for at in begins)
    fits = (said for said in moved if all(sentence[each.start : each.end] == each.words for each in said))
    return next(fits, [])


def segments(text: str, found: Iterable[Quote]) -> list[Segment]:
    """Cut a text where marks begin and end.

    >>> [(part.text, part.is_said) for part in segments("Calm. A bomb fell.", [Quote(8, 12, "bomb",
    ...     "A bomb fell.", "r", "n")])]
    [('Calm. ', False), ('A ', True), ('bomb', True), (' fell.', True)]
    """
    known = [quote for quote in found if 0 <= quote.start < quote.end <= len(text)]
    sentences = [_sentence(text, quote) for quote in known]
    cuts = {0, len(text), *(place for span in sentences for place in span)}
    cuts |= {place for quote in known for place in (quote.start, quote.end)}
    places = sorted(cuts)
    return [
        Segment(
            text[start:end],
            start,
            any(first <= start < last for first, last in sentences),
            tuple(dict.fromkeys(quote.node for quote in known if quote.start <= start < quote.end)),
        )
        for start, end in pairwise(places)
    ]


def _sentence(text: str, quote: Quote) -> tuple[int, int]:
    """Find the sentence of a quote around its words; the words alone where the text has it differently."""
    length = len(quote.sentence)
    start = text.rfind(quote.sentence, 0, quote.start + length) if length else -1
    is_around = start != -1 and start <= quote.start and quote.end <= start + length
    return (start, start + length) if is_around else (quote.start, quote.end)
