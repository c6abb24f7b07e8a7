"""Event coreference across sentences: which clusters continue an earlier one.

A cluster continues an earlier one if it is referred to ("the attack"), or shares a target, a named victim or
a place, and nothing speaks against it: another day, another kind, another perpetrator, "a second attack". One
that singles out one target of a series is a part of it.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import product
from typing import Final

from spacy.tokens import Token

from builder.components.chains import compatible
from builder.components.clusters import EFFECTS, Cluster, Context, dates_agree, is_parted, is_plural
from builder.components.slots import first_noun
from builder.components.totals import LASTING as LASTING_WORDS
from builder.components.totals import WARS
from builder.model import Modality, Outcome, Role
from builder.patterns import load

WORDS = load("incidents")
ANEW = frozenset(WORDS["anew"])
LONG = frozenset(WORDS["long"])
MOVING_ON = frozenset(WORDS["moving_on"])
EXPLOSIVE = frozenset(WORDS["explosive_types"])
WINDOW: int = WORDS["window"]  # sentences between a bare effect and its attack: "Two were wounded."
LAYING = frozenset(("plant", "lay", "place"))
LATE = 8  # sentences after which a text may first tell what an attack did: a long paragraph
ATTACKERS = frozenset(load("chains")["attackers"])
LASTING = frozenset(("has", "have"))
ABDUCTION = ["Abduction"]
MANY = 5  # dead or injured: as many are seldom told of two events of one report
FOLLOWING = frozenset(("follow", "precede"))
DEFINITE = frozenset(("the", "this", "that", "these", "those", "such", "both"))
ATTACK_ROLES = (Role.TARGET, Role.VICTIM, Role.LOCATION)
DONE = frozenset((Modality.ASSERTED, Modality.ALLEGED))
RECENT = timedelta(days=31)  # what was longer ago is background where it is told in a clause on a noun
FEW_ROLES = 2  # "the *Kabul* attack on the *base*" still refers; what tells more tells anew


def group_by_discourse(context: Context, clusters: Sequence[Cluster]) -> list[Cluster]:
    """Clusters in the order of the text, each united with the earlier one that it continues."""
    answered = _answered(context)
    done: list[Cluster] = []
    for cluster in sorted(clusters, key=lambda cluster: min(cluster.tokens)):
        host = _continued(context, cluster, done, answered)
        if host is None:
            done.append(cluster)
        elif _is_part(context, host, cluster):
            cluster.part_of = host
            done.append(cluster)
        else:
            host.absorb(cluster)
    return done


def _answered(context: Context) -> frozenset[int]:
    """The triggers of attacks that another answers: later words mean the answer first."""
    links = (link for mention in context.doc._.event_mentions for link in mention.links)
    return frozenset(token for role, token in links if role is Role.IN_RETALIATION_FOR)


def _is_background(context: Context, host: Cluster, answered: frozenset[int]) -> bool:
    """Whether later words mean another event first, if there is one.

    They do if this one is answered, is a war of years ("which *has fought* the army"), or befell attackers.
    """
    first = context.doc[host.first.trigger.token]
    lasting = first.dep_ == "relcl" and any(child.lower_ in LASTING for child in first.lefts)
    victims = [context.mentions[root] for member in host.members for root in member.fillers(Role.VICTIM)]
    fended_off = bool(victims) and all(mention.noun in ATTACKERS for mention in victims)
    return lasting or fended_off or not answered.isdisjoint(host.tokens)


def _continued(
    context: Context, cluster: Cluster, done: Sequence[Cluster], answered: frozenset[int]
) -> Cluster | None:
    """The earlier cluster that one continues: by the best sign, then the latest that is no background."""
    if _is_anew(context, cluster):
        return None
    fitting = [host for host in reversed(done) if _may_be_one(context, host, cluster)]
    # "*that* attack" is the one told last, be it told aside
    trigger = context.doc[cluster.first.trigger.token]
    latest = any(child.lower_ == "that" and child.dep_ == "det" for child in trigger.lefts)
    fitting.sort(
        key=lambda host: (
            not latest and (_is_background(context, host, answered) or _is_aside(context, host)),
            not _is_of_kind(context, host, cluster),
        )
    )
    if cluster.modality is Modality.DENIED:
        fitting = [host for host in fitting if _shares_target(context, host, cluster)]
    found = next((host for sign, host in product(SIGNS, fitting) if sign(context, host, cluster)), None)
    return _told_late(context, cluster, done) if found is None else found


def _told_late(context: Context, cluster: Cluster, done: Sequence[Cluster]) -> Cluster | None:
    """The attack told last, if nobody is said yet to have been hurt in it, and a sentence tells who was."""
    last = max(done, key=lambda host: max(host.tokens), default=None)
    if last is None or not _may_be_one(context, last, cluster) or last.modality is Modality.DENIED:
        return None
    told = any(member.tolls for member in last.members)
    harmed = any(toll.number.exact != 0 for member in cluster.members for toll in member.tolls)
    near = 0 < context.distance(last, cluster) <= LATE and cluster.frames <= EFFECTS - {"damage"}
    placed = cluster.moments or cluster.filling(Role.LOCATION, Role.PERPETRATOR)
    return last if near and harmed and not told and not placed and not _moves_on(context, cluster) else None


def _is_of_kind(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether an event is of the kind that a definite noun tells, if it tells one: "the *grenade* attack"."""
    if not cluster.types or not _is_definite_noun(context.doc[cluster.first.trigger.token]):
        return True
    return not set(cluster.types).isdisjoint(host.types)


