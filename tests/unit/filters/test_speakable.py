import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters import links
from filters.fold import LIMIT, clean
from filters.message import Fragment
from filters.speakable import Saying, cut, estimate_seconds, speakable, without_emotes


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("hello there, chat", "hello there, chat"),
        ("𝓗𝓮𝓵𝓵𝓸 ｃｈａｔ", "Hello chat"),
        ("hi @Some_Viewer_1 you", "hi Some Viewer you"),
        ("hi @12345678 you", "hi a viewer you"),
        ("see https://a.b/c now", "see link now"),
        ("gg 🎉🎉👍🏽 all 👨‍👩‍👧", "gg confetti, thumbs up all"),
        ("🇩🇪 go", "Germany go"),
        ("zor😂gle", "zor tears of joy gle"),
        ("soooooo goood", "soo good"),
        ("hahahahahahaha", "haha"),
        ("ahahahah lolololol xDxDxDxD", "haha"),
        ("no no no no no no", "no no"),
        ("go team go team go team go team!", "go team go team go team!"),
        ("what?!?!?! wow!!!!", "what? wow!"),
        ("BUY THIS NOW", "buy this now"),
        ("that is REALLY good GG", "that is really good GG"),
        ("call +1 (202) 555-01 43 22", "call a long number"),
        ("9" * 60, "a long number"),
        ("٣ ९ ４", "3 9 4"),
        ("1000 coins", "1000 coins"),
        ("20°C", "20°C"),
        ("costs $5 or R$ 25,90", "costs $5 or R$ 25,90"),
        ("<speak>hi <b>you</b></speak>", "hi you"),
        ("[[h@l'oU]] hey", "hey"),
        ("[:dial 911] hey", "hey"),
        ("[name](/ipa/) hey", "name hey"),
        ("&lt;b&gt;hey", "hey"),
        ("&amp;lt;hey", "hey"),
        ("a <:smile:12345> b", "a b"),
        ("{a} [b] |c| ^d^ ~e~ *f* _g_ #h \\i `j` $(k)", "a b c d e f g h i j (k)"),
        ("w" * 300, "haha"),
        ("LETS GOOOOO", "lets goo"),
        ("zorgle😂.com", "link"),
        ("a&b -> c", "a&b c"),
        ("5/10 and/or", "5/10 and or"),
        ("brb, idk tbh", "be right back, I don't know to be honest"),
        ("zorgle `x = f(1);` and `plain words`", "zorgle code and plain words"),
        ("spongebob: hi (laughs) [S1] you", "hi you"),
        ("`rm -rf /tmp`", "code"),
        ("abcdefghijklmnopqrstuvwxyzabcdefghijklm", "abcdefghijklmnopqrstuvwxyzabcd"),
        ("免费粉丝请加微信" * 2, "免费粉丝请加微信" * 2),
        ("???", ""),
        ("🎉🎉", "confetti"),
        ("¯\\_(ツ)_/¯", "shrug"),
        (":D", "grin"),
        ("", ""),
    ],
)
def test_spoken_as(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=500)
def test_anything_becomes_clean_text_without_engine_markup(text: str) -> None:
    spoken = speakable(text)
    assert clean(spoken) == spoken
    assert not set(spoken) & set("[]<>{}|^~*_#\\`")
    assert spoken == "" or any(map(str.isalnum, spoken))


@given(st.lists(st.sampled_from(["ha", "9", "a", "zor ", "xD ", "! ", "&lt;", "[["]), max_size=400))
def test_floods_stay_short(pieces: list[str]) -> None:
    assert len(speakable("".join(pieces))) <= LIMIT


def test_a_cut_is_between_words_and_within_the_seconds() -> None:
    text = "one two three four five six seven eight"
    short = cut(text, 1.2)
    assert short == "one two three"
    assert estimate_seconds(short) <= 1.2
    assert cut(text, 60) == text
    assert cut("x" * 100, 2) == "x" * 28
    assert cut(text, 0) == ""


