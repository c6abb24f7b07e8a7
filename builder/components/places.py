"""Toponyms linked to GeoNames: country and province by the gazetteer, settlements by their context.

A name that several settlements bear goes to the one in the country that the text names beside it, then to
one in a country that the document speaks of, then to the most populous. A name that nothing knows stays
without a point.
"""

from collections import Counter
from dataclasses import dataclass
from math import log10

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, register_extensions
from builder.gazetteer import NAMESPACE, Entry, load_gazetteer
from builder.geonames import Candidate, open_index
from builder.model import Precision
from builder.patterns import load

COUNTRY = f"{NAMESPACE}country-"
PRECISIONS = frozenset(Precision)
WORDS = load("places")
APPOSING = frozenset(WORDS["apposing"])
CAPITALS = frozenset(WORDS["capitals"])
# Weights of the evidence for one settlement of a name, in powers of ten of population: a country named in the
# apposition outweighs any city, one named elsewhere in the document a city ten thousand times as large.
BESIDE = 10.0
IN_DOCUMENT = 4.0
PRIMARY_NAME = 1.0
APPOSITION = 4  # tokens after a toponym in which its country begins: ", in northern Mali"
# Below these populations a settlement in a country that the document never names is noise: the name is more
# often that of a place too small for GeoNames' extract. Chosen on the development articles.
SMALLEST_ELSEWHERE = 50_000
SMALLEST_ALTERNATE = 500_000


@dataclass(frozen=True, slots=True)
class PlaceLink:
    """What a toponym was linked to. `province` is the gazetteer's entry around a settlement, if known."""

    label: str
    country: str | None
    precision: Precision | None
    geonames: int | None = None
    point: tuple[float, float] | None = None
    entry: Entry | None = None
    province: Entry | None = None


def countries_of(doc: Doc) -> Counter[str]:
    """How often each country is named in a document: itself, by demonym, or by what is known to be of it."""
    counts: Counter[str] = Counter(doc._.demonyms.values())
    for name in doc._.names:
        found = {entry.country for entry in name.entries if entry.country}
        if len(found) == 1:
            counts.update(found)
    return counts


def from_entry(entry: Entry) -> PlaceLink:
    """The link to a country, province or district of the gazetteer."""
    precision = Precision.COUNTRY if is_country(entry) else None
    if entry.type in PRECISIONS:
        precision = Precision(entry.type)
    return PlaceLink(entry.label, entry.country, precision, entry.geonames, entry.point, entry)


def is_country(entry: Entry) -> bool:
    """Whether an entry is of a country as a place, which is none of the state's."""
    return entry.iri.startswith(COUNTRY)


def from_candidate(candidate: Candidate) -> PlaceLink:
    """The link to one settlement of GeoNames."""
    province = load_gazetteer().provinces.get((candidate.country, candidate.admin1 or ""))
    return PlaceLink(
        label=candidate.name,
        country=candidate.country,
        precision=Precision.SETTLEMENT,
        geonames=candidate.geonames,
        point=candidate.point,
        province=province,
    )


def best_candidate(name: str, beside: str | None, counts: Counter[str]) -> Candidate | None:
    """The settlement that a name most likely means, or None where the evidence is too thin."""

    def weight(candidate: Candidate) -> float:
        return (
            log10(candidate.population + 1)
            + BESIDE * (candidate.country == beside)
            + IN_DOCUMENT * (candidate.country in counts)
            + PRIMARY_NAME * candidate.primary
        )

    best = max(open_index().lookup(name), key=weight, default=None)
    if best is None or best.country in counts or best.country == beside:
        return best
    is_large = best.population >= (SMALLEST_ELSEWHERE if best.primary else SMALLEST_ALTERNATE)
    return best if is_large and not (counts and not best.primary) else None


