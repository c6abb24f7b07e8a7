"""Clusters within a sentence: grammar ties mentions of one event together.

An effect is one event with its cause ("a bomb exploded, *killing*", "were *killed* when gunmen attacked"),
and so are two words for what befell the same victim ("the *death* of X, who was *killed* by").
"""

from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EventMention
from builder.components.clusters import EFFECTS, STRONG, Cluster, Context, dates_agree, is_parted
from builder.components.parse_labels import ANY_SUBJECT, NOMINAL
from builder.components.syntax import is_earlier_clause, subject_of, told_before
from builder.model import Role
from builder.patterns import load

# Clauses that hang on a verb, as the parser calls them, "dep" for want of a name.
SUBORDINATE = frozenset(("advcl", "conj", "xcomp", "ccomp", "relcl", "acl", "pcomp", "dep", "parataxis"))
TEMPORAL = frozenset(("when", "as"))
OTHER_TIME = frozenset(("after", "before", "since", "until"))
BY_WHICH = frozenset((*load("triggers")["same_event_slots"], "as"))
RESULTS = frozenset(("result", "consequence", "course"))
UNITS = frozenset(load("times")["units"])
SUFFER = "suffer"  # the frame of "came under fire", whose attack follows: "when shells landed"

Clusters = Mapping[int, Cluster]  # by the tokens of the triggers


def group_by_grammar(context: Context, mentions: Sequence[EventMention]) -> list[Cluster]:
    """Clusters of the mentions that grammar ties together, in the order of the text."""
    cluster_of = {mention.trigger.token: context.cluster(mention) for mention in mentions}
    for mention in mentions:
        tied = (
            *mention.same,
            *_governing(context, mention, cluster_of),
            *_of_same_victims(context, mention, mentions),
        )
        for other in tied:
            if other in cluster_of:
                _unite(context.doc, cluster_of, mention.trigger.token, other)
    return list(dict.fromkeys(cluster_of.values()))


def _unite(doc: Doc, cluster_of: dict[int, Cluster], one: int, other: int) -> None:
    host, guest = cluster_of[one], cluster_of[other]
    if host is not guest and dates_agree(host.moments, guest.moments) and not is_parted(doc, one, other):
        host.absorb(guest)
        host.members.sort(key=lambda member: member.trigger.token)
        cluster_of.update(dict.fromkeys(guest.tokens, host))


def _of_same_victims(
    context: Context, mention: EventMention, mentions: Sequence[EventMention]
) -> Iterator[int]:
    """The other mentions of the sentence that have a victim in common with this one."""
    victims = set(mention.fillers(Role.VICTIM))
    if not victims:
        return
    sentence = context.sentence(mention.trigger.token)
    for other in mentions:
        near = context.sentence(other.trigger.token) == sentence
        if near and _is_one_fate(mention, other) and not victims.isdisjoint(other.fillers(Role.VICTIM)):
            yield other.trigger.token


def _is_one_fate(one: EventMention, other: EventMention) -> bool:
    """Whether what befell a victim may be one event: who is abducted and then killed suffers two."""
    abduction = "Abduction" in (*one.types, *other.types)
    return (one.modality in STRONG) == (other.modality in STRONG) and not abduction


def _governing(context: Context, mention: EventMention, cluster_of: Clusters) -> list[int]:
    """The attack verb that an effect hangs on, or that hangs on it: "were killed when gunmen attacked"."""
    token = context.doc[mention.trigger.token]
    carried = _carried(context, token, cluster_of)
    if carried is not None:
        return [carried]
    frame = mention.trigger.frame
    first = token.head if token.dep_ == "conj" and token.tag_ == token.head.tag_ else token
    is_result = first.dep_ == "advcl" and token.tag_ == "VBG"  # "fired rockets, *hitting* a school"
    if token.pos_ != "VERB" or not (is_result or frame in EFFECTS or frame == SUFFER):
        return []
    if is_result and token.head.lemma_ == "be":
        return _last_verb_before(token, cluster_of)
    above = _nearest_above(token, cluster_of)
    own = cluster_of[token.i].moments
    if above is not None and not dates_agree(cluster_of[above].moments, own):
        above = None  # "killed 21 on May 22, and a week later four *died* when a bomb went off"
    tied = (
        [above]
        if above is not None
        else [_noun_above(token, cluster_of), _cause_below(token, frame, cluster_of)]
    )
    return [i for i in tied if i is not None and (mention.modality in STRONG) == cluster_of[i].is_strong]


