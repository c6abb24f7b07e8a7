"""The names that reports use for known actors, facilities, places and countries.

The data is Turtle under `ontology/gazetteer`, each entry with its source; `docs/gazetteer.md` says how to
add one.
`normalise_name` makes names comparable, `transliteration_key` makes spellings of one foreign name comparable.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

Facts: TypeAlias = Mapping[str, list[str]]  # local name of a property -> its values

NAMESPACE = "https://w3id.org/polemos/gazetteer/"
_COUNTRY = f"{NAMESPACE}country-"
_GEONAMES = "https://sws.geonames.org/"
_WKT_POINT = re.compile(r"POINT\s*\(\s*(\S+)\s+(\S+)\s*\)")

# Letters that Unicode does not decompose, and the marks that writers put in for hamza, ayn and apostrophes.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ə": "a"}
    | dict.fromkeys("'’‘ʻʼʿʾ`´′.\"“”", "")
    | dict.fromkeys("-‐‑‒–—_/,", " ")
)

_ARTICLES = frozenset("al el ul il an as ash ad adh ar at ath az en es esh ed er et ez".split())  # noqa: SIM905
_PARTICLES = {"bin": "bn", "ben": "bn", "ibn": "bn"} | dict.fromkeys(("abdel", "abdul", "abdal"), "abd")
# What romanisations of Arabic, Persian and Cyrillic names differ in, folded in this order; `x` stands for kh,
# `Y` for a y that is a consonant. Vowels fold to a, i and u.
_FOLDS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"tch", "ch"),
        (r"x", "ks"),
        (r"kh", "x"),
        (r"dzh|dj", "j"),
        (r"gh|ck|q|g|c(?!h)", "k"),
        (r"dh", "d"),
        (r"th", "t"),
        (r"ph", "f"),
        (r"w", "v"),
        (r"ullah$", "alla"),
        (r"(?<=a)h$|(?<=[iy]e)h$", ""),
        (r"[iy]+(?=[aou]|e$)", "Y"),
        (r"[ae]?[iy][eiy]*|ee", "i"),
        (r"[ae]+", "a"),
        (r"[ou]+", "u"),
        (r"(.)\1+", r"\1"),
    )
)
_FIRST_VOWEL = re.compile(r"^[^aiu]*[aiu]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One known thing.

    `kind` is the local name of its class, `type` that of its concept (of a place: its precision).
    `located_in` and `member_of` are IRIs of entries; `country` is an ISO 3166 alpha-2 code; `geonames` a
    GeoNames identifier; `point` is (longitude, latitude) in degrees; `admin1` the GeoNames code of a
    first-level division.
    """

    iri: str
    kind: str
    label: str
    aliases: tuple[str, ...] = ()
    type: str | None = None
    country: str | None = None
    located_in: str | None = None
    member_of: str | None = None
    geonames: int | None = None
    point: tuple[float, float] | None = None
    admin1: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The label, then the aliases."""
        return (self.label, *self.aliases)


@dataclass(frozen=True, slots=True)
class Country:
    """A country: `iso` is its ISO 3166 alpha-2 code (of former countries the code they had)."""

    iso: str
    label: str
    aliases: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    capital: str | None = None
    geonames: int | None = None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All entries, and the ways to find them.

    `entries` is by IRI, `countries` by ISO code; `demonyms` maps lower-cased demonyms to ISO codes; `names`
    maps normalised names to the entries that bear them; `provinces` maps (ISO code, GeoNames admin1 code)
    to first-level divisions.
    """

    entries: Mapping[str, Entry]
    countries: Mapping[str, Country]
    demonyms: Mapping[str, str]
    names: Mapping[str, tuple[Entry, ...]]
    provinces: Mapping[tuple[str, str], Entry]

    def find(self, text: str, *, kind: str | None = None) -> tuple[Entry, ...]:
        """Return the entries that `text`, as it is capitalised, may name; of one kind if that is given.

        An acronym matches only capitals ("IS", never "is"), any other name only text with a capital in it.

        >>> [entry.label for entry in load_gazetteer().find("U.S.", kind="State")]
        ['United States']
        >>> load_gazetteer().find("us")
        ()
        """
        found = self.names.get(normalise_name(text), ())
        return tuple(entry for entry in found if kind in (None, entry.kind) and _capitals_agree(entry, text))

    def nation_of(self, text: str) -> str | None:
        """Return the ISO code of the country that `text` names or whose people or adjective it is.

        >>> [load_gazetteer().nation_of(text) for text in ("Malian", "Iraqis", "US", "Britain", "us")]
        ['ML', 'IQ', 'US', 'GB', None]
        """
        if text[:1].isupper() and (iso := self.demonyms.get(text.lower())):
            return iso
        return next((entry.country for entry in self.find(text, kind="State")), None)


def normalise_name(text: str) -> str:
    """Make `text` comparable: case, accents, apostrophes and stops go, hyphens and blanks become one blank.

    >>> normalise_name("al-Qa’ida"), normalise_name("  Şırnak "), normalise_name("U.S.")
    ('al qaida', 'sirnak', 'us')
    """
    folded = text.casefold().translate(_LETTERS)
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded)
        folded = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(folded.split())