DIGITS = re.compile(r"(?:\d\W*){10,}")
STRETCHED = re.compile(r"([^\W\d_])\1{3,}", re.IGNORECASE)
HOSTILE = [
    "9",
    "a",
    "zor ",
    "[[",
    "]]",
    ".",
    "example",
    "com",
    " dot ",
    "😂",
    "🇩🇪",
    "🅱",
    "<3",
    ":)",
]
HOSTILE += ["@Zor_1", "1,234,567", "1e9", "½", "٣", "\u0301", "`", "$5", "$(", "_", "*", "ㅋ", "哈"]
HOSTILE += [
    "brb",
    "NASA",
    "http://",
    "/",
    "#1",
    "2026-11-23",
    "=",
    ">",
    "ﬃ",
    "㎞",
    "\u200d",
    "．",
    " ",
]


@given(
    st.one_of(
        st.lists(st.sampled_from(HOSTILE), max_size=60).map("".join),
        st.text(st.characters(exclude_categories=()), max_size=60),
    ),
    st.sampled_from(["en", "es", "pt", "de", "fr", "ko", "th", "xx"]),
)
@settings(max_examples=300, deadline=None)
def test_nothing_that_must_not_be_heard_is_left(text: str, language: str) -> None:
    spoken = speakable(text, language=language)
    for heard in (spoken, unicodedata.normalize("NFKC", spoken)):
        assert not set(heard) & set("[]<>{}|^~*_#\\`=")
        assert not DIGITS.search(heard)
        assert not STRETCHED.search(heard)
        assert not links.find(heard)
    assert sum(map(str.isdecimal, spoken)) <= 15
    assert len(speakable(spoken, language=language)) <= len(spoken)


def test_the_users_words_come_before_the_shipped_ones_and_are_made_safe_too() -> None:
    say = Saying(pronunciations={"": {"brb": "zor gle", "vexnar": "[[v]] <b>9999999999</b>"}})
    assert speakable("brb vexnar", say=say) == "zor gle v b a long number b"
    assert speakable("brb", say=Saying(abbreviations=False)) == "brb"
    say = Saying(pronunciations={"": {"gg": "one"}, "es": {"gg": "dos"}})
    assert speakable("GG", language="es", say=say) == "dos"
    assert speakable("GG", language="de", say=say) == "one"


def test_what_is_put_in_follows_the_language() -> None:
    line = "🎉 12345678901 https://zorgle.com hahahahaha"
    assert speakable(line, language="es") == "confeti un número largo enlace jaja"
    assert speakable(line, language="ja") == "confetti a long number link はは"


def test_an_allowed_host_is_said() -> None:
    say = Saying(hosts=frozenset({"zorgle.com"}))
    assert "zorgle" in speakable("see https://zorgle.com/x", say=say)
    assert speakable("see https://blippo.com/x", say=say) == "see link"


@pytest.mark.parametrize(
    "piece", ["a", "ha", "ahj", "9", "a.", "<", "[", "`", "(", "=", "lmaf", "😂", "<!--", "!1", "x"]
)
def test_long_hostile_input_costs_little(piece: str) -> None:
    start = time.perf_counter()
    assert len(speakable(piece * (10_000 // len(piece)))) <= LIMIT
    # A hundred times what it takes: only a pattern that runs away takes longer.
    assert time.perf_counter() - start < 0.5


FRAGMENTS = (
    Fragment("text", "hi "),
    Fragment("mention", "@Some_One", "7"),
    Fragment("text", " "),
    Fragment("emote", "zorgWave", "25"),
    Fragment("cheermote", " Cheer100"),
    Fragment("novel", " bye"),
    Fragment("emoji", "🎉"),
    Fragment("emoji", ":zorgWave:"),
)


def test_fragments_say_what_is_no_text() -> None:
    text = "".join(f.text for f in FRAGMENTS)
    assert speakable(without_emotes(text, FRAGMENTS)) == "hi Some One bye, confetti"


def test_fragments_that_do_not_add_up_are_not_believed() -> None:
    assert without_emotes("hi zorgWave", FRAGMENTS) == "hi zorgWave"
