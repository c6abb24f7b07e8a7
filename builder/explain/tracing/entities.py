"""How actors, places, facilities, weapons and tolls came about, and why some properties are empty."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from builder.components.annotations import DEMONYM, PRONOUN, EntityMention, EventMention
from builder.components.chains import Chain
from builder.components.relations import Relation, RelationName
from builder.components.toponyms import PlaceLink
from builder.explain.explanation import Quote, Step
from builder.explain.tracing.history import History
from builder.geonames import open_index
from builder.model import Actor, Casualties, Facility, Place, Report

Absences = dict[str, str]
Traced = tuple[list[Step], Absences]
Node: TypeAlias = Place | Actor | Facility
# The property that a relation between two mentions becomes.
PROPERTIES: Final[Mapping[RelationName, str]] = {
    RelationName.LOCATION: "location",
    RelationName.OPERATOR: "operator",
    RelationName.HOSTS: "hosts",
    RelationName.WITHIN: "geo:sfWithin",
    RelationName.MEMBER_OF: "memberOf",
}
# More namesakes than this say no more to a reader.
NAMESAKES_SHOWN: Final = 4


def trace_entities(history: History, report: Report) -> dict[str, Traced]:
    """Give the steps and the absences of each node of a report that is no event, by key."""
    tracer = _Tracer(history)
    found: dict[str, Traced] = {}
    nodes: tuple[Node, ...] = (*report.places, *report.actors, *report.facilities)
    for node in nodes:
        chain = tracer.chain(node)
        steps = tracer.implied(node) if chain is None else tracer.steps(chain)
        found[node.key] = (list(steps), tracer.absences(node, chain))
    for event in report.events:
        for weapon in event.weapons:
            found[weapon.key] = (list(tracer.mentioned(weapon.mentions[0].start)), _plain(weapon.quantity))
        for toll in event.casualties:
            found[toll.key] = (list(tracer.toll(toll)), _no_toll_values(toll))
    return found


def _plain(quantity: int | None) -> Absences:
    return {} if quantity is not None else {"quantity": "the words give no number"}


def _no_toll_values(toll: Casualties) -> Absences:
    found: Absences = {}
    if toll.victim is None:
        found["victim"] = "the figure stands with no word for people that the text speaks of further"
    if toll.speaker is None:
        found["speaker"] = "no statement in the sentence of the figure gives it"
    return found


class _Tracer:
    """Looks up what the components wrote of the entities of one document."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.doc = history.doc
        self.mentions: Mapping[int, EntityMention] = self.doc._.mentions
        self.chains: list[Chain] = self.doc._.entities[0]

    def chain(self, node: Node) -> Chain | None:
        """Find the chain of mentions that became a node; its first mention is in the node's key.

        States and places that only follow from another have no chain of their own.
        """
        return next((chain for chain in self.chains if self.ends(chain, node.key)), None)

    def ends(self, chain: Chain, key: str) -> bool:
        first = self.history.quote(chain.first.start, chain.first.end)
        return key == f"{chain.category.value}-{first.start}-{first.end}"

    def start(self, mention: EntityMention) -> int:
        return int(self.doc[mention.start].idx)

    def implied(self, node: Node) -> Iterator[Step]:
        """Say of what has no words of its own from which words it follows."""
        quotes = tuple(Quote(span.text, span.sentence, span.start, span.end) for span in node.mentions)
        if isinstance(node, Actor):
            rule = "in this role the name of a country, or of its capital, stands for its government"
        else:
            rule = "the text does not name it, but what lies in it"
        yield Step("polemos_places", "rdfs:label", node.label, rule, quotes)

    def steps(self, chain: Chain) -> Iterator[Step]:
        for mention in chain.mentions:
            yield self.step(mention, joined=mention is not chain.first)
        for mention in chain.mentions:
            link = self.history.link(mention.root)
            if link is not None:
                yield from self.linked(mention, link)
        roots = {mention.root for mention in chain.mentions}
        relations: tuple[Relation, ...] = self.doc._.relations
        for relation in relations:
            if relation.subject in roots:
                yield self.related(relation)

    def step(self, mention: EntityMention, *, joined: bool) -> Step:
        quote = self.history.quote(mention.start, mention.end)
        if joined:
            rule = "its words agree with those before it (builder/patterns/coreference.json)"
            return Step("polemos_coreference", "evidence", f"“{quote.words}” is the same", rule, (quote,))
        component = self.history.mentions.get(mention.root, "polemos_entities")
        return Step(component, "rdfs:label", mention.label, _why_entity(mention), (quote,))

    def linked(self, mention: EntityMention, link: PlaceLink) -> Iterator[Step]:
        quote = self.history.quote(mention.start, mention.end)
        component = self.history.places.get(mention.root, "polemos_places")
        if link.geonames is None:
            return
        others = len(open_index().namesakes(self.name(mention)))
        why = f"{others} places of that name; " if others > 1 else ""
        rule = f"{why}what stands beside it, the rest of the text and population decide"
        yield Step(component, "owl:sameAs", f"GeoNames {link.geonames}, {link.label}", rule, (quote,))

    def name(self, mention: EntityMention) -> str:
        name = mention.name
        return mention.label if name is None else self.doc[name.start : name.end].text

    def related(self, relation: Relation) -> Step:
        other = self.mentions[relation.object]
        quote = self.history.quote(other.start, other.end)
        token = self.doc[relation.object]
        rule = f"“{token.text}” is {token.dep_} of “{token.head.text}” (builder/patterns/relations.json)"
        return Step("polemos_relations", PROPERTIES[relation.name], other.label, rule, (quote,))

    def mentioned(self, start: int) -> Iterator[Step]:
        """Give the step of the mention that begins at a character."""
        found = (mention for mention in self.mentions.values() if self.start(mention) == start)
        yield from (self.step(mention, joined=False) for mention in found)

    def toll(self, toll: Casualties) -> Iterator[Step]:
        events: tuple[EventMention, ...] = self.doc._.event_mentions
        rule = "a number, whom it counts, and a word of harm (builder/patterns/casualties.json)"
        for found in dict.fromkeys(each for event in events for each in event.tolls):
            if self.doc[found.start].idx == toll.mentions[0].start and found.outcome is toll.outcome:
                quote = self.history.quote(found.start, found.end)
                yield Step("polemos_casualties", "outcome", found.outcome.value, rule, (quote,))

    # What is not there

    def absences(self, node: Node, chain: Chain | None) -> Absences:
        """Say why properties of a node are empty."""
        match node:
            case Place():
                return self.no_place(node, chain)
            case Actor():
                return _no_actor_values(node, chain)
            case Facility():
                return _no_facility_values(node, chain)

    def no_place(self, place: Place, chain: Chain | None) -> Absences:
        if place.geonames is not None:
            return {}
        name = place.label if chain is None else self.name(chain.first)
        found = open_index().namesakes(name)
        if not found:
            why = f"neither the gazetteer nor the index of GeoNames knows “{name}”"
        else:
            countries = dict.fromkeys(candidate.country for candidate in found)
            shown = ", ".join(list(countries)[:NAMESAKES_SHOWN])
            why = (
                f"named but ambiguous: {len(found)} places have the name ({shown}); the text does not decide"
            )
        return {"owl:sameAs": why, "geo:hasGeometry": "there is no identified place whose point it could be"}


