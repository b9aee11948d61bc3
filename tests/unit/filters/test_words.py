import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.dictionary import load
from filters.inflect import inflections
from filters.readings import readings
from filters.wordlist import compile_words
from filters.words import Search

WORDS = compile_words(
    ["zorgle", "blip", "drook", "qax", "snarf*", "*plong*", "gro*mp", "two words"]
)


def how(text: str) -> str | None:
    hit = Search(WORDS).find(readings(text))
    return hit.how if hit else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("you zorgle!", "whole word"),
        ("ZORGLES", "whole word"),
        ("zorgling", "whole word"),
        ("blipped", "whole word"),
        ("unzorglable", "whole word"),
        ("dumbqax", "whole word"),
        ("zoooorgle", "whole word"),
        ("bbbllliiippp", "whole word"),
        ("zzoorrggllee", "whole word"),
        ("zorglezorglezorgle", "whole word"),
        ("z o r g l e", "pulled apart"),
        ("i z o r g l e u", "pulled apart"),
        ("z.o.r.g.l.e", "pulled apart"),
        ('"z" "o" "r" "g" "l" "e"', "pulled apart"),
        ("z👏o👏r👏g👏l👏e", "pulled apart"),
        ("zor-gle", "pulled apart"),
        ("zo rgl e", "pulled apart"),
        ("zor gle", "pulled apart"),
        ("z*rgle", "masked"),
        ("zo__le", "masked"),
        ("zozorglergle", "inside another word"),
        ("sowhatthezorgleisthis", "inside another word"),
        ("megazorglehead", "inside another word"),
        ("zorg1e2" * 8, "inside another word"),
        ("well then two 🆗 words 🆗 today", "phrase"),
        ("x" * 25 + "zorgle" + "y" * 25, "inside another word"),
        ("xXZorgleXx", "whole word"),
        ("snarfed", "wildcard"),
        ("kerplonged", "wildcard"),
        ("groxxmp", "wildcard"),
        ("those two words here", "phrase"),
        ("twowords", "whole word"),
        ("z0rg1e", "whole word"),
        ("ᴢоrɡlе", "whole word"),
    ],
)
def test_found(text: str, found: str) -> None:
    assert how(text) == found


@pytest.mark.parametrize(
    "text",
    ["", "hello there", "gorgle", "blimp", "drop", "two other words", "words two", "gromphy"]
    + [
        "B L I M P S",
        "B L I P S T E R",
        "z***** you",
        "2*3*4",
        "ab--cd",
        "zorg_*",
        "as qa x or so on",
        "blipson",
        "aqaxb",
    ]
    + ["scribblipse", "zor is gle", "snar", "plon g", "gromm", "he'd rook", "it blinks"],
)
def test_not_found(text: str) -> None:
    assert how(text) is None


def test_a_contraction_is_not_joined() -> None:
    listed = compile_words(["shell", "were"])
    assert not any(Search(listed).find(readings(t)) for t in ("she'll be there", "we’re here"))


def test_one_doubled_letter_is_ordinary_spelling() -> None:
    assert Search(compile_words(["god", "gas"])).find(readings("good, gasses")) is None


def test_a_hit_tells_entry_reading_and_span() -> None:
    hit = Search(WORDS).find(readings("a dr00k"))
    assert hit is not None
    assert (hit.entry, hit.reading, hit.start, hit.end) == ("entry 3", "leet", 2, 7)


def test_the_same_word_listed_twice_counts_as_the_first() -> None:
    hit = Search(compile_words(["Zorgle", "zorgle"])).find(readings("zorgle"))
    assert hit is not None
    assert hit.entry == "entry 1"


def test_a_listed_word_wins_over_an_inflection_of_another() -> None:
    hit = Search(compile_words(["blip", "blips"])).find(readings("blips"))
    assert hit is not None
    assert hit.entry == "entry 2"


@pytest.mark.parametrize("entry", ["", "*", "🙂", "  ", "***"])
def test_an_entry_without_letters_is_an_error_that_names_it(entry: str) -> None:
    with pytest.raises(ValueError, match="entry 2 "):
        compile_words(["zorgle", entry])


@pytest.mark.parametrize("entry", ["kill * self", "zor-g*", "zor *", "*.gle"])
def test_a_wildcard_beside_a_space_or_a_sign_is_an_error_that_names_it(entry: str) -> None:
    with pytest.raises(ValueError, match=r"^entry 2 .* would never match: .*$") as error:
        compile_words(["zorgle", entry])
    assert repr(entry) in str(error.value)


def test_no_inflection_makes_an_everyday_word() -> None:
    assert inflections("slic").isdisjoint({"slice", "slices", "sliced", "slicer"})
    assert inflections("nip") == {"nip", "nips"}


@pytest.mark.parametrize(
    ("earlier", "text"), [(["oh zor"], "gle you"), (["z", "o", "r"], "gle"), (["zorg"], "l e")]
)
def test_a_word_split_over_messages_is_found(earlier: list[str], text: str) -> None:
    hit = Search(WORDS).find_split(text, earlier)
    assert hit is not None
    assert hit.how == "split over messages"


def test_messages_that_only_meet_are_not_joined() -> None:
    assert Search(WORDS).find_split("gle", ["zor and"]) is None
    assert Search(WORDS).find_split("ax", ["q"]) is None, "three letters come together by chance"


@given(st.text(st.sampled_from("zorgleblip *#_-.'1!0<&\u0301"), max_size=60))
def test_any_text_is_searched(text: str) -> None:
    hit = Search(WORDS).find(readings(text))
    if hit is not None:
        assert 0 <= hit.start < hit.end
        assert any(r.name == hit.reading and hit.end <= len(r.text) for r in readings(text))


def test_an_emote_may_be_half_of_a_listed_word() -> None:
    rules = compile_words(("brimpog",), dictionary=load())
    hit = Search(rules).find(readings("lol brim pog lol"))
    assert hit is not None
    assert hit.how == "sounds like it, pulled apart"
