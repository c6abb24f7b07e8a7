"""Toponyms linked to GeoNames and the gazetteer: countries, provinces, districts, settlements.

A name that several places bear goes to the one in the country or province that the text names beside it,
there or another time, then to one in a country or province, or near a place, that the document speaks of,
then to the most populous. A name that nothing knows stays without a point.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from spacy.language import Language
from spacy.tokens import Doc

from builder.components.annotations import Category, EntityMention, register_extensions
from builder.components.surroundings import distance_before, region_around
from builder.components.toponyms import (
    DIVISIONS,
    NARROW,
    PRECISIONS,
    SMALLEST_ELSEWHERE,
    Bearer,
    Evidence,
    PlaceLink,
    Region,
    bearers,
    best_bearer,
    from_candidate,
    is_country,
)
from builder.gazetteer import Entry, load_gazetteer, normalise_name
from builder.geonames import Candidate, open_index
from builder.model import Precision
from builder.patterns import load

WORDS = load("places")
APPOSING = frozenset(WORDS["apposing"])
CAPITALS = frozenset(WORDS["capitals"])
OTHER_CAPITALS = frozenset(WORDS["other_capitals"])
WIDE = DIVISIONS | {Precision.COUNTRY}
APPOSITION = 4  # tokens after a toponym in which its country begins: ", in northern Mali"


def countries_of(doc: Doc, *, by_places: bool = True) -> Counter[str]:
    """How often each country is named in a document: itself, by demonym, or by what is known to be of it.

    Without `by_places` its towns and provinces do not count, whose names may be those of others.
    """
    counts: Counter[str] = Counter(doc._.demonyms.values())
    for name in doc._.names:
        if not by_places and name.entries and all(_is_part_of_country(entry) for entry in name.entries):
            continue
        found = {entry.country for entry in name.entries if entry.country}
        if len(found) == 1:
            counts.update(found)
    return counts


LARGEST_VILLAGE = 50_000  # inhabitants: a namesake with more is another place than the village told of


def _is_part_of_country(entry: Entry) -> bool:
    return entry.kind == "Place" and not is_country(entry)


class Toponym:
    """One mention of a place by a name, and what may be meant."""

    def __init__(self, doc: Doc, mention: EntityMention) -> None:
        assert mention.name is not None
        self.mention = mention
        self.text = doc[mention.name.start : mention.name.end].text
        self.described = mention.type if mention.noun else None
        bare = _without_noun(self.text, mention.noun)
        self.key = normalise_name(bare)
        found = _all_bearers(mention, self.text, bare)
        self.bearers = self._fitting(
            [b for b in found if _is_small(b)] if _is_village(doc, mention) else found
        )
        self.beside = _region_beside(doc, mention, self.bearers)
        self.is_another = _is_another(doc, mention, self.bearers)

    def _fitting(self, found: list[Bearer]) -> list[Bearer]:
        """The bearers of the precision that a noun gives: "Idlib *province*"."""
        if self.described not in PRECISIONS:
            return [bearer for bearer in found if _is_called_so(bearer)]
        exact = [bearer for bearer in found if bearer.link.precision == self.described]
        # "county" is a province in one country and a district in another
        return exact or [bearer for bearer in found if {bearer.link.precision, self.described} <= DIVISIONS]

    @property
    def country(self) -> str | None:
        """The country that the name itself speaks for: that of the gazetteer, unless another may be meant."""
        own = {bearer.country for bearer in self.bearers if bearer.link.entry is not None}
        if len(own) != 1 or self.mention.type == "country":
            return None
        others = (bearer.population for bearer in self.bearers if bearer.country not in own)
        return own.pop() if max(others, default=0) < SMALLEST_ELSEWHERE else None

    @property
    def unknown(self) -> PlaceLink:
        """What is said of a place that nothing knows."""
        precision = Precision(self.described) if self.described in PRECISIONS else None
        return PlaceLink(self.text, None if self.beside is None else self.beside.country, precision)


def _is_village(doc: Doc, mention: EntityMention) -> bool:
    """Whether a name is introduced as a village's: "the border village *of Las Vegas*", "Boni village"."""
    before = [token.lower_ for token in doc[max(0, mention.start - 2) : mention.start]]
    return before[-1:] == ["village"] or before == ["village", "of"] or mention.noun == "village"


def _is_small(bearer: Bearer) -> bool:
    return bearer.link.precision is not Precision.SETTLEMENT or bearer.population <= LARGEST_VILLAGE


