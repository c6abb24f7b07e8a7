"""The network: one encoder, and a linear head a layer; roles of arguments from pairs of pieces."""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from transformers import BertModel

from builder.models.arguments import DISTANCES
from builder.models.encoder import NEWS, REPORTS, Branch, Labels

OF_PIECES: Final = (*NEWS.of_pieces, *REPORTS.of_pieces)
OF_WINDOWS: Final = (*NEWS.of_windows, *REPORTS.of_windows)
WIDE: Final = 384  # of the encoder's vectors (MiniLM-L6-H384, Wang and others 2020)
PAIR: Final = 96  # of what pairs are judged by: more did not help on held-out articles
DROPPED: Final = 0.1  # as the encoder was trained


class Network(nn.Module):
    """Reads pieces; every layer that corpora teach is an output, so that one pass gives all."""

    def __init__(self, encoder: Path, labels: Labels, branch: Branch) -> None:
        super().__init__()
        self.branch = branch
        # Numbers by chance for each pair of pieces cost as much as all the rest on a processor, and the fused
        # attention is slower there than the plain one: 4,900 pieces a second instead of 1,300.
        self.encoder = BertModel.from_pretrained(
            str(encoder),
            add_pooling_layer=False,
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
        )
        self.dropout = nn.Dropout(DROPPED)
        sizes = _sizes(labels)
        self.heads = nn.ModuleDict(
            {name: nn.Linear(WIDE, sizes[name]) for name in OF_PIECES}
            | {name: nn.Linear(2 * WIDE, sizes[name]) for name in OF_WINDOWS}
        )
        self.type_of = nn.Embedding(len(labels.triggers), PAIR)
        self.distance_of = nn.Embedding(DISTANCES, PAIR)
        self.role_of = nn.Linear(2 * PAIR, len(labels.arguments) + 1)  # the first: none

    @property
    def words(self) -> nn.Embedding:
        """The vectors of pieces, which the encoder begins with."""
        table: nn.Embedding = self.encoder.embeddings.word_embeddings
        return table

    def forward(self, vectors: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Score each layer; `vectors` are windows by pieces by WIDE, `mask` is windows by pieces."""
        hidden = self.encoder(inputs_embeds=vectors, attention_mask=mask).last_hidden_state
        hidden = self.dropout(hidden)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        return self._scores(hidden, (hidden * weights).sum(1) / weights.sum(1))

    def of_one(self, vectors: Tensor) -> dict[str, Tensor]:
        """Score each layer for one window, where no piece is masked, which costs a sixth of the time."""
        embedded = self.encoder.embeddings(inputs_embeds=vectors)
        hidden = self.encoder.encoder(embedded, attention_mask=None).last_hidden_state
        return self._scores(hidden, hidden.mean(1))

    def _scores(self, hidden: Tensor, mean: Tensor) -> dict[str, Tensor]:
        whole = torch.cat((hidden[:, 0], mean), dim=-1)
        return {name: self.heads[name](hidden) for name in OF_PIECES} | {
            name: self.heads[name](whole) for name in OF_WINDOWS
        }

    def pairs(self, trigger: Tensor, types: Tensor, distances: Tensor, arguments: Tensor) -> Tensor:
        """Score the roles of pieces.

        Triggers by PAIR, their types, triggers by pieces (`builder.models.arguments.distance`), and triggers
        by pieces by PAIR.
        """
        told = (trigger + self.type_of(types)).unsqueeze(1)
        sums = torch.relu(told + arguments + self.distance_of(distances))
        scores: Tensor = self.role_of(torch.cat((sums, torch.relu(told) * arguments), dim=-1))
        return scores


def _sizes(labels: Labels) -> dict[str, int]:
    """How many scores each layer has: of stretches one outside, two a label, at a beginning and inside."""
    stretches = {"roles": labels.roles, "triggers": labels.triggers, "entities": labels.entities}
    return {name: 2 * len(names) + 1 for name, names in stretches.items()} | {
        "kinds": len(labels.kinds),
        "report": len(labels.kinds),
        "snippet": len(labels.types),
        "trigger_of": PAIR,
        "argument_of": PAIR,
    }
