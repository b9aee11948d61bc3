import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.fold import LIMIT, clean
from filters.message import Fragment
from filters.speakable import cut, drawn, estimate_seconds, speakable, without_emotes


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("hello there, chat", "hello there, chat"),
        ("𝓗𝓮𝓵𝓵𝓸 ｃｈａｔ", "Hello chat"),
        ("hi @Some_Viewer_1 you", "hi Some Viewer 1 you"),
        ("see https://a.b/c now", "see link now"),
        ("gg 🎉🎉👍🏽 wp 👨‍👩‍👧", "gg wp"),
        ("🇩🇪 go", "go"),
        ("soooooo goood", "soo good"),
        ("hahahahahahaha", "haha"),
        ("ahahahah lolololol xDxDxDxD", "haha lolol xDxD"),
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
        ("costs $5", "costs $5"),
        ("<speak>hi <b>you</b></speak>", "hi you"),
        ("[[h@l'oU]] hey", "hey"),
        ("[:dial 911] hey", "hey"),
        ("[name](/ipa/) hey", "name hey"),
        ("&lt;b&gt;hey", "hey"),
        ("&amp;lt;hey", "lt;hey"),
        ("a <:smile:12345> b", "a b"),
        ("{a} [b] |c| ^d^ ~e~ *f* _g_ #h \\i `j` $(k)", "a b c d e f g h i j (k)"),
        ("w" * 300, "ww"),
        ("abcdefghijklmnopqrstuvwxyzabcdefghijklm", "abcdefghijklmnopqrstuvwxyzabcd"),
        ("免费粉丝请加微信" * 2, "免费粉丝请加微信" * 2),
        ("???", ""),
        ("🎉🎉", ""),
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


FRAGMENTS = (
    Fragment("text", "hi "),
    Fragment("mention", "@Some_One", "7"),
    Fragment("text", " "),
    Fragment("emote", "zorgWave", "25"),
    Fragment("cheermote", " Cheer100"),
    Fragment("novel", " bye"),
)


def test_fragments_say_what_is_no_text() -> None:
    text = "".join(f.text for f in FRAGMENTS)
    assert speakable(without_emotes(text, FRAGMENTS)) == "hi Some One bye"


def test_fragments_that_do_not_add_up_are_not_believed() -> None:
    assert without_emotes("hi zorgWave", FRAGMENTS) == "hi zorgWave"


@pytest.mark.parametrize(
    "text",
    ["█" * 60, "╔═╗╚═╝" * 5, "=" * 22 + ")", "/\\" * 8, "c=3~~~ " * 6, "( ͡° ͜ʖ ͡°) " * 3, "⠿⠛⠻" * 8],
)
def test_drawings_are_seen(text: str) -> None:
    assert drawn(clean(text))


@pytest.mark.parametrize(
    "text",
    ["hello", "<3 <3 <3 <3 <3 <3 <3", "¯\\_(ツ)_/¯", "!!!!!!!!!!!!!!!!", "(a+b)*c = d, or not?"],
)
def test_text_is_no_drawing(text: str) -> None:
    assert not drawn(clean(text))
