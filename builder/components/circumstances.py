"""Circumstances: when, by when, how far, in answer to what, and with what damage."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.aftermath import claimed_on, dated_by, is_aftermath
from builder.components.annotations import EventMention, TimeMention, register_extensions
from builder.components.clusters import dates_agree
from builder.components.entries import entry_of
from builder.components.lead_ins import LeadIn, find_lead_ins, lead_in_of
from builder.components.parse_labels import VERBAL
from builder.components.quantities import METRES, read_metres
from builder.components.retaliation import AHEAD, Events, link_retaliation
from builder.components.said import nearest_subject
from builder.components.scenes import find_scenes, scene_of
from builder.components.slots import REPLYING, replying_verb
from builder.components.syntax import clause_of, is_passive
from builder.model import Damage, EventKind, Modality, Role
from builder.patterns import load

WORDS = load("circumstances")
DESTROYED = frozenset(WORDS["destroyed"])
AVENGING = frozenset(WORDS["avenging"])
SAYING = frozenset(load("times")["saying"])
DONE = frozenset((EventKind.ATTACK, EventKind.MOVEMENT, EventKind.EVENT))
APPROACHING = frozenset(WORDS["approaching"])
NEARER = frozenset(("closer", "nearer"))
SPOKEN = frozenset((EventKind.STATEMENT, EventKind.WARNING))
HOURS = frozenset((*load("times")["clock"], *load("times")["times_of_day"]))
BOUNDS = frozenset(WORDS["bounds"])
COUNTED = frozenset(load("attribution")["tolls"])
ENDING = frozenset(WORDS["ending"])
NAMING = frozenset(WORDS["naming"])
OTHER_DAYS = frozenset(WORDS["other_days"])  # nouns whose date is not that of what they are of
RANKING = frozenset(WORDS["ranking"])
COUNTING = frozenset(("least", "most"))  # "at least 12 have died since May", "most of them"
BESIDE = 2  # tokens: "said *on* Friday" tells when it was said; further on, when what is said happened
OTHER_TIME = frozenset(("after", "before", "since"))  # "on Friday defended it *after* gunmen attacked"
ASIDE = frozenset(("relcl", "acl"))
# Verbs whose dates are those of the attack that is their object or subject.
CARRYING = frozenset(
    word for key in ("support_verbs", "occurrence_verbs", "shaking") for word in load("triggers")[key]
).union(WORDS["happening"], AVENGING, *load("modality")["above"].values())
HELD = frozenset(("dobj", "nsubj", "nsubjpass"))
Settled = tuple[int | None, ...]  # whose a time is: one event's, (None,) nobody's, () not settled yet
# Which event of a sentence a loose expression of time belongs to, in this order.
PREFERENCE = (EventKind.ATTACK, EventKind.MOVEMENT, EventKind.EVENT, EventKind.WARNING, EventKind.STATEMENT)


def add_circumstances(doc: Doc) -> tuple[EventMention, ...]:
    """The event mentions with times, deadlines, distances, damage and retaliation."""
    assessed = (assess_damage(doc, measure_distance(doc, event)) for event in doc._.event_mentions)
    events = {event.trigger.token: event for event in assessed}
    attach_times(doc, events)
    share_with_participles(doc, events)
    share_with_what_follows(doc, events)
    share_deadlines(events)
    link_retaliation(doc, events)
    return tuple(events.values())


# Times


def attach_times(doc: Doc, events: Events) -> None:
    """Give each event mention the expressions of time that belong to it."""
    owned: dict[int, list[TimeMention]] = defaultdict(list)
    lead_ins = find_lead_ins(doc)
    scenes = tuple(find_scenes(doc, events.values()))
    for time in doc._.times:
        headed, recalled = _headed(doc, time, events, lead_ins), _recalled(doc, time, events)
        found = headed or recalled or _begun(doc, time, events)
        saying = None if found is not None else _said_on(doc, time)
        if saying is not None:
            found = saying.i if saying.i in events else None
        elif found is None and time.relation != "as of" and not _is_of_ranking(doc, time):
            found = _owner(doc, time, events)
        owner = scene_of(time, scenes) if found is None and saying is None else found
        if found is not None and found == recalled and time.relation == "since":
            series = _owner(doc, time, events)  # "45 *attacks* since Nov. 19, when they seized a ship"
            owned[found if series is None else series].append(time)
        if owner is not None and not _is_too_late(time, events[owner], doc._.published):
            owned[owner].append(time)
    for token, times in owned.items():
        events[token] = _timed(events[token], _of_one_day(doc[token], times))


def _of_one_day(trigger: Token, times: list[TimeMention]) -> list[TimeMention]:
    """The times of an event, of one that its own words date no other: "on Friday marked *the 2019 raid*"."""
    is_verb = trigger.pos_ == "VERB"  # "acquitted *yesterday* of planting a bomb *in 2009*"
    inside = range(trigger.left_edge.i, trigger.right_edge.i + 1 if is_verb else trigger.i)
    own = {time.moment for time in times if time.start in inside and time.moment is not None}
    if not own:
        return times
    return [time for time in times if time.moment is None or dates_agree({time.moment}, own)]


def share_with_participles(doc: Doc, events: Events) -> None:
    """Date what a movement went on with: "*overran* the village on Sunday, *burning* houses"."""
    for token, event in list(events.items()):
        main = events.get(_main_clause(doc[token]))
        if event.times or main is None or event.trigger.kind is not EventKind.ATTACK:
            continue
        if main.trigger.kind is EventKind.MOVEMENT and main.modality is event.modality:
            events[token] = replace(event, times=main.times)


def _main_clause(verb: Token) -> int:
    """The verb that a participle goes on from; of what is no participle the verb itself."""
    first = verb.head if verb.dep_ == "conj" else verb
    return first.head.i if first.dep_ == "advcl" and first.tag_ == "VBG" else verb.i


def _headed(doc: Doc, time: TimeMention, events: Events, lead_ins: Iterable[LeadIn]) -> int | None:
    """The first event of a line that a date heads: "Garissa County, *11 Jun*: gunmen raided a village"."""
    if time.end >= len(doc) or time.relation != "at":
        return None
    lead_in = lead_in_of(doc, time, lead_ins)
    if lead_in is None and doc[time.end].text != ":":
        return None
    line = range(time.end, doc[time.start].sent.end if lead_in is None else lead_in.until)
    return next((i for i in events if i in line and events[i].trigger.kind in DONE), None)


def _is_too_late(time: TimeMention, event: EventMention, published: date | None) -> bool:
    """Whether a time lies ahead of the day of publication, and the event is told as done."""
    if published is None or time.moment is None or time.relation == "by" or event.modality in AHEAD:
        return False
    return event.trigger.kind in DONE and str(time.moment) > published.isoformat()


def _owner(doc: Doc, time: TimeMention, events: Events) -> int | None:
    """The trigger that an expression of time belongs to: nearest above it, else best of its sentence.

    None where a verb that tells of no event stands between: "the statement *issued* on Friday", "the town
    where he was *born* in 1960".
    """
    root = doc[time.start : time.end].root
    nearest = None if time.head is None else doc[time.head]
    above_it = root.ancestors if nearest is None else (nearest, *nearest.ancestors)
    for above in above_it:
        settled = _settled(doc, time, above, events)
        if settled:
            return settled[0]
    return _best_of_sentence(root, events)


def _settled(doc: Doc, time: TimeMention, above: Token, events: Events) -> Settled:
    """Whose time it is by one word above it: an event's, nobody's, or not told by that word."""
    root = doc[time.start : time.end].root
    if above.i in events and _is_day_of_naming(doc, time, above):
        return (None,)
    if above.i in events:
        told = _told_before(root, above, events) or claimed_on(doc, time, above, events)
        said = told is None and not _is_of_clause_before(root, above, events)
        return (above.i if said else told,)
    if above.pos_ not in VERBAL:
        bound = above.i != root.head.i and _is_bound(above)
        return (None,) if bound or above.lemma_.lower() in OTHER_DAYS else ()
    if is_aftermath(above):
        return (dated_by(doc, time, above, events),)
    if _dates_other(above, events):
        return (None,)
    return _carried(doc, above, events) or _aside(doc, time, above, events)


def _carried(doc: Doc, verb: Token, events: Events) -> Settled:
    """The event that a verb carries: "carried out an *air strike* on Friday", "replied with a *raid*"."""
    reply = next((i for i in events if replying_verb(doc[i]) == verb), None)
    if reply is not None:
        return (reply,)
    held = next((i for i in _held(verb) if _happens(i, events)), None)
    return () if held is None else (held if _carries(verb) else None,)


def _aside(doc: Doc, time: TimeMention, verb: Token, events: Events) -> Settled:
    """Whose time it is below a verb of no event of ours: of what is said far on, or of nothing told."""
    # "*called* for protests on Friday": the day of no event of ours
    dropped = verb.i in doc._.triggers and time.relation != "by"
    says = verb.lemma_.lower() in SAYING and verb.head.lower_ != "without"  # "*without warning* on Friday"
    if (says and time.start - verb.i > BESIDE) or (verb.dep_ == "relcl" and not dropped):
        return (next((i for i in events if i > verb.i and verb.is_ancestor(doc[i])), None),)
    return (None,) if verb.dep_ == "relcl" or dropped or says else ()


def _held(verb: Token) -> Iterator[int]:
    """What a verb carries: object, subject, the noun of its clause: "the *strike*, which came on Monday"."""
    if _ends(verb):
        return
    yield from (child.i for child in verb.children if child.dep_ in HELD)
    if verb.dep_ == "relcl" and verb.lemma_.lower() in CARRYING:
        yield verb.head.i


def _told_before(root: Token, saying: Token, events: Events) -> int | None:
    """The event of a time that stands before who says so: "drove into a crowd *on Monday*, police *said*"."""
    speaker = nearest_subject(saying) if events[saying.i].trigger.kind is EventKind.STATEMENT else None
    if speaker is None or not root.i < speaker.left_edge.i < saying.i:
        return None
    before = [i for i in events if saying.sent.start <= i < speaker.left_edge.i and _happens(i, events)]
    loose = [i for i in before if not _is_told_aside(saying.doc[i], saying)]
    loose = loose or [i for i in before if saying.doc[i].tag_ == "VBG"]  # of "gunmen …, *killing* ten"
    # "girls *seized on Friday* have been rescued, the army said"
    loose = loose or [i for i in before if i < root.i][-1:]
    return min(loose, key=lambda i: (PREFERENCE.index(events[i].trigger.kind), abs(i - root.i)), default=None)


def _is_of_clause_before(root: Token, saying: Token, events: Events) -> bool:
    """Whether a time is of a clause before a verb of saying: "Goma fell *on Friday*; the governor warned"."""
    if events[saying.i].trigger.kind not in SPOKEN:
        return False
    clauses = (above for above in root.ancestors if above.head.i == saying.i and above.i < saying.i)
    return any(clause.dep_ == "ccomp" and clause.pos_ in VERBAL for clause in clauses)


def _is_day_of_naming(doc: Doc, time: TimeMention, verb: Token) -> bool:
    """Whether a date is that of the news: "identified the man *who* blew himself up … as X *on Sunday*"."""
    today = doc._.published is not None and str(time.moment) == doc._.published.isoformat()
    who = verb.dep_ == "relcl" and any(child.lower_ == "who" for child in verb.lefts)
    return today and who and verb.head.head.lemma_.lower() in NAMING


def _carries(verb: Token) -> bool:
    """Whether a verb's date is that of the event it is told of: but "*condemned* the attack on Friday"."""
    reported = verb.lemma_ == "report" and is_passive(verb)
    return reported or verb.lemma_.lower() in CARRYING | REPLYING


