"""Purposes: what something was done for, which is not done yet by that."""

from spacy.tokens import Token

from builder.patterns import load

WORDS = load("modality")
PURPOSEFUL = frozenset(WORDS["purposeful"])  # "used a drone *to bomb* the town" tells that it was bombed
GATHERING = frozenset(WORDS["gathering"])
GATHERED = frozenset(("dobj", "nsubjpass", "pobj"))


def preparation(trigger: Token) -> Token | None:
    """The word that tells that an event is only what something else was done for, if there is one."""
    return trigger if _is_purpose(trigger) else _gathered_for(trigger)


def _is_purpose(verb: Token) -> bool:
    """Whether a verb tells what something was done for: "laid a mine *to kill* soldiers"."""
    infinitive = verb.tag_ == "VB" and any(child.lower_ == "to" for child in verb.lefts)
    return infinitive and verb.dep_ == "advcl" and verb.head.lemma_.lower() not in PURPOSEFUL


def _gathered_for(noun: Token) -> Token | None:
    """The word that tells that something is only made ready: "is *massing* troops for an *assault*"."""
    above = noun.head
    if noun.pos_ not in ("NOUN", "PROPN") or noun.dep_ != "pobj" or above.lower_ != "for":
        return None
    governor = above.head
    words = (governor, governor.head) if governor.dep_ in GATHERED else (governor,)
    return next((word for word in words if word.lemma_.lower() in GATHERING), None)
