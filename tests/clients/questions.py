"""Which of the analysts' questions have an answer over the seeds."""

from pathlib import Path

EXPECTED = Path(__file__).parents[1] / "ontology" / "expected"


def is_answered(name: str) -> bool:
    """Whether the expected answer of a question has rows; no two seeds, for one, are prints of one text."""
    return len((EXPECTED / f"{name}.csv").read_text("utf-8").splitlines()) > 1
