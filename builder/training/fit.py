"""Teaching: every corpus teaches its own heads, and all of them the encoder."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from builder.models.arguments import distance
from builder.models.decoding import NO_EVENT
from builder.models.encoder import NEWS, REPORTS, SEP, Branch, Labels, open_tokenizer
from builder.training.corpora import MUC_ROLES, MUC_TYPES, RE3D_TYPES, Example
from builder.training.network import Network
from builder.training.windows import IGNORED, Window, parts, windows

ENCODER_RATE: Final = 1e-4  # of learning: small encoders take more than the 5e-5 that is usual for large ones
HEAD_RATE: Final = 1e-3  # heads begin at random
WARMING: Final = 0.06  # the part of all steps in which the rate rises
LONGEST_STEP: Final = 1.0  # norm of a gradient, above which it is cut
PIECES: Final = 2048  # of a batch: four full windows
SEEN: Final = {"re3d": 3, "case2021": 3}  # how often an epoch sees a small corpus
MASK: Final = 103  # the piece that stands for one that is hidden
MEMORY: Final = 0.998  # what the mean of the weights keeps at each step: some 500 steps, two epochs
# By branch: how many pieces are hidden by chance, and how many windows of an epoch are seen in parts. Of
# whole windows alone nothing is learned about short texts: such a network finds entities and incidents in
# every word. Reports are always long, and what takes part in them are names: there both cost more than they
# bring.
HIDDEN: Final = {NEWS.name: 0.15, REPORTS.name: 0.0}
PARTED: Final = {NEWS.name: 0.3, REPORTS.name: 0.0}
# The branches that keep the vectors of words as they were published; the others have vectors of their own.
HELD: Final = (NEWS.name,)
KEPT: Final = 0.5  # of the reports without an incident, in each epoch: they say little, and are many


@dataclass(frozen=True, slots=True)
class Plan:
    """What is taught from, for how long, and where what is learned is kept."""

    encoder: Path
    work: Path
    epochs: int
    seed: int


def labels_of(examples: Sequence[Example]) -> Labels:
    """Name what the corpora tell apart."""
    wiki = [example for example in examples if example.corpus == "wikievents"]
    return Labels(
        roles=tuple(MUC_ROLES.values()),
        kinds=MUC_TYPES,
        triggers=tuple(sorted({tag.label for example in wiki for tag in example.tags})),
        arguments=tuple(sorted({each.argument.label for example in wiki for each in example.relations})),
        entities=RE3D_TYPES,
        types=tuple(sorted({each for one in examples if one.corpus == "case2021" for each in one.labels})),
    )


def fit(examples: Sequence[Example], plan: Plan, branch: Branch) -> Network:
    """Teach one branch, writing it to `plan.work` after each epoch; go on where that was broken off."""
    tokenizer, labels = open_tokenizer(plan.encoder / "tokenizer.json"), labels_of(examples)
    own = (example for example in examples if example.corpus in branch.corpora)
    cut = [window for example in own for window in windows(tokenizer, example, labels)]
    torch.manual_seed(plan.seed)
    network = Network(plan.encoder, labels, branch)
    network.words.requires_grad_(requires_grad=branch.name not in HELD)
    steps = plan.epochs * len([*_batches(cut, labels, branch, random.Random(plan.seed))])
    course, kept = _Course.begin(network, steps), plan.work / f"{branch.name}.pt"
    for epoch in range(course.resume(kept), plan.epochs):
        torch.manual_seed(plan.seed + epoch)
        _epoch(course, [*_batches(cut, labels, branch, random.Random(plan.seed + epoch))], labels, epoch)
        course.keep(kept, epoch + 1)
    taught: Network = course.mean.module
    return taught


@dataclass(frozen=True, slots=True)
class _Course:
    """What changes while a network is taught; `mean` is the mean of its last states, which errs less."""

    network: Network
    mean: AveragedModel
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR

    @classmethod
    def begin(cls, network: Network, steps: int) -> "_Course":
        mean = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(MEMORY))
        optimizer = torch.optim.AdamW(_groups(network), weight_decay=0.01, fused=True)
        return cls(network, mean, optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, _rate(steps)))

    def step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LONGEST_STEP)
        self.optimizer.step()
        self.schedule.step()
        self.mean.update_parameters(self.network)

    def keep(self, file: Path, epochs: int) -> None:
        """Write the state after some epochs, in place of the one before."""
        new = file.with_suffix(".new")
        torch.save({"epochs": epochs, **{name: each.state_dict() for name, each in self._parts()}}, new)
        new.replace(file)

    def resume(self, file: Path) -> int:
        """Take up what was kept; give the number of epochs that are done."""
        if not file.exists():
            return 0
        kept = torch.load(file, weights_only=True)
        for name, each in self._parts():
            each.load_state_dict(kept[name])
        return int(kept["epochs"])

    def _parts(self) -> Iterator[tuple[str, Any]]:
        for name in ("network", "mean", "optimizer", "schedule"):
            yield name, getattr(self, name)


def _groups(network: Network) -> list[dict[str, Any]]:
    inner = {id(each) for each in network.encoder.parameters()}
    heads = [each for each in network.parameters() if id(each) not in inner]
    return [
        {"params": [p for p in network.encoder.parameters() if p.requires_grad], "lr": ENCODER_RATE},
        {"params": heads, "lr": HEAD_RATE},
    ]


def _rate(steps: int) -> Callable[[int], float]:
    def rate(step: int) -> float:
        rising = step / max(1, WARMING * steps)
        return min(rising, max(0.0, (steps - step) / (steps * (1 - WARMING))))

    return rate


def _batches(
    cut: Sequence[Window], labels: Labels, branch: Branch, chance: random.Random
) -> Iterator[list[Window]]:
    """Give windows of one corpus and about one length together, all in an order by chance."""
    chosen: list[Window] = []
    for window in cut:
        if window.example.corpus == "muc4" and not window.example.tags and chance.random() >= KEPT:
            continue
        for _ in range(_times_seen(window.example)):
            is_parted = window.example.corpus != "case2021" and chance.random() < PARTED[branch.name]
            chosen += parts(window, labels, chance) if is_parted else [window]
    chosen.sort(key=lambda window: (window.example.corpus, len(window.pieces), chance.random()))
    batches: list[list[Window]] = []
    for window in chosen:
        last = batches[-1] if batches else []
        is_alike = last and last[0].example.corpus == window.example.corpus
        if is_alike and (len(last) + 1) * len(window.pieces) <= PIECES:
            last.append(window)
        else:
            batches.append([window])
    chance.shuffle(batches)
    yield from batches


def _times_seen(example: Example) -> int:
    return 1 if example.labels == (NO_EVENT,) else SEEN.get(example.corpus, 1)


def _epoch(course: _Course, batches: Sequence[list[Window]], labels: Labels, epoch: int) -> None:
    course.network.train()
    bar = tqdm(batches, desc=f"epoch {epoch + 1}", mininterval=10)
    total = 0.0
    for batch in bar:
        pieces, mask = stack(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = course.network(
                course.network.words(hidden_in_part(pieces, HIDDEN[course.network.branch.name])), mask
            )
        loss = _loss(course.network, {name: each.float() for name, each in out.items()}, batch, labels)
        course.step(loss)
        total += loss.item()
    bar.close()
    tqdm.write(f"epoch {epoch + 1}: mean loss {total / max(1, len(batches)):.4f}")


def hidden_in_part(pieces: Tensor, part: float) -> Tensor:
    """Some pieces by chance as ones that cannot be read: what is beside them must do."""
    is_hidden = (torch.rand(pieces.shape) < part) & (pieces > SEP)
    return torch.where(is_hidden, MASK, pieces)


def stack(batch: Sequence[Window]) -> tuple[Tensor, Tensor]:
    """Give windows as one matrix of pieces, and where they are."""
    longest = max(len(window.pieces) for window in batch)
    pieces = torch.zeros((len(batch), longest), dtype=torch.long)
    for row, window in enumerate(batch):
        pieces[row, : len(window.pieces)] = torch.tensor(window.pieces)
    return pieces, (pieces != 0).long()


def _loss(network: Network, out: dict[str, Tensor], batch: Sequence[Window], labels: Labels) -> Tensor:
    match batch[0].example.corpus:
        case "muc4":
            return _outlines(out["roles"], [w.roles for w in batch]) + _kinds(out, batch, labels)
        case "wikievents":
            outlines = _outlines(out["triggers"], [w.triggers for w in batch])
            return outlines + _arguments(network, out, batch)
        case "re3d":
            return _outlines(out["entities"], [w.entities for w in batch])
        case _:
            numbers = [labels.types.index(window.example.labels[0]) for window in batch]
            return functional.cross_entropy(out["snippet"], torch.tensor(numbers))


def _outlines(scores: Tensor, outlines: Sequence[list[int] | None]) -> Tensor:
    gold = torch.full(scores.shape[:2], IGNORED)
    for row, outline in enumerate(outlines):
        gold[row, : len(outline or ())] = torch.tensor(outline)
    return functional.cross_entropy(scores.flatten(0, 1), gold.flatten(), ignore_index=IGNORED)


def _kinds(out: dict[str, Tensor], batch: Sequence[Window], labels: Labels) -> Tensor:
    """The incident types of a report, and of what takes part in one of them."""
    whole = torch.zeros(len(batch), len(labels.kinds))
    for row, window in enumerate(batch):
        for name in window.incidents:
            whole[row, labels.kinds.index(name)] = 1
    loss = functional.binary_cross_entropy_with_logits(out["report"], whole)
    where = sorted({(row, piece) for row, window in enumerate(batch) for piece, _ in window.kinds})
    if where:
        rows, pieces = (torch.tensor(each) for each in zip(*where, strict=True))
        gold = torch.zeros(len(where), len(labels.kinds))
        place = {each: number for number, each in enumerate(where)}
        for row, window in enumerate(batch):
            for piece, kind in window.kinds:
                gold[place[row, piece], kind] = 1
        loss = loss + functional.binary_cross_entropy_with_logits(out["kinds"][rows, pieces], gold)
    return loss


def _arguments(network: Network, out: dict[str, Tensor], batch: Sequence[Window]) -> Tensor:
    """The roles of all pieces of a window for each of its triggers, also for those without arguments."""
    rows, triggers, types, gold = [], [], [], []
    for row, window in enumerate(batch):
        outline = enumerate(window.triggers or ())
        begun = {i: (label - 1) // 2 for i, label in outline if label > 0 and label % 2}
        for trigger, type_ in begun.items():
            roles = torch.zeros(out["argument_of"].shape[1], dtype=torch.long)
            roles[len(window.pieces) - 1 :] = IGNORED
            for each, _, argument, role in window.arguments:
                if each == trigger:
                    roles[argument] = role
            rows.append(row)
            triggers.append(trigger)
            types.append(type_)
            gold.append(roles)
    if not rows:
        return out["triggers"].sum() * 0
    length = out["argument_of"].shape[1]
    distances = torch.tensor(np.stack([distance(each, length) for each in triggers]))
    scores = network.pairs(
        out["trigger_of"][rows, triggers], torch.tensor(types), distances, out["argument_of"][rows]
    )
    # Most pieces are no argument: their part of the mean would drown the others.
    weights = torch.ones(scores.shape[-1])
    weights[0] = 0.2
    return functional.cross_entropy(
        scores.flatten(0, 1), torch.stack(gold).flatten(), weights, ignore_index=IGNORED
    )