def _dates_other(verb: Token, events: Events) -> bool:
    """Whether a verb's date is that of no attack: "the *toll* rose on Saturday", "*ended* the siege"."""
    counts = any(child.dep_ in HELD and child.lemma_.lower() in COUNTED for child in verb.lefts)
    return counts or (_ends(verb) and any(child.i in events for child in verb.rights))


def _ends(verb: Token) -> bool:
    return verb.lemma_.lower() in ENDING and not is_passive(verb)


def _said_on(doc: Doc, time: TimeMention) -> Token | None:
    """The verb of saying right before a date, which tells when it was said: "*said on Tuesday* that"."""
    before = [token for token in doc[max(0, time.start - BESIDE) : time.start] if token.lower_ != "on"]
    last = before[-1] if before else None
    possessive = time.end < len(doc) and doc[time.end].tag_ == "POS"
    says = last is not None and last.pos_ == "VERB" and last.lemma_.lower() in SAYING
    return last if says and not possessive else None


def _recalled(doc: Doc, time: TimeMention, events: Events) -> int | None:
    """The event of a clause that a time opens: "the riots of 1983, *when* mobs *killed* hundreds"."""
    after = [token.lower_ for token in doc[time.end : time.end + 2] if token.text != ","]
    if after[:1] != ["when"]:
        return None
    end = doc[time.start].sent.end
    following = [i for i in events if time.end < i < end and _happens(i, events)]
    attacks = (i for i in following if events[i].trigger.kind is EventKind.ATTACK)
    return next(attacks, following[0] if following else None)


