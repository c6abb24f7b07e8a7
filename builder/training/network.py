"""The network: one encoder, and a linear head a layer; roles of arguments from pairs of pieces."""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from transformers import BertModel

from builder.models.encoder import Labels

WIDE: Final = 384  # of the encoder's vectors (MiniLM-L6-H384, Wang and others 2020)
PAIR: Final = 96  # of what pairs are judged by: more did not help on held-out articles
DROPPED: Final = 0.1  # as the encoder was trained


class Network(nn.Module):
    """Reads pieces; every layer is an output, so that one pass gives all."""

    def __init__(self, encoder: Path, labels: Labels) -> None:
        super().__init__()
        # Numbers by chance for each pair of pieces cost as much as all the rest on a processor, and the fused
        # attention is slower there than the plain one: 4,900 pieces a second instead of 1,300.
        self.encoder = BertModel.from_pretrained(
            str(encoder),
            add_pooling_layer=False,
            attn_implementation="eager",
            attention_probs_dropout_prob=0.0,
        )
        self.dropout = nn.Dropout(DROPPED)
        self.roles = nn.Linear(WIDE, 2 * len(labels.roles) + 1)
        self.kinds = nn.Linear(WIDE, len(labels.kinds))
        self.triggers = nn.Linear(WIDE, 2 * len(labels.triggers) + 1)
        self.entities = nn.Linear(WIDE, 2 * len(labels.entities) + 1)
        self.report = nn.Linear(2 * WIDE, len(labels.kinds))
        self.snippet = nn.Linear(2 * WIDE, len(labels.types))
        self.trigger_of = nn.Linear(WIDE, PAIR)
        self.argument_of = nn.Linear(WIDE, PAIR)
        self.type_of = nn.Embedding(len(labels.triggers), PAIR)
        self.role_of = nn.Linear(PAIR, len(labels.arguments) + 1)  # the first: none

    def forward(self, pieces: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Give the scores of each layer; `pieces` and `mask` are windows by pieces."""
        hidden = self.encoder(input_ids=pieces, attention_mask=mask).last_hidden_state
        hidden = self.dropout(hidden)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        whole = torch.cat((hidden[:, 0], mean), dim=-1)
        return {
            "roles": self.roles(hidden),
            "kinds": self.kinds(hidden),
            "triggers": self.triggers(hidden),
            "entities": self.entities(hidden),
            "report": self.report(whole),
            "snippet": self.snippet(whole),
            "trigger_of": self.trigger_of(hidden),
            "argument_of": self.argument_of(hidden),
        }

    def pairs(self, trigger: Tensor, types: Tensor, arguments: Tensor) -> Tensor:
        """Score the roles of pieces: triggers by PAIR, their types, and triggers by pieces by PAIR."""
        joined = torch.relu(trigger + self.type_of(types)).unsqueeze(1) * arguments
        scores: Tensor = self.role_of(joined)
        return scores