def _is_called_so(bearer: Bearer) -> bool:
    """Whether a bare name can mean a place: a district only by its main name, no "Norfolk *County*"."""
    return bearer.is_primary or bearer.link.precision is not Precision.DISTRICT


def _all_bearers(mention: EntityMention, text: str, bare: str) -> list[Bearer]:
    entries = _places_named(mention)
    find = load_gazetteer().find
    entries = entries or [*(find(text, kind="Place") or find(bare, kind="Place"))]
    found = bearers(text, entries)
    if text != bare:
        found += bearers(bare, ())
    return [*{bearer.link.geonames or bearer.link.label: bearer for bearer in reversed(found)}.values()][::-1]


def _places_named(mention: EntityMention) -> list[Entry]:
    entries = mention.name.entries if mention.name is not None else ()
    return [entry for entry in entries if entry.kind == "Place"]


def _without_noun(text: str, noun: str) -> str:
    """The proper part of "Idlib province"."""
    return text[: -len(noun)].strip() if noun and text.lower().endswith(f" {noun}") else text


# What stands beside


def _region_beside(doc: Doc, mention: EntityMention, found: list[Bearer]) -> Region | None:
    """The region in the apposition after a toponym: "Tripoli, Lebanon", "Sirte in Libya", "Paris, Texas"."""
    follower = _follower(doc, mention)
    region = None if follower is None else _region_of(doc, follower)
    if region is None or (_is_wide(found) and region.admin1 is None):
        return None  # countries beside each other are a list
    return region if any(region.holds(bearer) for bearer in found) or not found else None


def _is_another(doc: Doc, mention: EntityMention, found: list[Bearer]) -> bool:
    """Whether a name is of a place that nothing knows: "Kukawa *in Plateau*", with one in Borno alone."""
    told_in = mention.end < len(doc) and doc[mention.end].lower_ == "in"
    follower = _follower(doc, mention) if told_in else None
    region = None if follower is None else _region_of(doc, follower)
    return region is not None and bool(found) and all(region.excludes(bearer) for bearer in found)


def _follower(doc: Doc, mention: EntityMention) -> EntityMention | None:
    """The mention of a place that an apposition after a toponym begins with."""
    mentions: dict[int, EntityMention] = doc._.mentions
    for i in range(mention.end, min(mention.end + APPOSITION, len(doc))):
        if doc[i].text not in APPOSING:
            begun = (mentions[root] for root in range(i, min(i + APPOSITION, len(doc))) if root in mentions)
            return next((each for each in begun if each.start <= i + 1), None)  # "in *the Plateau state*"
    return None


def _is_wide(found: list[Bearer]) -> bool:
    """Whether a country, a continent or a region of the gazetteer bears the name."""
    wide = (Precision.COUNTRY, Precision.CONTINENT, None)
    return any(bearer.link.precision in wide for bearer in found)


def _region_of(doc: Doc, mention: EntityMention) -> Region | None:
    """The country or province that a place name beside another gives: its own, or that of a district."""
    if mention.name is None or mention.category is not Category.PLACE:
        return None
    if mention.type == "country" and mention.country is not None and len(_places_named(mention)) == 1:
        return Region(mention.country)
    wide = (bearer for bearer in Toponym(doc, mention).bearers if bearer.link.precision in WIDE)
    best = max(wide, key=lambda bearer: bearer.prior, default=None)
    return None if best is None or best.country is None else Region(best.country, best.admin1)


# The document


def _evidence(counts: Counter[str], links: Iterable[tuple[str, Bearer]], without: str = "") -> Evidence:
    """What a document names: `counts` by name and demonym, `links` by other toponyms than one."""
    others = {name: bearer for name, bearer in links if name != without}.values()
    countries = counts + Counter(bearer.country for bearer in others if bearer.country)
    provinces = Counter(bearer.region for bearer in others if bearer.admin1 is not None)
    narrow = (b for b in others if b.link.precision in NARROW)
    return Evidence(countries, provinces, tuple(b.link.point for b in narrow if b.link.point is not None))


