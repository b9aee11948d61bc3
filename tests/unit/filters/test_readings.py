import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import readings as readings_
from filters.leet import drawn_letters, leet, spellings
from filters.readings import readings


@pytest.mark.parametrize(
    ("text", "word", "name"),
    [
        ("Zörgle", "zorgle", "folded"),
        ("z0rgle", "zorgle", "leet"),
        ("helloZorgle", "zorgle", "words by capitals"),
        ("zоrglе", "zorgle", "look-alike letters"),
        ("ꮓorgle", "zorgle", "look-alike letters"),
        ("ВЕТА", "beta", "look-alike capitals"),
        ("|<nob", "knob", "drawn letters"),
        ("зоргл", "zorgl", "as it sounds"),
        ("zor<b></b>gle", "zorgle", "markup out, folded"),
        ('<sub alias="zorgle">hi</sub>', "zorgle", "alias, folded"),
        (":regional_indicator_g: :regional_indicator_o:", "go", "letter codes"),
        ("\uff1aletter_g\uff1a\uff1aletter_o\uff1a", "go", "letter codes"),
    ],
)
def test_a_reading_and_its_name(text: str, word: str, name: str) -> None:
    named = {reading.name: reading.text for reading in readings(text)}
    assert word in named[name].replace(".", "").split(" ")


def test_plain_text_has_one_reading() -> None:
    assert [reading.name for reading in readings("hello there, 455 times")] == ["folded"]


@pytest.mark.parametrize("text", [":b: hippo", ":letter_f: in chat", "\uff1ax\uff1a no"])
def test_letter_codes_are_not_the_plain_reading(text: str) -> None:
    plain = next(iter(readings(text)))
    assert plain.name == "folded"
    assert not plain.disguised


@pytest.mark.parametrize("number", ["455", "1,000,000", "50%", "$5", "#1", "1st", "100k", "12:30"])
def test_a_number_stays_a_number(number: str) -> None:
    assert leet(number) == number


def test_one_sign_for_several_letters_has_several_spellings() -> None:
    assert {"zorgle", "zorgie"} <= set(spellings(leet("z0rg1e")))
    assert len(spellings(leet("a" + "1" * 50))) <= 16
    assert drawn_letters("|\\/|o|)") == "mod"


def test_a_bracket_is_a_letter_only_if_nothing_closes_it() -> None:
    assert "crab" in spellings(leet("(rab"))
    assert spellings(leet("(rab)")) == ("(rab)",)


@given(st.text(max_size=200))
def test_readings_never_raise_and_differ(text: str) -> None:
    found = list(readings(text))
    assert len({reading.text for reading in found}) == len(found) >= 1


def test_readings_are_made_once_and_as_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    sounded = []
    monkeypatch.setattr(readings_, "_sounded", lambda text: sounded.append(text) or ())
    found = readings("зоргл is here, but not for long")
    first = next(iter(found))
    assert first.name == "folded"
    assert not sounded
    assert [*found] == [*found]
    assert next(iter(found)) is first
    assert len(sounded) == 1


def test_two_may_go_through_the_same_readings_by_turns() -> None:
    found = readings("z0rgle ЅНІТ helloZorgle зоргл")
    by_turns = [pair for pair in zip(found, found, strict=True)]
    assert len(by_turns) > 3
    assert all(one is other for one, other in by_turns)


def test_a_reading_that_fails_fails_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(readings_, "_sounded", fail)
    found = readings("зоргл that cannot be read")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            list(found)
