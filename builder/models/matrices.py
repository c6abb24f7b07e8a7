"""The matrices of the encoders, in eight bits: as they were published, and what teaching changed of them.

The encoders begin as the same one, and teaching moves each weight a little: of two that were taught, what
differs is a third of what they are, and takes half of the room.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from onnxruntime import OrtValue, SessionOptions

Numbers: TypeAlias = NDArray[np.int8]


class Matrices:
    """Matrices by the names that a graph of ONNX has for them; the graph itself holds none."""

    def __init__(self, numbers: Mapping[str, Numbers]) -> None:
        self.numbers = numbers

    @classmethod
    def load(cls, file: Path) -> "Matrices":
        """Read what `builder.training.export` wrote."""
        with np.load(file) as stored:
            return cls({name: stored[name] for name in stored.files})

    def changed(self, file: Path) -> "Matrices":
        """The same with what a file says to add; sums are of eight bits too, so that none is out of range.

        >>> np.array([100], np.int8) + np.array([100], np.int8)
        array([-56], dtype=int8)
        """
        changes = Matrices.load(file).numbers
        return Matrices({name: numbers + changes[name] for name, numbers in self.numbers.items()})

    def lend(self, options: SessionOptions) -> None:
        """Give them to the session that is opened with these options."""
        values = [OrtValue.ortvalue_from_numpy(each) for each in self.numbers.values()]
        options.add_external_initializers([*self.numbers], values)