def _begun(doc: Doc, time: TimeMention, events: Events) -> int | None:
    """The series that began at a time: "*since* the truce ended in May, there have been 97 *attacks*"."""
    clauses = [above for above in doc[time.start : time.end].root.ancestors if above.dep_ == "advcl"]
    since = next((c for c in clauses if any(mark.lower_ == "since" for mark in c.lefts)), None)
    if since is None:
        return None
    near = (since.head.i, *(child.i for child in since.head.children))
    return next((i for i in near if i in events and (events[i].count or 1) > 1), None)


def _is_of_ranking(doc: Doc, time: TimeMention) -> bool:
    """Whether a time only tells how far back something has no like: "the *deadliest* raid *since* 2022"."""
    clause = clause_of(doc[time.start : time.end].root)
    if time.relation != "since" or clause is None:
        return False
    return any(_ranks(token) for token in doc[clause.left_edge.i : time.start])


def _ranks(word: Token) -> bool:
    """Whether a word ranks something: "deadliest", "most serious", "first"; but not "at *least*"."""
    best = word.tag_ in ("JJS", "RBS") and word.lower_ not in COUNTING
    return best or word.lower_ in RANKING or (word.lower_ == "most" and word.dep_ == "advmod")


def _is_bound(preposition: Token) -> bool:
    """Whether a time below a preposition dates something else: "*since* the end of the war ten years ago".

    "Before dawn on Sunday" only tells the hour.
    """
    below = {child.lower_ for child in preposition.children}
    return preposition.lower_ in BOUNDS and HOURS.isdisjoint(below)


