"""Words and patterns as data: one file a component, so that a linguist extends them without Python."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any


@cache
def load(name: str) -> Any:  # noqa: ANN401 - each file has a shape of its own
    """The parsed content of `NAME.json` in this folder.

    >>> "Embassy" in load("nouns")["Facility"]
    True
    """
    return json.loads(resources.files(__name__).joinpath(f"{name}.json").read_text(encoding="utf-8"))


def alternatives(words: Iterable[str]) -> str:
    """The part of a regular expression that matches any of some words, of two that begin alike the longer.

    >>> alternatives(["mid", "midday"])
    'midday|mid'
    """
    return "|".join(sorted((re.escape(word) for word in words), key=len, reverse=True))
