"""The trained model as it is shipped, and what runs it: onnxruntime, no torch.

`builder.training` makes it; `README.md` beside this file is its card.
"""

from pathlib import Path


def shipped() -> Path | None:
    """Give the folder of the model that is shipped; None where there is none."""
    folder = Path(__file__).parent
    return folder if (folder / "news.onnx").is_file() else None