@cache
def transliteration_key(name: str) -> str:
    """Return a key that the usual romanisations of one name share: for comparing names, never for showing.

    Articles go, vowels after the first of a word mostly go, doubled consonants are one, q, g and k are one.
    The rules are our own, made on pairs of spellings that news uses; the tests list them.

    >>> transliteration_key("Qassem Soleimani") == transliteration_key("Qasim Suleimani")
    True
    >>> transliteration_key("al-Jadirya") == transliteration_key("Jadriya")
    True
    >>> transliteration_key("Hassan") == transliteration_key("Hussein")
    False
    """
    words = normalise_name(name).split()
    kept = [word for word in words[:-1] if word not in _ARTICLES] + words[-1:]
    return " ".join(_fold_word(word) for word in kept)


def _fold_word(word: str) -> str:
    folded = _PARTICLES.get(word, word)
    for pattern, replacement in _FOLDS:
        folded = pattern.sub(replacement, folded)
    head = match.group() if (match := _FIRST_VOWEL.match(folded)) else ""
    # "Yusuf" and "Youssef", "Yunus" and "Younis": after this beginning any vowel may follow
    vowels = "aiu" if head == "Yu" else "ai"
    tail = re.sub(rf"[{vowels}](?!$)", "", folded[len(head) :])
    return re.sub(r"(.)\1+", r"\1", head + tail)


def _capitals_agree(entry: Entry, text: str) -> bool:
    key = normalise_name(text)
    borne = [name for name in entry.names if normalise_name(name) == key]
    return any(text.upper() == text if name.upper() == name else text.lower() != text for name in borne)


@cache
def load_gazetteer() -> Gazetteer:
    """Read the gazetteer that is installed with the package, once per process."""
    read = _read_turtle()
    entries = {iri: _entry(iri, facts, read) for iri, facts in sorted(read.items()) if "label" in facts}
    countries = {
        entry.country: _country(entry, read[iri])
        for iri, entry in entries.items()
        if entry.country and iri.startswith(_COUNTRY)
    }
    provinces = {
        (entry.country, entry.admin1): entry for entry in entries.values() if entry.country and entry.admin1
    }
    return Gazetteer(
        entries=MappingProxyType(entries),
        countries=MappingProxyType(countries),
        demonyms=MappingProxyType(_demonyms(countries.values())),
        names=MappingProxyType(_names(entries.values())),
        provinces=MappingProxyType(provinces),
    )


def _read_turtle() -> Mapping[str, Facts]:
    read: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for file in files("ontology").joinpath("gazetteer").iterdir():
        if file.name.endswith(".ttl"):
            for subject, predicate, value, _ in parse(file.read_bytes(), RdfFormat.TURTLE):
                read[_text(subject)][_local(_text(predicate))].append(_text(value))
    return read


def _entry(iri: str, facts: Facts, read: Mapping[str, Facts]) -> Entry:
    concept = _first(facts, "actorType") or _first(facts, "facilityType") or _first(facts, "placePrecision")
    same = next((value for value in facts.get("sameAs", ()) if value.startswith(_GEONAMES)), None)
    return Entry(
        iri=iri,
        kind=_local(facts["type"][0]),
        label=facts["label"][0],
        aliases=tuple(facts.get("altLabel", ())),
        type=_local(concept) if concept else None,
        country=_country_code(facts, read),
        located_in=_first(facts, "location") or _first(facts, "sfWithin"),
        member_of=_first(facts, "memberOf"),
        geonames=int(same.removeprefix(_GEONAMES).strip("/")) if same else None,
        point=_point(facts, read),
        admin1=(_first(facts, "identifier") or "").rpartition(".")[2] or None,  # "IQ.15"
    )


def _country_code(facts: Facts, read: Mapping[str, Facts]) -> str | None:
    """Find the code that is written on the entry, else on what it belongs to or lies in."""
    if code := _first(facts, "countryCode"):
        return code
    around = _first(facts, "nationality") or _first(facts, "location") or _first(facts, "sfWithin")
    return _country_code(read[around], read) if around else None


def _point(facts: Facts, read: Mapping[str, Facts]) -> tuple[float, float] | None:
    geometry = _first(facts, "hasGeometry")
    match = _WKT_POINT.match(read[geometry]["asWKT"][0]) if geometry else None
    return (float(match[1]), float(match[2])) if match else None


def _country(entry: Entry, facts: Facts) -> Country:
    return Country(
        iso=facts["countryCode"][0],
        label=entry.label,
        aliases=entry.aliases,
        demonyms=tuple(facts.get("demonym", ())),
        capital=_first(facts, "capital"),
        geonames=entry.geonames,
    )


def _demonyms(countries: Iterable[Country]) -> dict[str, str]:
    return {demonym.lower(): country.iso for country in countries for demonym in country.demonyms}


def _names(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    bearers: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for key in dict.fromkeys(normalise_name(name) for name in entry.names):
            bearers[key].append(entry)
    return {key: tuple(found) for key, found in bearers.items()}


def _text(term: NamedNode | BlankNode | Literal | Triple) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def _local(iri: str) -> str:
    """Cut out what follows the last `#` or `/` of an IRI.

    >>> _local("https://w3id.org/polemos/ontology#Prison")
    'Prison'
    """
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def _first(facts: Facts, name: str) -> str | None:
    return next(iter(facts.get(name, ())), None)