def _best_of_sentence(root: Token, events: Events) -> int | None:
    """The trigger of its clause that a loose expression of time fits best: by kind, distance.

    What a clause on a noun tells of has times of its own: "Police met on Friday to discuss the man who shot".
    """
    clause = clause_of(root) or root
    inside = {token.i for token in clause.subtree}
    here = [i for i in events if i in inside and not _is_told_aside(root.doc[i], clause)]
    return min(here, key=lambda i: (PREFERENCE.index(events[i].trigger.kind), abs(i - root.i)), default=None)


def _is_told_aside(trigger: Token, clause: Token) -> bool:
    """Whether a clause on a noun stands between a trigger and the verb of the clause."""
    for above in (trigger, *trigger.ancestors):
        if above.i == clause.i:
            return False
        probed = above.i != trigger.i and above.pos_ in VERBAL and is_aftermath(above)
        if probed or above.dep_ in ASIDE or any(child.lower_ in OTHER_TIME for child in above.lefts):
            return True
    return False


def _happens(token: int, events: Events) -> bool:
    return token in events and events[token].trigger.kind is not EventKind.STATEMENT


def _timed(event: EventMention, times: Sequence[TimeMention]) -> EventMention:
    """The event with its times: a deadline where a time to act by is given for what lies ahead."""
    is_ahead = event.modality in AHEAD or event.trigger.kind is EventKind.WARNING
    deadline = next((time for time in times if time.relation == "by" and is_ahead), None)
    return replace(event, times=(*event.times, *times), deadline=deadline or event.deadline)


