"""Triggers: the verbs and nouns that tell of an attack, a movement, a warning, a statement or another event."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc, Token

from builder.components.annotations import Category, Trigger, register_extensions
from builder.model import EventKind
from builder.patterns import load

WORDS = load("triggers")
NOT_TRIGGERS = frozenset(WORDS["not_triggers"])
WEAPON_REQUIRED = frozenset(WORDS["weapon_required"])
WITHOUT_WEAPON = frozenset(WORDS["without_weapon"])
LONGEST = 3  # words in the longest noun of patterns/triggers.json that is looked up
SKIPPED = frozenset(("compound", "nmod", "amod", "poss"))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One entry of the lexicon of triggers; `rest` are the words that must stand by the verb."""

    kind: EventKind
    type: str | None
    frame: str
    lemma: str
    rest: tuple[str, ...] = ()


@cache
def verb_patterns() -> dict[str, tuple[Pattern, ...]]:
    """The verbs by their lemma, those of most words first."""
    found: dict[str, list[Pattern]] = defaultdict(list)
    for group in WORDS["groups"]:
        for verb in group["verbs"]:
            lemma, *rest = verb.split()
            pattern = Pattern(EventKind(group["kind"]), group["type"], group["frame"], verb, tuple(rest))
            found[lemma].append(pattern)
    return {lemma: tuple(sorted(all_, key=lambda one: (-len(one.rest), one.frame not in WEAPON_REQUIRED))) for lemma, all_ in found.items()}


@cache
def noun_patterns() -> dict[str, Pattern]:
    """The nouns by their text."""
    return {
        noun: Pattern(EventKind(group["kind"]), group["type"], group["frame"], noun)
        for group in WORDS["groups"]
        for noun in group["nouns"]
    }


def _companions(verb: Token) -> set[str]:
    """The lemmas that a verb of several words may be made with: particle, object, their complements."""
    found = set()
    for child in verb.children:
        if child.dep_ in ("prt", "advmod", "dobj", "prep", "acomp", "oprd", "xcomp", "nsubjpass", "attr", "ccomp"):
            found |= {child.lemma_.lower(), child.lower_}
            if child.dep_ in ("prep", "dobj"):
                found |= {below.lemma_.lower() for below in child.children}
    if verb.dep_ == "relcl":
        found.add(verb.head.lemma_.lower())
    return found


def _verb_trigger(token: Token) -> Pattern | None:
    patterns = verb_patterns().get(token.lemma_.lower())
    if patterns is None or token.dep_ == "amod" or (token.lower_ == "leaving" and token.dep_ == "advcl"):
        return None
    companions = _companions(token) if patterns[0].rest else set()
    fitting = (pattern for pattern in patterns if companions.issuperset(pattern.rest))
    return next((pattern for pattern in fitting if _fits(token, pattern)), None)


def _fits(verb: Token, pattern: Pattern) -> bool:
    """Whether a verb of several senses has this one: a weapon near it, or somebody who sets the fire."""
    if pattern.frame in WEAPON_REQUIRED:
        return _has_weapon(verb)
    if pattern.lemma in WITHOUT_WEAPON:
        return not _has_weapon(verb)
    if pattern.type == "Arson" and not pattern.rest:
        return any(child.dep_ in ("dobj", "nsubjpass", "agent") for child in verb.children)
    return True


def _has_weapon(verb: Token) -> bool:
    """Whether a verb's subject or object is a weapon: what "land", "fire" and "send" need to tell of an attack."""
    found = verb.doc._.mentions
    near = [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass", "dobj", "conj")]
    if verb.dep_ in ("acl", "relcl"):
        near.append(verb.head)
    if verb.dep_ == "conj":
        near += [child for child in verb.head.children if child.dep_ in ("nsubj", "nsubjpass")]
    near += [below for child in verb.children if child.lower_ == "with" for below in child.children]
    near += [below for head in near for child in head.children if child.lower_ == "of" for below in child.children]
    roots = (found.get(token.i) for token in near)
    return any(mention is not None and mention.category is Category.WEAPON for mention in roots)


def _is_among_targets(token: Token) -> bool:
    """Whether the text says of something that it was "among the targets" or "the target"."""
    above = token.head
    if token.dep_ == "pobj" and above.lower_ == "among":
        above = above.head
    elif token.dep_ != "attr":
        return False
    return above.lemma_.lower() == "be"


def _noun_trigger(token: Token) -> Pattern | None:
    if token.dep_ in SKIPPED:
        return None
    doc, i = token.doc, token.i
    lemma = token.lemma_.lower()
    if lemma == "target" and not _is_among_targets(token):
        return None
    before = [doc[k].lower_ for k in range(max(0, i - 2 * LONGEST), i) if doc[k].text != "-"]
    for size in range(min(LONGEST, len(before) + 1), 0, -1):
        prefix = before[len(before) - size + 1 :]
        for ending in (token.lower_, lemma):
            text = " ".join([*prefix, ending])
            if text in NOT_TRIGGERS:
                return None
            if text in noun_patterns():
                return noun_patterns()[text]
    return None


def find_trigger(token: Token) -> Trigger | None:
    """The trigger that a token is, or None."""
    match token.pos_:
        case "VERB":
            pattern = _verb_trigger(token) or (_noun_trigger(token) if token.tag_ == "VBG" else None)
        case "NOUN" | "PROPN":
            pattern = _noun_trigger(token)
        case _:
            return None
    if pattern is None:
        return None
    return Trigger(token.i, pattern.kind, pattern.type, pattern.frame, pattern.lemma)


@Language.factory(
    "polemos_triggers",
    requires=["token.pos", "token.lemma", "token.dep", "doc._.mentions"],
    assigns=["doc._.triggers"],
)
def create_triggers(nlp: Language, name: str) -> "TriggerFinder":
    """Make the component; it has no settings."""
    register_extensions()
    return TriggerFinder()


class TriggerFinder:
    """Writes `doc._.triggers`: triggers by token. A headline is left out: its clipped grammar misleads the parser."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        title_end = doc._.title_end or 0
        named = {i for m in doc._.mentions.values() if m.name for i in range(m.name.start, m.name.end)}
        found = {}
        for token in doc:
            if token.idx < title_end or token.i in named or token.i in doc._.mentions:
                continue
            trigger = find_trigger(token)
            if trigger is not None:
                found[token.i] = trigger
        doc._.triggers = found
        return doc
