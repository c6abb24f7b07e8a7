"""Named entities as spaCy's recogniser finds them, in all sentences at once in the place of token by token.

Outside of an entity the recogniser looks at one token alone; inside also at the token before it and at the
first of the entity (`set_context_tokens` in spaCy's `_state.pxd`). So what it would do outside is computed
for all tokens together, and all entities that might begin grow together. What it may do is as in spaCy's
`ner.pyx` for documents in which no entity is given beforehand. spaCy's own loop takes the interpreter's lock
at each sum, and waits for it where other threads run: alone it takes 27 microseconds a token, this 3.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span

# What a state looks at: the next token, the first of the entity, the last one read.
FEATURES: Final = 3
PIECES: Final = 2  # of each unit of the hidden layer, of which the greater counts
# Documents together, a quarter of a batch, as spaCy does it: what is computed of them stays in the cache.
PARTS: Final = 4
# The value of SENT_START where a token begins a sentence.
BEGINS: Final = 1

Floats: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Entity: TypeAlias = tuple[int, int, str]


def is_usual(recogniser: object) -> bool:
    """Whether a recogniser is of the kind that is read here: greedy, with the network of spaCy's models."""
    if not isinstance(recogniser, EntityRecognizer) or recogniser.cfg["beam_width"] != 1:
        return False
    model = recogniser.model
    if not model.has_ref("lower") or not model.attrs["has_upper"] or model.attrs["unseen_classes"]:
        return False
    lower = model.get_ref("lower")
    return bool(lower.get_dim("nF") == FEATURES and lower.has_dim("nP") and lower.get_dim("nP") == PIECES)


@Language.factory("polemos_named_entities", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def create_recogniser(nlp: Language, name: str) -> "BatchedRecogniser":
    """Make the component; it does nothing until it is told which recogniser to follow."""
    return BatchedRecogniser()


class BatchedRecogniser:
    """Writes `doc.ents` as a recogniser of spaCy would."""

    recogniser: EntityRecognizer

    def follow(self, recogniser: EntityRecognizer) -> None:
        """Do from now on what this recogniser would, by its weights."""
        self.recogniser = recogniser
        moves = recogniser.moves
        self._moves = _Moves.named([moves.get_class_name(k) for k in range(moves.n_moves)])

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document."""
        self._annotate([doc])
        return doc

    def pipe(self, docs: Iterable[Doc], *, batch_size: int) -> Iterator[Doc]:
        """Annotate documents, some at a time."""
        rest = iter(docs)
        while batch := tuple(islice(rest, max(1, batch_size // PARTS))):
            self._annotate(batch)
            yield from batch

    def _annotate(self, docs: Sequence[Doc]) -> None:
        free = [doc for doc in docs if len(doc) and not doc.has_annotation("ENT_IOB")]
        if free:
            found = self._entities(free)
            begin = 0
            for doc in free:
                inside = [each for each in found if begin <= each[0] < begin + len(doc)]
                doc.set_ents([Span(doc, start - begin, end - begin, label) for start, end, label in inside])
                begin += len(doc)
        for doc in docs:
            if doc not in free:
                self.recogniser(doc)

    def _entities(self, docs: Sequence[Doc]) -> list[Entity]:
        """The entities of some documents, by the tokens of all of them in a row."""
        network = _Network.reading(self.recogniser.model, docs)
        tokens = np.concatenate([doc.to_array(["SENT_START", "IS_SPACE"]) for doc in docs])
        closed = np.append(tokens[1:, 0] == BEGINS, True)
        closed[np.cumsum([len(doc) for doc in docs]) - 1] = True
        moves = self._moves
        best = moves.outside(network.outside(), closed, tokens[:, 1].astype(bool))
        begins = np.flatnonzero(moves.is_begin[best])
        ends = dict(zip(begins.tolist(), _ends(network, moves, begins, best[begins], closed), strict=True))
        return [*_in_order(best, ends, moves)]


@dataclass(frozen=True, slots=True)
class _Moves:
    """The moves of a recogniser by their numbers: of some kinds, and for each the others of its label."""

    labels: tuple[str, ...]
    is_begin: Flags
    is_unit: Flags
    is_outside: Flags
    insides: Numbers
    lasts: Numbers

    @classmethod
    def named(cls, names: Sequence[str]) -> "_Moves":
        """Tell apart names like "B-ORG"; "U-" is for what was given beforehand, which there is not."""
        kinds = np.array([name[0] if name[2:] or name == "O" else "" for name in names])
        numbers = {name: k for k, name in enumerate(names)}
        return cls(
            tuple(name[2:] for name in names),
            kinds == "B",
            kinds == "U",
            kinds == "O",
            np.array([numbers.get(f"I-{name[2:]}", -1) for name in names]),
            np.array([numbers.get(f"L-{name[2:]}", -1) for name in names]),
        )

    def outside(self, scores: Floats, closed: Flags, spaces: Flags) -> Numbers:
        """The best move for each token, no entity being open: none begins with a space, or where all ends."""
        scores[:, ~(self.is_begin | self.is_unit | self.is_outside)] = -np.inf
        scores[np.ix_(closed | spaces, self.is_begin)] = -np.inf
        scores[np.ix_(spaces, self.is_unit)] = -np.inf
        best: Numbers = scores.argmax(-1)
        return best


@dataclass(frozen=True, slots=True)
class _Network:
    """What a recogniser thinks of some tokens: for each its part of the sums, and the layer above these."""

    sums: Floats
    bias: Floats
    upper: Any  # a `thinc.api.Model`, whose types say nothing

    @classmethod
    def reading(cls, model: Any, docs: Sequence[Doc]) -> "_Network":  # noqa: ANN401 (as above)
        lower = model.get_ref("lower")
        sums = lower.predict(model.get_ref("tok2vec").predict(docs))
        return cls(sums, lower.get_param("b"), model.get_ref("upper"))

    def outside(self) -> Floats:
        """The scores of all moves for each token where no entity is open; the first row is for no token."""
        nothing = self.sums[0]
        return self._scores(self.sums[1:, 0] + nothing[1] + nothing[2])

    def inside(self, tokens: Numbers, firsts: Numbers) -> Floats:
        """The scores of all moves for tokens in entities that begin with others."""
        return self._scores(self.sums[tokens + 1, 0] + self.sums[firsts + 1, 1] + self.sums[tokens, 2])

    def _scores(self, sums: Floats) -> Floats:
        sums += self.bias
        scores: Floats = self.upper.predict(np.maximum(sums[..., 0], sums[..., 1]))
        return scores


def _ends(network: _Network, moves: _Moves, begins: Numbers, best: Numbers, closed: Flags) -> list[int]:
    """Where the entities end, exclusive, that begin with some tokens by some moves."""
    ends = begins + 1
    insides, lasts = moves.insides[best], moves.lasts[best]
    still = np.arange(len(begins))
    while still.size:
        tokens = ends[still]
        scores = network.inside(tokens, begins[still])
        rows = np.arange(len(still))
        goes_on = scores[rows, insides[still]] >= scores[rows, lasts[still]]
        ends[still] += 1
        still = still[goes_on & ~closed[tokens]]
    found: list[int] = ends.tolist()
    return found


def _in_order(best: Numbers, ends: dict[int, int], moves: _Moves) -> Iterator[Entity]:
    """The entities that begin after the one before has ended."""
    last = 0
    for start in np.flatnonzero(~moves.is_outside[best]).tolist():
        if start >= last:
            last = ends.get(start, start + 1)
            yield start, last, moves.labels[best[start]]