def _is_aside(context: Context, host: Cluster) -> bool:
    """Whether an event is only told of somebody: "a man *killed* last year", "who survived a *siege*"."""
    aside = all(_stands_aside(token) for token in context.triggers(host))
    return aside and (_is_old(context, host) or not any(t.pos_ == "VERB" for t in context.triggers(host)))


def _is_old(context: Context, host: Cluster) -> bool:
    published = context.doc._.published
    days = [str(moment) for moment in host.moments]
    return bool(days) and published is not None and max(days) < (published - RECENT).isoformat()


def _stands_aside(token: Token) -> bool:
    above = (token, *token.ancestors)
    return any(each.dep_ in ("acl", "relcl") and each.sent.root.i != each.i for each in above)


def _is_anew(context: Context, cluster: Cluster) -> bool:
    first = context.doc[cluster.first.trigger.token]
    return any(child.lower_ in ANEW for child in first.lefts)


# What speaks against it


def _may_be_one(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether nothing speaks against two clusters being one event."""
    return (
        not _answers(host, cluster)
        and not _is_followed_by(context, cluster, host)
        and not _is_followed_by(context, host, cluster)
        and not _is_another_than_denied(host, cluster)
        and not is_parted(context.doc, max(host.tokens), min(cluster.tokens))
        and host.is_strong == cluster.is_strong
        and dates_agree(host.moments, cluster.moments)
        and (host.count is None or cluster.count in (None, host.count))
        and (
            _types_agree(host, cluster)
            or _goes_on(context, host, cluster)
            or _is_fight(context, host, cluster)
        )
        and _actors_agree(context, host, cluster)
    )


def _answers(host: Cluster, cluster: Cluster) -> bool:
    """Whether one of two clusters is told as the answer to the other."""
    pairs = ((host, cluster), (cluster, host))
    return any(
        role is Role.IN_RETALIATION_FOR and token in other.tokens
        for one, other in pairs
        for member in one.members
        for role, token in member.links
    )


def _is_followed_by(context: Context, one: Cluster, other: Cluster) -> bool:
    """Whether a cluster is told to have come before or after another: "the attack *followed* the killing"."""
    verbs = {token.head.i for token in context.triggers(one) if token.dep_ == "dobj"}
    following = (token.head for token in context.triggers(other) if token.dep_ == "nsubj")
    return any(verb.i in verbs and verb.lemma_ in FOLLOWING for verb in following)


def _is_another_than_denied(host: Cluster, cluster: Cluster) -> bool:
    """Whether one of two is said not to have happened, and the other happened on a day of its own."""
    if (host.modality is Modality.DENIED) is (cluster.modality is Modality.DENIED):
        return False
    denied, done = (host, cluster) if host.modality is Modality.DENIED else (cluster, host)
    return bool(done.moments - denied.moments)


def _types_agree(host: Cluster, cluster: Cluster) -> bool:
    """Whether the types may be of one event; what exploded may be any explosive."""
    if not host.types or not cluster.types:
        return True
    vague = "explode" in host.frames | cluster.frames
    if vague and EXPLOSIVE.issuperset([*host.types, *cluster.types]):
        return True
    return any(compatible(one, other) for one, other in product(host.types, cluster.types))


def _is_fight(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether it is the fight that an assault brought: "opened fire. *The exchange of fire* killed four"."""
    fight = (host.types, cluster.types) == (["ArmedAssault"], ["ArmedClash"])
    near = 0 < context.distance(host, cluster) <= WINDOW
    return fight and near and _is_definite_noun(context.doc[cluster.first.trigger.token])


def _actors_agree(context: Context, host: Cluster, cluster: Cluster) -> bool:
    one, other = host.filling(Role.PERPETRATOR), cluster.filling(Role.PERPETRATOR)
    victims, others = context.named_victims(host), context.named_victims(cluster)
    named_now = _is_definite_noun(context.doc[cluster.first.trigger.token]) and _are_gunmen(context, host)
    return (_overlap(one, other) or named_now) and _overlap(victims, others)


def _are_gunmen(context: Context, host: Cluster) -> bool:
    """Whether nothing is said of who attacked but that they did: later words may name them."""
    actors = [context.mentions[root] for member in host.members for root in member.fillers(Role.PERPETRATOR)]
    return all(actor.is_pronoun or (actor.noun in ATTACKERS and actor.name is None) for actor in actors)


def _overlap(one: set[int], other: set[int]) -> bool:
    """Whether two sets share a member, or one of them is unknown."""
    return not one or not other or not one.isdisjoint(other)


# What speaks for it


def _shares_victim(context: Context, host: Cluster, cluster: Cluster) -> bool:
    return not context.named_victims(host).isdisjoint(context.named_victims(cluster))


def _shares_target(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether both name one target that is no country: a state is attacked many times over."""
    return bool(host.filling(Role.TARGET) & cluster.filling(Role.TARGET) - context.countries)


def _is_referred_to(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a definite event noun takes up an event: "the attack", "these attacks", "the Kabul blast"."""
    token = context.doc[cluster.first.trigger.token]
    refers = _is_definite_noun(token) and len(cluster.first.roles) <= FEW_ROLES
    if host.modality is Modality.DENIED or not refers or _tells_of_another(context, host, cluster):
        return False
    return not is_plural(token) or context.is_series(host) or context.is_manifold(host)


def _is_definite_noun(token: Token) -> bool:
    trigger = token.doc._.triggers.get(token.i)
    noun = token if trigger is None else first_noun(token, trigger.lemma)  # "*the exchange* of fire"
    return token.pos_ != "VERB" and any(child.lower_ in DEFINITE for child in noun.lefts)


def _tells_of_another(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a reference says something that the event it would take up has not: place, whom, kind."""
    own, known = cluster.filling(*ATTACK_ROLES), host.filling(*ATTACK_ROLES)
    elsewhere = own.isdisjoint(known) and context.lie_apart(host, cluster)
    # New victims without a name tell of the same attack: "A bomb exploded. The blast killed two soldiers."
    other_target = _meant(context, cluster) - host.filling(Role.TARGET)
    other_harmed = other_target | (context.named_victims(cluster) - context.named_victims(host))
    other_effect = cluster.first.trigger.frame in EFFECTS and not host.filling(Role.VICTIM)
    other_kind = bool(set(cluster.types) - set(host.types)) and _is_other_kind(host, cluster)
    if _is_identified(context, cluster) and _counts_differ(host, cluster):
        return True
    if context.doc[cluster.first.trigger.token].lemma_.lower() in LONG and _is_of_moment(host):
        return True
    return elsewhere or bool(other_harmed) or other_effect or other_kind


def _is_of_moment(host: Cluster) -> bool:
    """Whether an event is over at once, and no "offensive" that a later word means."""
    return bool(host.types) and EXPLOSIVE.issuperset(host.types)


def _meant(context: Context, cluster: Cluster) -> set[int]:
    """The targets of a cluster but for what it only damaged: "The blast *destroyed* a car"."""
    members = [member for member in cluster.members if member.trigger.frame != "damage"]
    roots = (root for member in members for root in member.fillers(Role.TARGET))
    return {context.chain_at[root] for root in roots if root in context.chain_at}


def _is_other_kind(host: Cluster, cluster: Cluster) -> bool:
    """Whether one of two clusters is only an abduction and the other none, or of no type."""
    return ABDUCTION in (host.types, cluster.types) and not set(ABDUCTION).issubset(
        set(host.types) & set(cluster.types)
    )


def _is_identified(context: Context, cluster: Cluster) -> bool:
    """Whether the words themselves say which event is meant: "the blast *that killed 42*", "of five men"."""
    token = context.doc[cluster.first.trigger.token]
    clauses = [child for child in token.rights if child.dep_ == "relcl"]
    restrictive = any(child.doc[child.left_edge.i - 1].text != "," for child in clauses)
    return restrictive or cluster.first.trigger.frame == "kill"


def _counts_differ(host: Cluster, cluster: Cluster) -> bool:
    """Whether both give figures of one outcome, and none of them in common."""
    known = _figures(host)
    return any(
        outcome in known and known[outcome].isdisjoint(counts)
        for outcome, counts in _figures(cluster).items()
    )


def _figures(cluster: Cluster) -> dict[Outcome, set[int]]:
    figures: dict[Outcome, set[int]] = {}
    for toll in (toll for member in cluster.members for toll in member.tolls):
        if toll.number.stated is not None:
            figures.setdefault(toll.outcome, set()).add(toll.number.stated)
    return figures


def _is_near_effect(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a bare effect follows the attack at once: "Two soldiers were wounded."."""
    verbs = all(token.pos_ == "VERB" for token in context.triggers(cluster))
    # What did not happen hurts nobody; that it did no damage may be told.
    harms = any(toll.number.exact != 0 for member in cluster.members for toll in member.tolls)
    told = host.is_strong and not (harms and host.modality is Modality.DENIED)
    if not verbs or not cluster.frames <= EFFECTS or not told:
        return False
    unsure = cluster.modality is not Modality.ASSERTED and cluster.modality is not host.modality
    if unsure or _moves_on(context, cluster) or any(_is_total(token) for token in context.triggers(cluster)):
        return False
    if "damage" in cluster.frames and "Abduction" in host.types:
        return False
    if not 0 <= context.distance(host, cluster) <= WINDOW or context.places_differ(host, cluster):
        return False
    has_own_day = bool(cluster.moments) and cluster.moments.isdisjoint(host.moments)
    return not has_own_day and cluster.filling(Role.PERPETRATOR) <= host.filling(Role.PERPETRATOR)


def _is_total(verb: Token) -> bool:
    """Whether a verb counts those of a whole war: "30,000 people *have died since* fighting resumed"."""
    perfect = any(child.dep_ == "aux" and child.lemma_ == "have" for child in verb.lefts)
    words = {token.lower_ for token in verb.subtree}
    lasting = not WARS.isdisjoint(words) and not LASTING_WORDS.isdisjoint(words)
    return perfect and ("since" in words or lasting)  # "have died *in the ten-year insurgency*"


def _takes_up_weapon(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether the weapon of the bombing just told is taken up: "*The* car bomb exploded at four"."""
    known = any(context.mentions[root].definite for root in cluster.weapons)
    bombing = EXPLOSIVE.issuperset([*host.types, *cluster.types]) and bool(host.types)
    laid = cluster.first.trigger.lemma in LAYING  # "said that it had *planted* the bomb"
    first = (laid or cluster.first.trigger.frame == "explode") and _weapons_agree(context, host, cluster)
    near = 0 < context.distance(host, cluster) <= WINDOW and host.modality in DONE
    return known and bombing and first and near and not context.places_differ(host, cluster)


def _weapons_agree(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a weapon may be that of an event told before: "a car laden with explosives … the *bomb*"."""
    known = [context.mentions[root].type for root in host.weapons]
    own = [context.mentions[root].type for root in cluster.weapons]
    return not known or any(compatible(one, other) for one, other in product(known, own))


def _moves_on(context: Context, cluster: Cluster) -> bool:
    """Whether a sentence turns to another event: "*Separately*, two policemen were killed"."""
    sentence = context.doc[cluster.first.trigger.token].sent
    first = next((token for token in sentence if token.is_alpha), None)
    return first is not None and first.lower_ in MOVING_ON


def _goes_on(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether the next sentence says what "they" did then."""
    actors = [root for member in cluster.members for root in member.fillers(Role.PERPETRATOR)]
    they = any(context.mentions[root].is_pronoun for root in actors)
    same = host.filling(Role.PERPETRATOR) & cluster.filling(Role.PERPETRATOR)
    next_sentence = context.distance(host, cluster) == 1 and not _is_other_kind(host, cluster)
    return next_sentence and they and bool(same) and not context.places_differ(host, cluster)


def _restates(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a toll is one that an event told before has: "had reported that *14* people were killed"."""
    if not host.is_strong or _moves_on(context, cluster) or context.lie_apart(host, cluster):
        return False
    return not (cluster.filling(Role.TARGET) - host.filling(Role.TARGET)) and _shares_figure(host, cluster)


def _shares_figure(host: Cluster, cluster: Cluster) -> bool:
    """Whether both count as many dead or injured, and so many that it is hardly by chance."""
    known = _figures(host)
    figures = [(outcome, n) for outcome, counts in _figures(cluster).items() for n in counts if n >= MANY]
    return any(n in known.get(outcome, ()) for outcome, n in figures)


def _spells_out(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether the attacks just spoken of in general are now told: "The attacks … Four sites were hit"."""
    bare = not host.filling(*ATTACK_ROLES) and not host.weapons
    near = 0 < context.distance(host, cluster) <= WINDOW
    return bare and near and context.is_series(host) and context.is_manifold(cluster)


# The signs that two clusters are one event, the most telling first.
SIGNS: Final[tuple[Callable[[Context, Cluster, Cluster], bool], ...]] = (
    _shares_victim,
    _shares_target,
    _is_referred_to,
    _restates,
    _is_near_effect,
    _takes_up_weapon,
    _goes_on,
    _spells_out,
)


def _is_part(context: Context, host: Cluster, cluster: Cluster) -> bool:
    """Whether a cluster tells of one target among several, or of one event of a series."""
    targets, all_targets = cluster.filling(Role.TARGET), host.filling(Role.TARGET)
    numbered = any(context.mentions[root].number.exact is not None for root in cluster.weapons)
    several = context.is_series(host) or len(all_targets) > 1
    one_of_series = several and not context.is_series(cluster) and not targets.isdisjoint(all_targets)
    return (numbered and targets < all_targets) or one_of_series
