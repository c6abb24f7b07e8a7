"""Prefixes that are no words: "non-combatants" and "ex-soldiers" are one token each, as in the Penn Treebank.

spaCy's tokenizer divides at every hyphen; its models, which learned from texts that do not divide these, then
take the prefix for a noun of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from spacy.language import Language

from builder.patterns import load

WORDS = load("affixes")
PREFIXES = frozenset(WORDS["prefixes"])
TITLES = tuple(f"{prefix}-" for prefix in WORDS["of_titles"])


def keep_prefixes(nlp: Language) -> None:
    """Have the tokenizer of a pipeline leave words with such a prefix whole."""
    tokenizer: Any = nlp.tokenizer
    divide = getattr(tokenizer, "infix_finditer", None)
    if divide is None:
        return  # a tokenizer of another kind

    def divided(text: str) -> Iterator[re.Match[str]]:
        return (match for match in divide(text) if not _ends_prefix(text, match))

    tokenizer.infix_finditer = divided


def _ends_prefix(text: str, match: re.Match[str]) -> bool:
    return match.group() == "-" and text[: match.start()].lower() in PREFIXES


def without_title_prefix(word: str) -> str:
    """The word that somebody's office or calling is, without what says that it is past or second.

    >>> without_title_prefix("ex-soldiers"), without_title_prefix("non-combatants")
    ('soldiers', 'non-combatants')
    """
    prefix = next((prefix for prefix in TITLES if word.startswith(prefix)), "")
    return word.removeprefix(prefix)
