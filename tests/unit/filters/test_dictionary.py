import importlib.util
import random
import string
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from filters.dictionary import LANGUAGES, MAX_LETTERS, Dictionary, load, plain_letters
from filters.fold import fold
from filters.wordgraph import PIECE, WORD, WordGraph

ROOT = Path(__file__).parents[3]
LOWER = st.text(st.sampled_from("abcno"), min_size=1, max_size=8)


def _pack() -> Callable[[Mapping[str, int]], bytes]:
    spec = importlib.util.spec_from_file_location("word_graph", ROOT / "scripts" / "word_graph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("Callable[[Mapping[str, int]], bytes]", module.pack)


pack = _pack()


@pytest.fixture(scope="module")
def words() -> Dictionary:
    return load()


@pytest.mark.parametrize(
    "word",
    "of to class classic cockpit assassin grapes therapist shitake analysis twitch speedrun lol "
    "doesn colour color walked walking happier dämlich jeder meisten schönsten verwendet können "
    "Schwierigkeiten straße koennen hacerlo dándole hace comiéndose mírame verlo siéntate niños "
    "desarrolladores ação não você fazer "
    "cœur cliquez touche aujourd être mangeaient".split(),
)
def test_ordinary_words_are_known(words: Dictionary, word: str) -> None:
    assert words.known(fold(word))


@pytest.mark.parametrize(
    "word",
    "Hitchcock Takeshita Scunthorpe Penistone Lightwater Cockfosters Titchfield "
    "Müller García Nguyen Yamamoto Oluwaseun "
    "São Paulo Düsseldorf Zimbabwe Łódź".split(),
)
def test_names_and_places_are_names(words: Dictionary, word: str) -> None:
    assert words.name(fold(word)) or words.known(fold(word))
    assert not words.name("zorgle")


def test_names_are_apart_from_words(words: Dictionary) -> None:
    assert words.name("takeshita")
    assert not words.known("takeshita")
    assert not words.name("quickly")


@pytest.mark.parametrize(
    "word", "zorgle blippo vexnar quimble zorgles klass cokpit wurd phun b a zz qx".split()
)
def test_what_is_no_word_is_not_known(words: Dictionary, word: str) -> None:
    assert not words.known(word)
    assert not words.compound(word)


@pytest.mark.parametrize(
    "word",
    [
        "", "the end", "the\n", "the1", "7", "\0", "the\0", "\0the", "THE", "don't", "ｔｈｅ",
        "слово", "t" * 10_000, "\x7f", "\ud800", "`the", "{the", "thé\0",
    ],
)  # fmt: skip
def test_what_is_not_folded_letters_is_in_nothing(words: Dictionary, word: str) -> None:
    assert not words.known(word)
    assert not words.name(word)
    assert not words.compound(word)


@pytest.mark.parametrize(
    "word",
    "ordnerverwaltungsfenster regenschirmhalter kaffeetassenhenkel gartenzaunfarbe "
    "wolkenkratzerfenster silverfarmwall".split(),
)
def test_words_written_together_are_compounds(words: Dictionary, word: str) -> None:
    assert words.compound(word)


def test_a_compound_has_two_pieces_and_both_are_known(words: Dictionary) -> None:
    assert words.compound("gartenfarbe")
    assert not words.compound("garten")
    assert not words.compound("gartenzorgle")
    assert not words.compound("zorglefarbe")
    assert not words.compound("farbeeeee")


def test_what_a_block_list_names_is_no_piece(words: Dictionary) -> None:
    assert words.compound("silverfarm")
    assert not words.compound("silverfarm", {"farm"})
    assert not words.compound("silverfarm", frozenset({"silver"}))


def test_the_longest_that_is_taken_apart(words: Dictionary) -> None:
    assert words.compound("silverfarm" * 2)
    assert not words.compound("silverfarm" * 3)
    assert not words.compound("gartenfarbe" * 4)
    assert len("gartenfarbe" * 4) > MAX_LETTERS


def test_only_the_languages_asked_for() -> None:
    english = load(["en"])
    assert english.known("walked")
    assert not english.known("gegangen")
    assert load(["de"]).known("gegangen")
    assert not load(["de"]).known("walked")
    assert not load(["fr"]).compound("gartenfarbe")
    assert load(["fr"]).name("hitchcock")
    assert not load([]).known("walked")


def test_each_combination_is_read_once() -> None:
    assert load(["de", "en"]) is load(("en", "de", "en"))
    assert load() is load(LANGUAGES)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="no dictionary of: tlh, xx"):
        load(["en", "xx", "tlh"])


def test_it_cannot_be_changed(words: Dictionary) -> None:
    with pytest.raises(AttributeError):
        words.words = ()  # type: ignore[misc]


def test_letters_without_a_decomposition_are_spelled() -> None:
    assert plain_letters("cœur") == "coeur"
    assert plain_letters("łodz") == "lodz"
    assert plain_letters("plain") == "plain"


def test_a_look_up_takes_microseconds_whatever_the_word(words: Dictionary) -> None:
    rng = random.Random(7)
    asked = ["".join(rng.choices(string.ascii_lowercase, k=12)) for _ in range(500)]
    asked += ["gartenfarbe" * 3, "aaaa" * 10, "enesenersen" * 3, "seenseenseen" * 3]
    start = time.process_time()
    for word in asked:
        words.known(word)
        words.name(word)
        words.compound(word)
    assert (time.process_time() - start) / len(asked) < 0.001


@given(st.text())
def test_no_text_raises(text: str) -> None:
    load().known(text)
    load().name(text)
    load().compound(text)


@given(st.dictionaries(LOWER, st.sampled_from([WORD, PIECE, WORD | PIECE]), max_size=40), LOWER)
@example({}, "a")
@example({"a": 1, "ab": 2, "b": 1, "bb": 3, "ba": 1}, "bab")
def test_a_graph_holds_its_words_and_no_other(words: dict[str, int], other: str) -> None:
    graph = WordGraph(pack(words))
    assert {word: graph.ends(word.encode()) for word in words} == words
    assert graph.ends(other.encode()) == words.get(other, 0)
    for start in range(len(other)):
        found = dict(graph.along(other.encode(), start))
        parts = {end: words.get(other[start:end], 0) for end in range(start + 1, len(other) + 1)}
        assert found == {end: kind for end, kind in parts.items() if kind}


@pytest.mark.parametrize("packed", [b"", b"words", pack({"a": 1})[:-3]])
def test_what_is_no_graph_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="not a word graph"):
        WordGraph(packed)


def test_the_data_shows_no_word_and_is_small() -> None:
    data = sorted((ROOT / "filters" / "data").glob("*.graph"))
    assert [path.stem for path in data] == ["names", *sorted(f"words_{lang}" for lang in LANGUAGES)]
    assert sum(path.stat().st_size for path in data) <= 2_200_000
    for path in data:
        packed = path.read_bytes().lower()
        assert not any(word in packed for word in (b"class", b"water", b"gross", b"porque"))