def _country_beside(doc: Doc, mention: EntityMention) -> str | None:
    """The country in the apposition after a toponym: "Tripoli, Lebanon", "Sirte in Libya"."""
    mentions: dict[int, EntityMention] = doc._.mentions
    for i in range(mention.end, min(mention.end + APPOSITION, len(doc))):
        if doc[i].text not in APPOSING:
            follower = mentions.get(i) or mentions.get(i + 1)
            return None if follower is None else _country_of(follower)
    return None


def _country_of(mention: EntityMention) -> str | None:
    """The country that a place name beside another gives: its own, or that of a province or district."""
    if mention.type == "country":
        return mention.country
    is_described = mention.type == "province" and mention.noun
    text = mention.label.rpartition(" ")[0] if is_described else mention.label
    entries = _places_named(mention) or load_gazetteer().find(text, kind="Place")
    return next((entry.country for entry in entries if entry.type in ("province", "district")), None)


def _places_named(mention: EntityMention) -> list[Entry]:
    entries = mention.name.entries if mention.name is not None else ()
    return [entry for entry in entries if entry.kind == "Place"]


def link(doc: Doc, mention: EntityMention, counts: Counter[str]) -> PlaceLink | None:
    """What one mention of a place is linked to; None for a bare description such as "the area".

    `counts` is how often the document names each country, from `countries_of`.
    """
    if mention.name is None:
        return _link_capital(mention, counts)
    text = doc[mention.name.start : mention.name.end].text
    bare = _without_noun(text, mention.noun)
    described = mention.type if mention.noun else None
    beside = _country_beside(doc, mention)
    settlement = None if described == "province" else best_candidate(bare, beside, counts)
    places = _places_named(mention) or _gazetteer_places(text, bare, described)
    if beside is not None:
        places = [entry for entry in places if entry.country in (None, beside)]
    if places and not _is_city_of(settlement, places):
        return from_entry(next((entry for entry in places if entry.country in counts), places[0]))
    if settlement is not None and described in (None, "settlement"):
        return from_candidate(settlement)
    precision = Precision(described) if described in PRECISIONS else None
    return PlaceLink(text, beside, precision)


def _is_city_of(settlement: Candidate | None, places: list[Entry]) -> bool:
    """Whether a province's name is its city's too, which a bare name then means: "Aleppo", "Baghdad"."""
    provinces = [entry for entry in places if entry.type == Precision.PROVINCE]
    return settlement is not None and any(entry.country == settlement.country for entry in provinces)


def _without_noun(text: str, noun: str) -> str:
    """The proper part of "Idlib province"."""
    return text[: -len(noun)].strip() if noun and text.lower().endswith(f" {noun}") else text


def _gazetteer_places(text: str, bare: str, precision: str | None) -> list[Entry]:
    """The places that bear a name, with its noun or without; of one precision if that is given."""
    find = load_gazetteer().find
    found = find(text, kind="Place") or find(bare, kind="Place")
    return [entry for entry in found if precision in (None, entry.type)]


def _link_capital(mention: EntityMention, counts: Counter[str]) -> PlaceLink | None:
    """The city that "the Iraqi capital" is; "the capital" is that of the country named most."""
    if mention.noun not in CAPITALS:
        return None
    iso = mention.country or next((code for code, _ in counts.most_common(1)), None)
    country = load_gazetteer().countries.get(iso or "")
    if country is None or country.capital is None:
        return None
    candidate = best_candidate(country.capital, iso, counts)
    return None if candidate is None else from_candidate(candidate)


@Language.factory(
    "polemos_places", requires=["doc._.mentions", "doc._.names", "doc._.demonyms"], assigns=["doc._.places"]
)
def create_places(nlp: Language, name: str) -> "PlaceLinker":
    """Make the component; it has no settings."""
    register_extensions()
    return PlaceLinker()


class PlaceLinker:
    """Writes `doc._.places`: the link of each mention of a place, by the token of its head."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        counts = countries_of(doc)
        places = (m for m in doc._.mentions.values() if m.category is Category.PLACE)
        linked = {mention.root: link(doc, mention, counts) for mention in places}
        doc._.places = {root: found for root, found in linked.items() if found is not None}
        return doc