def _why_entity(mention: EntityMention) -> str:
    """Say by what words a noun phrase was taken for what it is."""
    reasons = []
    if mention.name is not None and mention.name.entries:
        entries = ", ".join(entry.label for entry in mention.name.entries[:NAMESAKES_SHOWN])
        reasons.append(f"a name of the gazetteer: {entries}")
    elif mention.name is not None and mention.name.label:
        reasons.append(f"the spaCy model takes it for a name ({mention.name.label})")
    if mention.noun in (DEMONYM, PRONOUN):
        reasons.append(f"a {mention.noun}")
    elif mention.noun:
        reasons.append(f"the noun “{mention.noun}” (builder/patterns/nouns.json)")
    return "; ".join(reasons) or "a noun phrase in a place where such a thing stands"


def _no_entry(chain: Chain | None) -> str:
    """Say why nothing of the gazetteer stands behind a node."""
    names = [mention.name for mention in chain.mentions if mention.name is not None] if chain else []
    entries = {entry.label for name in names for entry in name.entries}
    if len(entries) > 1:
        return f"named but ambiguous: the gazetteer has {', '.join(sorted(entries))}"
    if entries and chain is not None and chain.is_namesake:
        return "the text says that it is not the one of that name"
    return "the gazetteer does not know the name" if names else "it has no name"


def _missing(values: Iterable[tuple[str, object, str]]) -> Absences:
    return {name: why for name, value, why in values if value in (None, ())}


def _no_actor_values(actor: Actor, chain: Chain | None) -> Absences:
    return _missing(
        (
            ("actorType", actor.type, "neither its name nor its noun says what kind of actor it is"),
            ("nationality", actor.nationality, "no country stands with its words, nor in its entry"),
            ("memberOf", actor.member_of, "no words say what it belongs to"),
            ("size", actor.size, "no number stands with its words"),
            ("gazetteerEntry", actor.gazetteer, _no_entry(chain)),
        )
    )


def _no_facility_values(facility: Facility, chain: Chain | None) -> Absences:
    return _missing(
        (
            ("facilityType", facility.type, "its noun is of no kind in builder/patterns/nouns.json"),
            ("location", facility.location, "no words say where it is, and no entry of the gazetteer does"),
            ("operator", facility.operator, "no words say whose it is"),
            ("hosts", facility.hosts, "no words say whom it houses"),
            ("gazetteerEntry", facility.gazetteer, _no_entry(chain)),
        )
    )
