"""Words set apart letter by letter, lines of slang, drawn-out words, short sounds, escapes."""

import pytest

from filters import dictionary
from filters.readings import readings
from filters.wordlist import Entry, WordList, compile_words
from filters.words import Search

KNOWN = dictionary.load()
WORDS = compile_words(["zorgle", "blippo", "snarf", "drook", "dobbit"], dictionary=KNOWN)


def how(text: str, words: WordList = WORDS) -> str | None:
    hit = Search(words).find(readings(text))
    return hit.how if hit else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("s n a r f y o u", "pulled apart"),
        ("y.o.u.s.n.a.r.f", "pulled apart"),
        ("f a t z o r g l e", "pulled apart"),
        ("s t u p i d d r o o k", "pulled apart"),
        ("5 n 4 r f", "pulled apart"),
        ("z 0 r g 1 e", "pulled apart"),
        ("d r 0 0 k", "pulled apart"),
        ("s n a r p h", "sounds like it, pulled apart"),
        ("z o r g u l", "sounds like it, pulled apart"),
        ("dee ar double oh kay", "told letter by letter"),
        ("d r double o k", "told letter by letter"),
        ("dee oh double bee eye tee", "told letter by letter"),
        ("what a dobb it lol", "sounds like it, pulled apart"),
    ],
)
def test_set_apart(text: str, found: str) -> None:
    assert how(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "h e l l o c h a t",
        "p i z z a",
        "l e t s g o",
        "A S S E M B L E",
        "2 v 2 m e n o w",
        "1 2 3 4 5 6 7 8",
        "G G W P",
        "double u tee eff",
        "it is a double bee sting",
    ],
)
def test_harmless_and_set_apart(text: str) -> None:
    assert how(text) is None


def test_a_contraction_without_its_sign_is_no_word_pulled_apart() -> None:
    words = compile_words(["hell", "were"], dictionary=KNOWN)
    assert how("he ll be fine", words) is None
    assert how("go to he ll", words) == "pulled apart"
    assert how("he ll", words) == "pulled apart"


def test_slang_does_not_make_a_line_foreign() -> None:
    for line in ("gg wp {} gg wp", "qq zz {} rr ss", "@xx_bob12 {}, kekw lul pog"):
        assert how(line.format("blyppoh")) == "sounds like it", line


@pytest.mark.parametrize("text", ["burgerrr", "burgerr", "piecesss", "hellooooo", "yesssss"])
def test_a_drawn_out_word_is_that_word(text: str) -> None:
    words = compile_words(["bugger", "pissas", "hell", "piss"], dictionary=KNOWN)
    assert how(text, words) is None


def test_a_vowel_behind_a_short_word_makes_another_of_it() -> None:
    words = compile_words(["drook"], dictionary=KNOWN)
    assert how("drooko", words) is None
    assert how("drookz", words) is not None


def test_er_ir_and_ur_sound_alike() -> None:
    words = compile_words(["nerp"], dictionary=KNOWN)
    assert how("nurp", words) == "sounds like it"
    assert how("knirp", words) == "sounds like it"
    assert how("the new rp server", words) is None


def test_a_short_entry_of_a_long_list_has_no_tolerance_for_other_scripts() -> None:
    own = compile_words(["nopka"], dictionary=KNOWN)
    assert how("нупка", own) == "sounds like it"
    long_list = compile_words([Entry("dupa", loose=0.6)], dictionary=KNOWN)
    assert how("дупа", long_list) is not None
    assert how("туфа", long_list) is None


@pytest.mark.parametrize("text", ["ㅇㅇ", "ㅋㅋㅋㅋ", "TwT", "snar()"])
def test_what_is_no_word_is_none(text: str) -> None:
    assert how(text, compile_words(["ngng", "kkkk", "twat", "snarc"], dictionary=KNOWN)) is None


@pytest.mark.parametrize(
    "text",
    [
        "dr&amp;#111;ok",
        "sn\\u0061rf",
        "sn%61rf",
        "zor[b]gle[/b]",
        "zor{pause}gle",
        "[)obbit",
        "sn/-\\rf",
        "ðrook",
        "∂rook",
        "6lippo",
        "z<>rgle",
        "%7aorgle",
        "xorgle",
        "ゾルグレ",
        "スナルフ",
    ],
)
def test_escapes_and_drawings(text: str) -> None:
    assert how(text) is not None


def test_what_strengthens_an_entry_does_so_in_words_of_the_dictionary_too() -> None:
    words = compile_words(["damn", "piss"], dictionary=KNOWN)
    assert how("goddamnit", words) == "inside another word"
    assert how("pisstaker", words) == "inside another word"
