"""The trained network as a file that onnxruntime runs: weights of eight bits."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from builder.models.encoder import Labels
from builder.training.network import WIDE, Network

# The oldest opset that has all that the encoder uses.
_OPSET: Final = 17
_LARGEST: Final = 127  # of eight bits with a sign, the same both ways


def _array(weights: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = weights.detach().numpy()
    return found


class _Outputs(nn.Module):
    """The network with the outputs of its branch in a row, which is what a file of ONNX has."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, vectors: Tensor) -> tuple[Tensor, ...]:
        found, branch = self.network.of_one(vectors), self.network.branch
        return tuple(found[name] for name in (*branch.of_pieces, *branch.of_windows))


def export(news: Network, reports: Network, labels: Labels, tokenizer: Path, folder: Path) -> None:
    """Write what `builder.models.trained` loads into a folder; of the words of reports only what is other."""
    folder.mkdir(parents=True, exist_ok=True)
    for network in (news, reports):
        _write_encoder(network, folder / f"{network.branch.name}.onnx")
    numbers, units = _in_eight_bits(_array(news.words.weight))
    np.savez_compressed(folder / "words.npz", numbers=numbers, units=units)
    others = _array(reports.words.weight)
    # What is nearer than half a unit is the same in eight bits.
    pieces = np.flatnonzero(np.abs(others - _array(news.words.weight)).max(1) > units / 2)
    numbers, units = _in_eight_bits(others[pieces])
    np.savez_compressed(folder / "reports.npz", pieces=pieces, numbers=numbers, units=units)
    # What judges pairs of pieces is not in the file of ONNX: which pairs there are is known only afterwards.
    np.savez(
        folder / "pairs.npz",
        types=_array(news.type_of.weight),
        distances=_array(news.distance_of.weight),
        roles=_array(news.role_of.weight),
        bias=_array(news.role_of.bias),
    )
    (folder / "labels.json").write_text(json.dumps(asdict(labels), indent=1) + "\n", "utf-8")
    shutil.copyfile(tokenizer, folder / "tokenizer.json")


def _in_eight_bits(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors as whole numbers, and the unit of each."""
    units = np.maximum(np.abs(vectors).max(1) / _LARGEST, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(vectors / units[:, None]).astype(np.int8), units


def _write_encoder(network: Network, file: Path) -> None:
    """Write one encoder, with its weights, but for the words, in eight bits."""
    network.eval()
    vectors = torch.zeros((1, 16, WIDE))
    names = [*network.branch.of_pieces, *network.branch.of_windows]
    axes = {name: {1: "pieces"} for name in ("vectors", *network.branch.of_pieces)}
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            _Outputs(network),
            (vectors,),
            str(whole),
            input_names=["vectors"],
            output_names=names,
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, file, weight_type=QuantType.QInt8, per_channel=True)
