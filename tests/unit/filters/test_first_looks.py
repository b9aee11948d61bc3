"""Quick first looks against the longer way that each spares: none says no where that hits."""

from __future__ import annotations

import dataclasses
import math
import re
import unicodedata
from collections.abc import Callable
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import (
    drawing,
    emoji_names,
    fold,
    laughs,
    lookalikes,
    masks,
    readings,
    repeats,
    sound,
    speakable,
    stretches,
)
from filters import tokens as tokens_
from filters.apart import EMOTES, FUNCTION
from filters.charsets import BASIC, Table, among, beyond_basic, where
from filters.dictionary import load
from filters.effort import TooContrived
from filters.leet import BRACKET, spellings
from filters.ordinary import Kind, Ordinary, latin
from filters.phrases_said import phrases
from filters.signs import Signs
from filters.sound import distance, phones
from filters.tokens import HEAD, tokens
from filters.translit import foreign, likeliest
from filters.translit import latin as sounded
from filters.wordlist import compile_words
from filters.words import Search

EVERYTHING = re.compile("")
WORDS = compile_words(
    ("zorgle", "blippo", "snarg", "frim", "ab", "drooka*", "зоргль", "8zob", "zee bop"),
    dictionary=load(),
)
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
# What may be near a word of the list, in letters of two alphabets with jokers, signs and repeats.
NEAR = st.lists(
    st.sampled_from(
        [*"zorgle", *"blipo", "zorg", "blip", "snar", "frim", "зорг", "ль", "я", "8", "dro", "oka"]
        + ["ooo", "zz", "яяя", "ı", "ƍ", "ŧ", BRACKET, "x", "漢"]
    ),
    min_size=1, max_size=8,
).map("".join)  # fmt: skip
LATIN_WORDS = st.one_of(
    st.text(ascii_lowercase, min_size=1, max_size=14),
    st.lists(
        st.sampled_from(
            "ough igh eau owe le re er ah e quee ts cz dge ck ch sch ph kn mb x y".split()
        ),
        min_size=1,
        max_size=5,
    ).map("".join),
)


# ---- characters


@given(st.sets(st.integers(0, 0xFFFF), max_size=20), ANY)
def test_a_set_of_characters_is_those_characters(codes: set[int], text: str) -> None:
    pattern = re.compile(among(sorted(codes)))
    assert pattern.findall(text) == [char for char in text if ord(char) in codes]


@pytest.mark.parametrize(
    ("pattern", "holds"),
    [
        (re.compile(where(str.isdecimal)), str.isdecimal),
        (fold._MARK, fold._is_mark),
        (fold._STACKS, fold._stacks),
        (fold._UNSEEN, fold.unseen),
        (lookalikes._LIKE_LATIN, lookalikes._script),
        (speakable._UNPLAIN, speakable._unplain),
    ],
    ids=["decimal", "marks", "stacking", "unseen", "like Latin", "not plain"],
)
def test_a_set_is_whole(pattern: re.Pattern[str], holds: Callable[[str], object]) -> None:
    plane = list(map(chr, BASIC))
    assert [c for c in plane if pattern.fullmatch(c)] == [c for c in plane if holds(c)]


@given(ANY)
def test_higher_planes(text: str) -> None:
    assert beyond_basic(text) == any(char > "\uffff" for char in text)


@given(
    st.dictionaries(st.integers(0x20, 0x1FFFF), st.none() | st.text(max_size=2), max_size=9), ANY
)
def test_a_table_replaces_as_translate_does(table: dict[int, str | None], text: str) -> None:
    text += "".join(map(chr, table)) * (len(text) % 2)
    assert Table(table).replace(text) == text.translate(table)


SIGNS = st.sampled_from(["а", "аб", "аб^", "б^", "^а", "ааб", "аа", "^"])


@given(st.lists(SIGNS, max_size=9), st.text("аб^", max_size=20))
def test_signs_are_the_longest_at_each_place(table: list[str], text: str) -> None:
    cut, at = [], 0
    while at < len(text):
        longest = max([s for s in table if text.startswith(s, at)], key=len, default=text[at])
        cut.append(longest)
        at += len(longest)
    assert Signs(table).cut(text) == cut


# ---- what is seen, and what is said of it