def link_toponyms(toponyms: list[Toponym], counts: Counter[str]) -> dict[int, PlaceLink]:
    """What each toponym is linked to, by its head: first the sure ones, then all in their light."""
    beside = {each.mention.root: region for each, region in _besides(toponyms)}
    unknown = {each.key for each in toponyms if each.is_another}
    unlinked = {each.mention.root: each.unknown for each in toponyms if each.key in unknown}
    toponyms = [each for each in toponyms if each.key not in unknown]
    first = _evidence(counts, ())
    surely: list[tuple[str, Bearer]] = []
    for each in toponyms:
        best, is_sure = best_bearer(each.bearers, beside[each.mention.root], first)
        if best is not None and is_sure:
            surely.append((each.key, best))
    linked = {}
    for each in toponyms:
        light = _evidence(counts, surely, each.key)
        best, _ = best_bearer(each.bearers, beside[each.mention.root], light)
        linked[each.mention.root] = each.unknown if best is None else best.link
    return linked | unlinked


def _besides(toponyms: Iterable[Toponym]) -> Iterator[tuple[Toponym, Region | None]]:
    """Each toponym with the region beside it, else beside the last of its name: later mentions do without.

    Earlier ones may mean a namesake: "Tripoli … a relative in Tripoli, Lebanon".
    """
    found: dict[str, Region] = {}
    for each in sorted(toponyms, key=lambda each: each.mention.root):
        if each.beside is not None:
            found[each.key] = each.beside
        yield each, found.get(each.key)


def is_capital(link: PlaceLink | None) -> bool:
    """Whether a place is the capital of its country."""
    country = None if link is None else load_gazetteer().countries.get(link.country or "")
    return country is not None and link is not None and link.label == country.capital


def _is_other_capital(doc: Doc, mention: EntityMention) -> bool:
    """Whether a city is capital in another sense: "the country’s *financial* capital"."""
    return any(doc[i].lower_ in OTHER_CAPITALS for i in range(mention.start, mention.root))


def _is_named_next(doc: Doc, mention: EntityMention) -> bool:
    """Whether the name of a capital follows, so that no other is meant: "the capital *Kampala*"."""
    return mention.end < len(doc) and doc[mention.end].pos_ == "PROPN"


def _link_capital(mention: EntityMention, counts: Counter[str]) -> PlaceLink | None:
    """The city that "the Iraqi capital" is; "the capital" is that of the country named most."""
    if mention.noun not in CAPITALS or not (mention.definite or mention.country):
        return None  # "the first raid on *a* capital"
    iso = mention.country or next((code for code, _ in counts.most_common(1)), None)
    country = load_gazetteer().countries.get(iso or "")
    found = open_index().lookup(country.capital) if country is not None and country.capital else ()
    city = _capital(found, iso)
    return None if city is None else from_candidate(city)


def _capital(found: Iterable[Candidate], iso: str | None) -> Candidate | None:
    return next((candidate for candidate in found if candidate.country == iso), None)


def regions_around(doc: Doc) -> dict[int, PlaceLink | None]:
    """The region of what is told by its distance from a town, by the head of the town; None where unknown."""
    mentions: dict[int, EntityMention] = doc._.mentions
    found: dict[int, PlaceLink | None] = {}
    for root, link in doc._.places.items():
        point = link.point if link.precision in NARROW else None
        distance = None if point is None else distance_before(doc, mentions[root])
        if point is not None and distance is not None:
            found[root] = region_around(point, distance)
    return found


@Language.factory(
    "polemos_places",
    requires=["doc._.mentions", "doc._.names", "doc._.demonyms"],
    assigns=["doc._.places", "doc._.surroundings"],
)
def create_places(nlp: Language, name: str) -> "PlaceLinker":
    """Make the component; it has no settings."""
    register_extensions()
    return PlaceLinker()


class PlaceLinker:
    """Writes `doc._.places`: the link of each mention of a place, by the token of its head.

    `doc._.surroundings` has, for towns that only tell how far away something is, the region where that is.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        named_in_all = countries_of(doc)
        places = [m for m in doc._.mentions.values() if m.category is Category.PLACE]
        unnamed = (m for m in places if m.name is None and not _is_other_capital(doc, m))
        unnamed = (m for m in unnamed if not _is_named_next(doc, m))
        capitals = {m.root: _link_capital(m, named_in_all) for m in unnamed}
        toponyms = [Toponym(doc, m) for m in places if m.name is not None]
        counts = countries_of(doc, by_places=False)
        counts.update(each.country for each in toponyms if each.country is not None)
        named = link_toponyms(toponyms, counts)
        linked = dict(sorted(chain(capitals.items(), named.items())))
        doc._.places = {root: found for root, found in linked.items() if found is not None}
        doc._.surroundings = regions_around(doc)
        return doc
