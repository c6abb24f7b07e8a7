"""The trained networks as files that onnxruntime runs: weights of eight bits.

The matrices of the encoders are not in the files of ONNX: what two of them have in common is stored once.
"""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertModel

from builder.models.encoder import SENTENCES, Labels
from builder.models.matrices import Numbers
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


class _Sentence(nn.Module):
    """The encoder as it was published: the mean of its last states is the vector of a sentence."""

    def __init__(self, encoder: Path) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            str(encoder), add_pooling_layer=False, attn_implementation="eager"
        )

    def forward(self, vectors: Tensor) -> tuple[Tensor]:
        embedded = self.encoder.embeddings(inputs_embeds=vectors)
        return (self.encoder.encoder(embedded, attention_mask=None).last_hidden_state.mean(1),)


def export(news: Network, reports: Network, labels: Labels, encoder: Path, folder: Path) -> None:
    """Write what `builder.models.trained` loads into a folder, but for the types of short texts.

    `encoder` is the folder of the one that was published. Of the words of reports only what is other is
    written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        for network in (news, reports):
            branch = network.branch
            _write_encoder(
                _Outputs(network), branch.of_pieces, branch.of_windows, Path(scratch) / f"{branch.name}.onnx"
            )
        write_sentences(encoder, Path(scratch))
        pack(Path(scratch), folder)
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
    shutil.copyfile(encoder / "tokenizer.json", folder / "tokenizer.json")


def write_sentences(encoder: Path, folder: Path) -> None:
    """Write the encoder as it was published, whole, into a folder."""
    file = folder / f"{SENTENCES.name}.onnx"
    _write_encoder(_Sentence(encoder), SENTENCES.of_pieces, SENTENCES.of_windows, file)


def pack(whole: Path, folder: Path) -> None:
    """Take the matrices out of the files of ONNX in `whole`, and write both into a folder.

    Of what was taught only the difference to what was published is written.
    """
    published = _without_matrices(whole / f"{SENTENCES.name}.onnx", folder)
    _save(published, folder / "published.npz")
    for name in ("news", "reports"):
        taught = _without_matrices(whole / f"{name}.onnx", folder)
        changes = {key: (taught[key] - numbers).astype(np.int8) for key, numbers in published.items()}
        _save(changes, folder / f"{name}-matrices.npz")


def _save(matrices: dict[str, Any], file: Path) -> None:
    np.savez_compressed(file, **matrices)


def _without_matrices(file: Path, folder: Path) -> dict[str, Numbers]:
    """Write a graph without the matrices of its encoder; give them by the names that it has for them.

    They are named by their order, which is that of the layers.
    """
    model: ModelProto = onnx.load(file)
    taken: dict[str, Numbers] = {}
    for tensor in model.graph.initializer:
        matrix = numpy_helper.to_array(tensor)
        if matrix.dtype != np.int8 or matrix.size < WIDE * WIDE:
            continue
        name = f"matrix-{len(taken):02}"
        taken[name] = matrix
        _rename(model, tensor.name, name)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="given")
    (folder / file.name).write_bytes(model.SerializeToString())
    return taken


def _rename(model: ModelProto, old: str, new: str) -> None:
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == old:
                node.input[place] = new
    for tensor in model.graph.initializer:
        if tensor.name == old:
            tensor.name = new


def _in_eight_bits(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors as whole numbers, and the unit of each."""
    units = np.maximum(np.abs(vectors).max(1) / _LARGEST, np.finfo(np.float32).tiny).astype(np.float32)
    return np.rint(vectors / units[:, None]).astype(np.int8), units


def _write_encoder(
    module: nn.Module, of_pieces: tuple[str, ...], of_windows: tuple[str, ...], file: Path
) -> None:
    """Write one encoder, with its weights, but for the words, in eight bits."""
    module.eval()
    vectors = torch.zeros((1, 16, WIDE))
    axes = {name: {1: "pieces"} for name in ("vectors", *of_pieces)}
    with TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        torch.onnx.export(
            module,
            (vectors,),
            str(whole),
            input_names=["vectors"],
            output_names=[*of_pieces, *of_windows],
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, file, weight_type=QuantType.QInt8, per_channel=True)