@given(
    st.lists(
        st.sampled_from(["a", "x ", "\u0301", "\u0308", "\u20dd", "\U0001d165", "😂", "\u0903"])
    )
)
def test_marks_that_stack(pieces: list[str]) -> None:
    text = "".join(pieces)
    kept = ""
    for char in text:
        stacked = len(kept) >= 2 and all(map(fold._stacks, kept[-2:] + char))
        kept += "" if stacked else char
    assert fold._few_marks(text) == kept


@given(ANY)
def test_a_fold_holds_no_marks(text: str) -> None:
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join([char for char in letters if unicodedata.category(char)[0] != "M"])
    assert fold._without(letters, fold._MARK, fold._is_mark) == bare
    seen = "".join([char for char in text if not fold.unseen(char)])
    assert fold._without(text, fold._UNSEEN, fold.unseen) == seen


@given(ANY)
def test_words_that_may_pose_as_latin_ones(text: str) -> None:
    folded = fold.fold(text + " zоrgle ЅНІТ ᏀᏒ")
    found = lookalikes.alike(folded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookalikes, "_LIKE_LATIN", EVERYTHING)
        assert lookalikes.alike(folded) == found


@given(st.text("aAbßİ5 \n.", max_size=30), st.text("abA", min_size=2, max_size=3))
def test_repeats_are_looked_for_word_by_word(text: str, piece: str) -> None:
    text = f"{text} {piece * 3}"
    whole = repeats._STRETCHED.sub(r"\1\1", text)
    whole = repeats._AGAIN.sub(r"\1\1", whole)
    assert " ".join(map(repeats._twice, text.split(" "))) == whole


PIECES = st.lists(
    st.sampled_from(
        ["a ", "go", "ooo", "ha", "12", "345 ", "٣٤", "\U0001d7d9", "x.com ", "<b>", "[["]
        + ["&#97;", "😂"]
        + ["☃", "lol ", "*", "_", "->", "$", "ﬁ", "①", "\u0301", "!", "漢", "hello ", ":) ", "<3 "]
    ),
    max_size=14,
)  # fmt: skip
LAUGHS = st.lists(
    st.sampled_from(
        "ha HA ja he xd lol looool lmaooo rofl mdr kkk 55 5 555 хах ааа ㅋ ㅎ 哈 呵 は 笑".split()
        + ["\u017f", "\u212a", "é", " ", "!", "z"]
    )
)


