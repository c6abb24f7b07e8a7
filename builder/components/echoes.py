"""Echoes: statements that are only said to be made by another too: "*So did* the militia"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from builder.components.annotations import EventMention, RoleFiller
from builder.components.parse_labels import SUBJECTS
from builder.components.speakers import able
from builder.components.syntax import tokens_with
from builder.model import Role

DOING = ("did", "does", "do", "has", "have")
AGAIN = frozenset(("so", "as"))
ECHOED = frozenset(("claim", "deny", "accuse"))  # frames of statements that are worth repeating
NEAR = 1  # sentences between a statement and its echo


def echoed(doc: Doc, spoken: Sequence[EventMention]) -> Iterator[EventMention]:
    """The statements that another speaker repeats, each like the one before it but for who speaks."""
    for verb in tokens_with(doc, "LOWER", *DOING):
        speaker = able(doc, _echoing(verb))
        first = doc[max(0, verb.sent.start - NEAR)].sent.start
        before = (s for s in spoken if s.trigger.frame in ECHOED and first <= s.trigger.token < verb.i)
        last = max(before, key=lambda statement: statement.trigger.token, default=None)
        if speaker is not None and last is not None:
            kept = (filler for filler in last.roles if filler.role is not Role.SPEAKER)
            roles = (RoleFiller(Role.SPEAKER, speaker.root), *kept)
            yield replace(last, trigger=replace(last.trigger, token=verb.i), roles=roles, times=())


def _echoing(verb: Token) -> Token | None:
    """The subject of "so did X", "as did X", and of nothing in which a verb follows "did"."""
    opened = any(child.lower_ in AGAIN for child in verb.lefts)
    if not opened or any(child.dep_ in ("dobj", "xcomp", "ccomp", "acomp", "attr") for child in verb.rights):
        return None
    if verb.dep_ == "aux":
        return None
    return next((child for child in verb.rights if child.dep_ in SUBJECTS), None)
