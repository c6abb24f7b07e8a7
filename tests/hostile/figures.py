"""What the tests here measure, for the end of the run, and the seed of all chance."""

import os

SEED = int(os.environ.get("POLEMOS_SEED", "1"))
FIGURES: list[str] = []
