"""Names of places that spaCy does not see: abbreviations, towns before a province, further uses."""

import pytest

from .conftest import Annotate


def names(annotate: Annotate, text: str) -> list[str]:
    doc = annotate(text, until="names")
    return [doc[name.start : name.end].text.rstrip(".") for name in doc._.names]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A fire broke out in Surrey, B.C. on Friday.", ["Surrey", "B.C"]),
        ("EDMONTON, Ky. (AP) - A fire broke out.", ["EDMONTON", "Ky"]),
        ("The B.C. government said no.", ["B.C"]),
    ],
)
def test_abbreviated_provinces_and_the_towns_before_them(
    text: str, found: list[str], annotate: Annotate
) -> None:
    assert names(annotate, text)[: len(found)] == found


@pytest.mark.parametrize("text", ["The man fell ill. He died.", "Ill and tired, they left."])
def test_words_that_look_like_abbreviations_are_none(text: str, annotate: Annotate) -> None:
    entries = [entry for name in annotate(text, until="names")._.names for entry in name.entries]
    assert entries == []


def test_a_place_is_one_wherever_it_is_named(annotate: Annotate) -> None:
    doc = annotate("A shell fell in Aleppo. Winnipeg, Man. is far. WINNIPEG sleeps.", until="names")
    labels = [name.label for name in doc._.names if doc[name.start].lower_ == "winnipeg"]
    assert labels == ["GPE", "GPE"]


def test_what_is_called_a_place_once_is_no_person(annotate: Annotate) -> None:
    text = "Leaflets in the market of Tak Bai warn shopkeepers. A protest in Tak Bai is planned."
    labels = [name.label for name in annotate(text, until="names")._.names]
    assert labels == ["GPE", "GPE"]


def test_the_last_name_of_a_person_is_no_place(annotate: Annotate) -> None:
    doc = annotate("Jack London met gunmen in London. London was killed, said his wife.", until="names")
    assert [name.label for name in doc._.names if doc[name.start].text == "Jack"] == ["PERSON"]
