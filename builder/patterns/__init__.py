"""Words and patterns as data: one file a component, so that a linguist extends them without Python."""

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def load(name: str) -> Any:
    """The parsed content of `NAME.json` in this folder.

    >>> "Embassy" in load("nouns")["Facility"]
    True
    """
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))
