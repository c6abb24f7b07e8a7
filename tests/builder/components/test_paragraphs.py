"""Sentences begin where the layout says so, and never inside brackets."""

import pytest

from .conftest import Annotate

TEXTS = {
    "Gunmen fled.\n\nPolice came.": ["Gunmen fled.", "Police came."],
    "Attack in Goma\n\nGunmen fled.": ["Attack in Goma", "Gunmen fled."],
    "KABUL, Jan 4 (AFP) -- Gunmen attacked a bank.": ["KABUL, Jan 4 (AFP) --", "Gunmen attacked a bank."],
    "SANAA/DUBAI — Gunmen attacked a bank.": ["SANAA/DUBAI —", "Gunmen attacked a bank."],
    "Srinagar, Nov 10: Gunmen attacked a bank.": ["Srinagar, Nov 10:", "Gunmen attacked a bank."],
    "May 14 (Yangon) - Gunmen attacked a bank.": ["May 14 (Yangon) -", "Gunmen attacked a bank."],
    "14:35 - Gunmen attacked a bank.": ["14:35 -", "Gunmen attacked a bank."],
    "Two men died, police wrote on X. Seven men fled.": [
        "Two men died, police wrote on X.",
        "Seven men fled.",
    ],
    "Two men died, said Lt. Col. Diaz. He left.": ["Two men died, said Lt. Col. Diaz.", "He left."],
    "(Reuters) - Gunmen attacked a bank.": ["(Reuters) -", "Gunmen attacked a bank."],
    "3 January, off Duqm, Oman: A tanker was hit.": ["3 January, off Duqm, Oman:", "A tanker was hit."],
    "- 1 Nov, 0200h, Gwoza: gunmen raided a camp.": ["- 1 Nov, 0200h, Gwoza:", "gunmen raided a camp."],
    "Background: In May a ship was hit.": ["Background:", "In May a ship was hit."],
    "He said: Gunmen attacked a bank.": ["He said: Gunmen attacked a bank."],
    "January 4: Gunmen attacked a bank.": ["January 4: Gunmen attacked a bank."],
    "Attack\n\nSeven Russian soldiers were killed and four others wounded.": [
        "Attack",
        "Seven Russian soldiers were killed and four others wounded.",
    ],
    f"Gunmen fled the town{' of Goma in the night' * 6}\nPolice came.": [
        f"Gunmen fled the town{' of Goma in the night' * 6}",
        "Police came.",
    ],
    "Bria: on 13 June gunmen attacked a bank.": ["Bria:", "on 13 June gunmen attacked a bank."],
    "We ask the army:\n- to leave;\n- to stay away.\nIt is late.": [
        "We ask the army:",
        "- to leave;",
        "- to stay away.",
        "It is late.",
    ],
    "The Front (also called F. L. N.) attacked a bank.": [
        "The Front (also called F. L. N.) attacked a bank."
    ],
}


@pytest.mark.parametrize(("text", "sentences"), TEXTS.items(), ids=TEXTS)
def test_sentences(text: str, sentences: list[str], annotate: Annotate) -> None:
    doc = annotate(text, until="names")
    assert [" ".join(sentence.text.split()) for sentence in doc.sents] == sentences