def share_with_what_follows(doc: Doc, events: Events) -> None:
    """Give an attack without a date that of how they came: "*on Friday* rebels entered Goma and *burned*"."""
    for token, event in events.items():
        entry = None if event.times else entry_of(doc, event, events)
        if entry is not None:
            events[token] = replace(event, times=entry.times)


def share_deadlines(events: Events) -> None:
    """A deadline of what is demanded or threatened is the warning's too, and the other way round."""
    for token, warning in list(events.items()):
        linked = [i for role, i in warning.links if role in (Role.DEMANDS, Role.THREATENS) and i in events]
        if warning.trigger.kind is not EventKind.WARNING or not linked:
            continue
        deadlines = (warning.deadline, *(events[i].deadline for i in linked))
        deadline = next((found for found in deadlines if found is not None), None)
        events[token] = replace(warning, deadline=deadline)
        later = tuple(time for time in warning.times if time.start > max(linked))
        for i in linked:
            event = events[i]
            events[i] = replace(event, times=event.times or later, deadline=event.deadline or deadline)


# Distance and damage


def measure_distance(doc: Doc, event: EventMention) -> EventMention:
    """The movement with the distance to keep or go, in metres: "withdraw at least one kilometre from"."""
    nearing = _is_approach(doc[event.trigger.token])
    if event.trigger.kind is not EventKind.MOVEMENT and not nearing:
        return event
    units = (below for below in doc[event.trigger.token].subtree if below.lemma_.lower() in METRES)
    numerals = (numeral for unit in units for numeral in unit.lefts if numeral.like_num)
    distances = (metres for numeral in numerals if (metres := read_metres(numeral)) is not None)
    found = next(distances, None)
    if nearing and found is not None:  # to come no nearer is to stay away
        kept = replace(event.trigger, kind=EventKind.MOVEMENT, type="Withdrawal")
        event = replace(event, trigger=kept, types=("Withdrawal",))
    return replace(event, minimum_distance=found)


def _is_approach(verb: Token) -> bool:
    """Whether a verb tells how near somebody may come: "not to *approach* closer than a kilometre"."""
    return verb.lemma_.lower() in APPROACHING and any(below.lower_ in NEARER for below in verb.subtree)


def assess_damage(doc: Doc, event: EventMention) -> EventMention:
    """The event with what happened to its target, where the trigger tells of damage."""
    if event.trigger.frame != "damage":
        return event
    if event.modality is Modality.DENIED:  # "was not damaged" tells of the attack that it was in vain
        return replace(event, damage=Damage.UNDAMAGED, modality=Modality.ASSERTED)
    lemma = doc[event.trigger.token].lemma_.lower()
    return replace(event, damage=Damage.DESTROYED if lemma in DESTROYED else Damage.DAMAGED)


@Language.factory(
    "polemos_circumstances",
    requires=[
        "doc._.event_mentions",
        "doc._.times",
        "doc._.triggers",
        "token.dep",
        "token.pos",
        "token.lemma",
        "doc.sents",
    ],
    assigns=["doc._.event_mentions"],
)
def create_circumstances(nlp: Language, name: str) -> "CircumstanceReader":
    """Make the component; it has no settings."""
    register_extensions()
    return CircumstanceReader()


class CircumstanceReader:
    """Adds times, deadlines, distances, damage and retaliation to the event mentions."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        doc._.event_mentions = add_circumstances(doc)
        return doc