@given(LAUGHS, st.sampled_from(["en", "th", "pt", "fr", "ru"]))
def test_laughs_are_not_where_no_sign_of_them_is(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    short = laughs.one_laugh(text, language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laughs, "_SIGN", EVERYTHING)
        assert laughs.one_laugh(text, language) == short


@given(ANY, st.sampled_from(["", "❤", "🏴", "✂", "⌚", "😂😂"]))
def test_emoji_and_pictures_are_not_where_nothing_begins_one(text: str, emoji: str) -> None:
    text = f"{text}{emoji}{text}"
    named, plain = emoji_names.named(text), speakable._plain(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(emoji_names, "_MAY_HOLD", EVERYTHING)
        patch.setattr(speakable, "_UNPLAIN", EVERYTHING)
        assert (emoji_names.named(text), speakable._plain(text)) == (named, plain)


@given(st.text("ab1 _\u0905\u093e\u0966\u0e01\u0e31漢я-", max_size=30), ANY)
def test_words_of_other_scripts(text: str, any_text: str) -> None:
    longer = re.compile(r"(?:[^\W\d_]|[\u0900-\u0fff])+")
    for each in (text, any_text):
        assert readings._FOREIGN.findall(each) == longer.findall(each)


def test_nothing_shows_in_the_far_planes() -> None:
    assert all(map(fold.unseen, map(chr, range(0x40000, 0x110000))))


def test_no_letter_is_drawn_with() -> None:
    drawn = (drawing._is_block, drawing._is_stroke, drawing._is_symbol)
    assert not [c for c in map(chr, BASIC) if c.isalnum() and any(kind(c) for kind in drawn)]


@given(PIECES)
def test_a_text_is_settled_when_a_whole_round_finds_nothing_more(pieces: list[str]) -> None:
    text, words = "".join(pieces), phrases("en")
    settled = speakable._settled(text, text, "en", words, speakable.Saying())
    assert speakable._settled(settled, settled, "en", words, speakable.Saying()) == settled
    assert speakable._plain(settled) == settled


# ---- sound


SCRIPTS = [
    (0x370, 0x80),
    (0x400, 0x120),
    (0x5D0, 0x1B),
    (0x621, 0x5F),
    (0x904, 0x7C),
    (0xE01, 0x4F),
]
SCRIPTS += [(0x3041, 0xBF), (0x4E00, 0x5000), (0xAC00, 0x2BA3), (0x10A0, 0x160), (0x10000, 0x800)]
FOREIGN = st.one_of([
    st.text(st.characters(min_codepoint=first, max_codepoint=first + size), min_size=1, max_size=9)
    for first, size in SCRIPTS
])  # fmt: skip


@given(st.sets(FOREIGN, max_size=15))
def test_words_sounded_out_together_are_as_each_by_itself(words: set[str]) -> None:
    words = {word for word in words if foreign(word)}
    assert likeliest(words) == {word: "".join(sounded(word, 1)) for word in words}


FLAT = re.compile("|".join(f"({pattern})" for _, pattern, _ in sound._RULES))


def flat_phones(word: str) -> str:
    """The phones by all patterns at every place."""
    heard = "".join([sound._RULES[m.lastindex - 1][2] for m in FLAT.finditer(word) if m.lastindex])
    return re.sub(r"(.)\1+", r"\1", sound._SILENT_H.sub("", heard))


@given(LATIN_WORDS)
def test_a_letter_tells_which_patterns_may_fit(word: str) -> None:
    assert phones(word) == flat_phones(word[: sound.LONGEST])


@pytest.mark.parametrize("first", ascii_lowercase)
def test_patterns_of_each_letter(first: str) -> None:
    for second in ascii_lowercase:
        for behind in ("", "e", "h", "a", "ch", "gh", "t", "y"):
            word = first + second + behind
            assert phones(word) == flat_phones(word), word


PHONES = st.text("bdfghklmnprstvwzCJSTaeiou@", max_size=8)


@given(PHONES, PHONES, st.sampled_from([0.0, 0.12, 0.16, 0.25, 0.3, 0.55, 0.75, 1.3]))
def test_what_is_too_far_is_infinitely_far(one: str, other: str, most: float) -> None:
    for near in (other, one[:2] + other[2:], one[1:] + other[:1], one[:-1]):
        exact = distance(one, near)
        assert distance(one, near, most) == (exact if exact <= most else math.inf)


@pytest.mark.parametrize("pair", [("anat", "@nat"), ("pat", "bat"), ("hat", "at"), ("tar", "ta")])
def test_what_is_just_near_enough_is(pair: tuple[str, str]) -> None:
    exact = distance(*pair)
    assert 0 < exact < 1
    assert distance(*pair, exact) == exact


# ---- words


@given(st.one_of(ANY, st.lists(st.one_of(NEAR, FOREIGN)).map(" ".join)))
def test_a_reading_without_a_letter_that_tells_holds_nothing(text: str) -> None:
    short, longer = Search(WORDS), Search(WORDS)
    longer._telling = EVERYTHING
    try:
        expected = longer.find(readings.readings(text))
    except TooContrived:
        return
    assert short.find(readings.readings(text)) == expected


def test_letters_that_tell() -> None:
    telling = Search(compile_words(("зя",), dictionary=load()))._telling
    assert all(map(telling.search, [*ascii_lowercase, *"зяıƍŧ", BRACKET]))
    assert not telling.search("漢 п ☃ *")


@pytest.mark.parametrize("text", ["bŧippo", "fr\u0131m", "xxbŧippo"])
def test_a_stretch_with_jokers_is_spelled(text: str) -> None:
    assert stretches._Look(WORDS).at(text).found


@given(st.one_of(NEAR, FOREIGN, ANY))
def test_a_stretch_that_is_one_token(text: str) -> None:
    text = text.replace(" ", "")
    try:
        found = stretches._Look(WORDS).at(text)
    except TooContrived:
        return
    look = stretches._Look(WORDS)
    assert found.tokens == tuple(tokens(text))
    if found.tokens == (text,):
        assert found.found == tuple(
            (index, how, 0, len(text)) for index, how in look._in_token(spellings(text))
        )


@given(
    st.lists(
        st.sampled_from(["zo", "*", "**", "rgle", "r", "g", "_", "-", ".", "fr", "im", "я", "!"])
    )
)
def test_pieces_that_are_masked_are_looked_at_as_where_they_stand(pieces: list[str]) -> None:
    chunk = "".join(pieces)
    found = []
    for piece in masks._PIECE.finditer(chunk):
        for match in masks._MASKED.finditer(chunk, *piece.span()):
            if (index := masks._fits(WORDS, match)) is not None:
                found.append((index, *match.span()))
    assert list(masks.masked(WORDS, chunk, lambda _: ())) == found


@given(
    st.lists(
        st.sampled_from(["zo", "zor", "rg", "le", "zrg", "x", "z", "and", "fr", "m", "bl", "ip"])
    )
)
def test_neighbours_of_which_one_holds_no_vowel(found: list[str]) -> None:
    single = [len(token) == 1 for token in found] + [False]
    expected = []
    for first in range(len(found)):
        within = first and single[first - 1] and single[first]
        for behind in range(first + 2, min(first + 4, len(found)) + 1):
            joined = "".join(found[first:behind])
            splits = single[behind - 1] and single[behind]
            voiceless = any(set("aeiouy").isdisjoint(token) for token in found[first:behind])
            if not within and not splits and voiceless and len(joined) > HEAD:
                # Each longer window begins as the shorter ones do.
                if joined[:HEAD] in WORDS.heads:
                    expected.append((first, behind))
    every = range(len(found))
    assert list(tokens_._neighbours(found, WORDS.heads, every)) == expected


@given(NEAR)
def test_a_token_that_is_strange_to_the_list_holds_nothing(token: str) -> None:
    look = stretches._Look(WORDS)
    ways = spellings(token)
    if all(map(WORDS.strange_to, ways)):
        assert not list(look._in_token(ways))
        assert look._looked_up == len(ways)


@pytest.mark.parametrize(
    "token",
    ["zorgle", "zorgles", "zzorgle", "megazorglehead", "zorzorgle", "ab", "drookas", "8zob",
     "xxzorgllle", "xzorrrgle", "зоргль", "zeebop", "abbb", "zzoorrggllee"],
)  # fmt: skip
def test_what_holds_a_listed_word_is_not_strange(token: str) -> None:
    assert not WORDS.strange_to(token)


class Everything(frozenset[str]):
    """Holds whatever is asked for."""

    def isdisjoint(self, other: object) -> bool:
        return False


@given(st.one_of(NEAR, st.sampled_from(["zorgle", "blippo", "snarg"]).flatmap(
    lambda word: st.tuples(
        st.integers(0, len(word)), st.integers(0, 2), st.text(ascii_lowercase, max_size=2),
        st.sampled_from(["", "s", "ed", "ing", "y"]),
    ).map(lambda edit: word[: edit[0]] + edit[2] + word[edit[0] + edit[1] :] + edit[3])
)), st.booleans())  # fmt: skip
def test_no_slip_is_missed(word: str, disguised: bool) -> None:
    longer_way = dataclasses.replace(WORDS.typos, near=Everything())
    found = WORDS.typos.of(word, disguised=disguised)
    assert found == longer_way.of(word, disguised=disguised)


@given(
    st.one_of(NEAR, LATIN_WORDS, st.sampled_from(["the", "pog", "4head", "zürich", "maria", "i"]))
)
def test_what_a_token_is_by_itself(token: str) -> None:
    ordinary = Ordinary(WORDS)
    plain = spellings(token.lstrip(BRACKET))[0]
    ways = [] if len(token) < 3 or token[0] == BRACKET else list(filter(latin, spellings(token)))
    dictionary = WORDS.dictionary
    assert dictionary is not None
    strange = () if any(map(ordinary.knows, ways)) else tuple(
        word for word in ways if len(word) > 2 and not dictionary.name(word)
    )  # fmt: skip
    telling = len(token) > 2 and latin(token) and token not in EMOTES
    assert ordinary.kind(token) == Kind(
        plain,
        latin(plain),
        ordinary.knows(plain),
        plain in FUNCTION,
        plain in EMOTES,
        telling,
        strange,
    )
