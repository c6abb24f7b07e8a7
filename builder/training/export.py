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
from builder.training.network import Network

# The oldest opset that has all that the encoder uses.
_OPSET: Final = 17


def _array(weights: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = weights.detach().numpy()
    return found


class _Outputs(nn.Module):
    """The network with its outputs in a row, which is what a file of ONNX has."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, pieces: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        return tuple(self.network(pieces, mask).values())


def export(network: Network, labels: Labels, tokenizer: Path, folder: Path) -> None:
    """Write `model.onnx`, `pairs.npz`, `labels.json` and `tokenizer.json` into a folder."""
    network.eval()
    folder.mkdir(parents=True, exist_ok=True)
    pieces = torch.randint(1000, 2000, (1, 16))
    names = [*network(pieces, torch.ones_like(pieces))]
    axes = {name: {0: "windows", 1: "pieces"} for name in ("pieces", "mask", *names)}
    axes |= {name: {0: "windows"} for name in ("report", "snippet")}
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            _Outputs(network),
            (pieces, torch.ones_like(pieces)),
            str(whole),
            input_names=["pieces", "mask"],
            output_names=names,
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, folder / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    # What judges pairs of pieces is not in the file of ONNX: which pairs there are is known only afterwards.
    np.savez(
        folder / "pairs.npz",
        types=_array(network.type_of.weight),
        roles=_array(network.role_of.weight),
        bias=_array(network.role_of.bias),
    )
    (folder / "labels.json").write_text(json.dumps(asdict(labels), indent=1) + "\n", "utf-8")
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
