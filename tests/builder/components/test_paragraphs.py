"""Sentences begin where the layout says so, and never inside brackets."""

import pytest

from .conftest import Annotate

TEXTS = {
    "Gunmen fled.\n\nPolice came.": ["Gunmen fled.", "Police came."],
    "Attack in Goma\n\nGunmen fled.": ["Attack in Goma", "Gunmen fled."],
    "KABUL, Jan 4 (AFP) -- Gunmen attacked a bank.": ["KABUL, Jan 4 (AFP) --", "Gunmen attacked a bank."],
    "SANAA/DUBAI — Gunmen attacked a bank.": ["SANAA/DUBAI —", "Gunmen attacked a bank."],
    "The Front (also called F. L. N.) attacked a bank.": [
        "The Front (also called F. L. N.) attacked a bank."
    ],
}


@pytest.mark.parametrize(("text", "sentences"), TEXTS.items(), ids=TEXTS)
def test_sentences(text: str, sentences: list[str], annotate: Annotate) -> None:
    doc = annotate(text, until="names")
    assert [" ".join(sentence.text.split()) for sentence in doc.sents] == sentences
