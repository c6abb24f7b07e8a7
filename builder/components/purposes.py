"""Purposes: what something was done for, which is not done yet by that."""

from spacy.tokens import Token

from builder.patterns import load

WORDS = load("modality")
PURPOSEFUL = frozenset(WORDS["purposeful"])  # "used a drone *to bomb* the town" tells that it was bombed
GATHERING = frozenset(WORDS["gathering"])
READYING = frozenset(("preparation", "planning", "plan"))
STAGES = frozenset(("in", "on", "under"))
SUPPOSING = frozenset(("would", "could", "might"))
GATHERED = frozenset(("dobj", "nsubjpass", "pobj"))


def preparation(trigger: Token) -> Token | None:
    """The word that tells that an event is only what something else was done for, if there is one."""
    return trigger if _is_purpose(trigger) else (_gathered_for(trigger) or _stage(trigger))


def supposition(trigger: Token) -> Token | None:
    """The auxiliary that makes an event one that is only supposed: "*bombing* it *would* harm the town"."""
    clause = trigger.head
    if trigger.dep_ == "pobj" and clause.lower_ == "of" and clause.head.lemma_.lower() == "target":
        clause = clause.head.head  # "what *would* have been the target of an *attack*"
    elif trigger.dep_ != "csubj":
        return None
    return next((child for child in clause.lefts if child.dep_ == "aux" and child.lower_ in SUPPOSING), None)


def _stage(noun: Token) -> Token | None:
    """The word by which an event is told to be made ready: "an *attack* is in *preparation*"."""
    if noun.dep_ != "nsubj" or noun.head.lemma_ != "be":
        return None
    phrases = (child for child in noun.head.rights if child.dep_ == "prep" and child.lower_ in STAGES)
    below = (token for phrase in phrases for token in phrase.subtree)
    return next((token for token in below if token.lemma_.lower() in READYING), None)


def _is_purpose(verb: Token) -> bool:
    """Whether a verb tells what something was done for: "laid a mine *to kill* soldiers"."""
    if verb.tag_ == "VB" and verb.dep_ == "conj" and verb.head.tag_ == "VB":
        return not any(child.dep_ == "aux" for child in verb.lefts) and _is_purpose(verb.head)
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
