"""Teaching: every corpus teaches its own heads, and all of them the encoder."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from builder.models.encoder import Labels, open_tokenizer
from builder.training.corpora import MUC_ROLES, MUC_TYPES, RE3D_TYPES, Example
from builder.training.network import Network
from builder.training.windows import IGNORED, Window, windows

ENCODER_RATE: Final = 1e-4  # of learning: small encoders take more than the 5e-5 that is usual for large ones
HEAD_RATE: Final = 1e-3  # heads begin at random
WARMING: Final = 0.06  # the part of all steps in which the rate rises
LONGEST_STEP: Final = 1.0  # norm of a gradient, above which it is cut
PIECES: Final = 2048  # of a batch: four full windows
SEEN: Final = {"re3d": 3, "case2021": 2}  # how often an epoch sees a small corpus
KEPT: Final = 0.5  # of the reports without an incident, in each epoch: they say little, and are many


@dataclass(frozen=True, slots=True)
class Plan:
    """What is taught from, for how long, and where the result goes."""

    encoder: Path
    out: Path
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


def fit(examples: Sequence[Example], plan: Plan) -> Network:
    """Teach a network, writing it to `plan.out` after each epoch; go on where that was broken off."""
    tokenizer = open_tokenizer(plan.encoder / "tokenizer.json")
    labels = labels_of(examples)
    cut = [window for example in examples for window in windows(tokenizer, example, labels)]
    torch.manual_seed(plan.seed)
    network = Network(plan.encoder, labels)
    plan.out.mkdir(parents=True, exist_ok=True)
    (plan.out / "labels.json").write_text(json.dumps(asdict(labels), indent=1), "utf-8")
    optimizer = torch.optim.AdamW(_groups(network), weight_decay=0.01, fused=True)
    steps = plan.epochs * len([*_batches(cut, random.Random(plan.seed))])
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _rate(steps))
    first = _resumed(plan.out / "last.pt", network, optimizer, schedule)
    for epoch in range(first, plan.epochs):
        _epoch(
            network, optimizer, schedule, [*_batches(cut, random.Random(plan.seed + epoch))], labels, epoch
        )
        _keep(plan.out / "last.pt", network, optimizer, schedule, epoch + 1)
    return network


def _groups(network: Network) -> list[dict[str, Any]]:
    inner = {id(each) for each in network.encoder.parameters()}
    heads = [each for each in network.parameters() if id(each) not in inner]
    return [
        {"params": [*network.encoder.parameters()], "lr": ENCODER_RATE},
        {"params": heads, "lr": HEAD_RATE},
    ]


def _rate(steps: int) -> Callable[[int], float]:
    def rate(step: int) -> float:
        rising = step / max(1, WARMING * steps)
        return min(rising, max(0.0, (steps - step) / (steps * (1 - WARMING))))

    return rate


def _batches(cut: Sequence[Window], chance: random.Random) -> Iterator[list[Window]]:
    """Give windows of one corpus and about one length together, all in an order by chance."""
    chosen = [
        window
        for window in cut
        for _ in range(SEEN.get(window.example.corpus, 1))
        if window.example.tags or window.example.corpus != "muc4" or chance.random() < KEPT
    ]
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


def _epoch(
    network: Network,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LambdaLR,
    batches: Sequence[list[Window]],
    labels: Labels,
    epoch: int,
) -> None:
    network.train()
    bar = tqdm(batches, desc=f"epoch {epoch + 1}", mininterval=10)
    total = 0.0
    for batch in bar:
        pieces, mask = stack(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = network(pieces, mask)
        loss = _loss(network, {name: each.float() for name, each in out.items()}, batch, labels)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), LONGEST_STEP)
        optimizer.step()
        schedule.step()
        total += loss.item()
    bar.close()
    tqdm.write(f"epoch {epoch + 1}: mean loss {total / max(1, len(batches)):.4f}")


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
        for name in window.example.labels:
            if name:
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
    scores = network.pairs(out["trigger_of"][rows, triggers], torch.tensor(types), out["argument_of"][rows])
    # Most pieces are no argument: their part of the mean would drown the others.
    weights = torch.ones(scores.shape[-1])
    weights[0] = 0.2
    return functional.cross_entropy(
        scores.flatten(0, 1), torch.stack(gold).flatten(), weights, ignore_index=IGNORED
    )


def _keep(file: Path, network: Network, optimizer: Any, schedule: Any, epoch: int) -> None:  # noqa: ANN401 (torch's)
    state = {"network": network, "optimizer": optimizer, "schedule": schedule}
    new = file.with_suffix(".new")
    torch.save({"epoch": epoch, **{name: each.state_dict() for name, each in state.items()}}, new)
    new.replace(file)


def _resumed(file: Path, network: Network, optimizer: Any, schedule: Any) -> int:  # noqa: ANN401 (torch's)
    """Take up what was kept; give the number of epochs that are done."""
    if not file.exists():
        return 0
    kept = torch.load(file, weights_only=True)
    for name, each in {"network": network, "optimizer": optimizer, "schedule": schedule}.items():
        each.load_state_dict(kept[name])
    return int(kept["epoch"])
