"""Antecedents: whom words in certain places cannot mean, or must."""

from collections.abc import Mapping, Sequence

from spacy.tokens import Doc, Token

from builder.components.annotations import Category, EntityMention
from builder.components.chains import BODY_NOUNS, OFFICIAL, Chain
from builder.components.parse_labels import SUBJECTS
from builder.components.relations import spoken_for
from builder.components.syntax import SAYING, subject_of
from builder.model import ActorKind, EventKind

ARMED = frozenset(("ArmedGroup", "Criminals"))


def attackers_among(doc: Doc, chains: Mapping[int, Chain], pronoun: Token, heads: Sequence[int]) -> list[int]:
    """Those near a pronoun whom it may mean where its clause tells of an attack.

    "He blew himself up" is said of no bystander; "they" who planned to shoot are no officials who told of it
    before, and then only those who are told to do something.
    """
    below = [doc._.triggers[token.i] for token in pronoun.head.subtree if token.i in doc._.triggers]
    if any(trigger.token == pronoun.head.i and trigger.type == "SuicideBombing" for trigger in below):
        return [head for head in heads if chains[head].type in ARMED]
    if pronoun.lower_ != "they" or not any(trigger.kind is EventKind.ATTACK for trigger in below):
        return [*heads]
    said = [head for head in heads if doc[head].head.lemma_.lower() in SAYING]
    told = [h for h in said if chains[h].type in OFFICIAL and doc[h].sent != pronoun.sent]
    others = [h for h in heads if all(chains[h] is not chains[head] for head in told)]
    return [h for h in others if doc[h].dep_ in SUBJECTS] if told else [*heads]


def own_body(doc: Doc, mention: EntityMention) -> int | None:
    """The head of the body of who says "his group": "a spokesman for the *TTP* said that *his group* had"."""
    if mention.noun not in BODY_NOUNS or doc[mention.start].lower_ not in ("his", "her"):
        return None
    verbs = (above for above in doc[mention.root].ancestors if above.lemma_.lower() in (*SAYING, "tell"))
    speakers = (subject_of(verb) for verb in verbs)
    speaker = next((one for one in speakers if one is not None and one.i in doc._.mentions), None)
    body = None if speaker is None else spoken_for(doc, speaker.i)
    return None if speaker is None or body == speaker.i else body


def is_called_otherwise(doc: Doc, mention: EntityMention) -> bool:
    """Whether a description has a name or owner of its own: "the *Haram* district", "the *group's* head"."""
    lefts = [child for child in doc[mention.root].lefts if child.i >= mention.start]
    if mention.category is Category.PLACE and mention.name is None:
        return any(child.is_title for child in lefts if child.i > mention.start)
    words = (doc[child.i].lemma_.lower() for child in lefts if child.dep_ == "poss")
    return mention.kind is ActorKind.PERSON and mention.name is None and not BODY_NOUNS.isdisjoint(words)