def _last_verb_before(token: Token, cluster_of: Clusters) -> list[int]:
    """The attack verb before what cannot be the result of "be": "It was a drone that hit us, *killing*"."""
    verbs = [i for i in cluster_of if token.sent.start <= i < token.i and token.doc[i].pos_ == "VERB"]
    return [max(verbs)] if verbs else []


def _carried(context: Context, token: Token, cluster_of: Clusters) -> int | None:
    """The attack by a weapon that a verb is said of: "missiles *fired* by a drone hit"."""
    weapon = context.mentions.get(token.head.i)
    if token.dep_ not in ("acl", "relcl") or weapon is None or weapon.category is not Category.WEAPON:
        return None
    verb = token.head.head
    return verb.i if verb.i in cluster_of else None


def _nearest_above(token: Token, cluster_of: Clusters) -> int | None:
    """The nearest trigger above a clause, unless that is of another time: "a day after six *died*"."""
    current = token
    while current.dep_ in SUBORDINATE:
        if _is_past_of_somebody(current) or any(
            child.dep_ == "mark" and child.lower_ in OTHER_TIME for child in current.lefts
        ):
            return None
        if is_earlier_clause(current):
            return None
        own = next(
            (child for child in current.lefts if child.dep_ == "nsubj" and child.i in cluster_of), None
        )
        if current.dep_ == "conj" and own is not None:
            return own.i  # "bombed a market in Idlib, and in Aleppo *shelling killed* three"
        told = told_before(current.head) if current.i > current.head.i else None
        current = told or current.head
        if current.i in cluster_of:
            return current.i
    return None


def _is_past_of_somebody(clause: Token) -> bool:
    """Whether a clause tells what people did or suffered before: "gunmen *who had beheaded* a hostage"."""
    if clause.dep_ != "relcl":
        return False
    return {"who", "had"} <= {child.lower_ for child in clause.lefts if child.dep_ in ("aux", *ANY_SUBJECT)}


def _noun_above(token: Token, cluster_of: Clusters) -> int | None:
    """The event noun whose phrase a clause's noun is in: "the *bombing* of the bank, in which 91 died"."""
    if token.dep_ != "relcl" or token.head.pos_ not in NOMINAL or _is_past_of_somebody(token):
        return None
    for above in token.head.ancestors:
        if above.pos_ not in NOMINAL and above.dep_ != "prep":
            return None
        if above.i in cluster_of:
            return above.i
    return None


def _cause_below(token: Token, frame: str, cluster_of: Clusters) -> int | None:
    """The trigger below an effect that tells its cause."""
    if frame == SUFFER:
        return next((i for i in cluster_of if token.i < i < token.sent.end), None)
    below = (child for child in token.subtree if child.i in cluster_of)
    causes = (child for child in below if not cluster_of[child.i].frames <= EFFECTS)
    return next((child.i for child in causes if _is_clause_of(child, token)), None)


def _is_days_apart(clause: Token) -> bool:
    """Whether a clause tells of what was long before: "was killed three *days after* he set off a bomb"."""
    marks = (child for child in clause.lefts if child.dep_ == "mark" and child.lower_ in OTHER_TIME)
    return any(mark.i > 0 and mark.nbor(-1).lemma_.lower() in UNITS for mark in marks)


def _is_clause_of(token: Token, verb: Token) -> bool:
    """Whether a verb below another tells how that came about: a clause on it, or one with "when" below."""
    if token.head.i == verb.i:
        apart = _is_days_apart(token) or is_earlier_clause(token)
        return token.dep_ in SUBORDINATE and not apart
    subject = subject_of(token) if token.dep_ == "acl" else None
    if subject is not None and subject.dep_ == "advcl" and subject.head.i == verb.i:
        return True  # "died when a *man* disguised as a woman *set* off a bomb"
    if token.dep_ == "pobj" and token.head.lower_ == "of" and token.head.head.lemma_ in RESULTS:
        token = token.head.head  # "died as a *result* of the strike"
    if (
        token.dep_ == "pobj" and token.head.lower_ in BY_WHICH
    ):  # "were killed and six wounded *in an explosion*"
        return token.head.head.i in (verb.i, *(other.i for other in verb.conjuncts))
    return any(child.lower_ in TEMPORAL for child in token.lefts)
