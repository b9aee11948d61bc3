import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.copies import BY_AUTHOR, BY_OTHERS, Copies, read

PASTA = "I told my quimble to eat the blippo but it only wanted more vexnar soup tonight"


def near(one: str, other: str) -> bool:
    there, back = read(one).near(read(other)), read(other).near(read(one))
    assert there == back
    return there


@pytest.mark.parametrize(
    "variation",
    [
        PASTA.upper(),
        PASTA + " \u034f",
        PASTA.replace("soup", "so\u200bup"),
        PASTA + " 😂😂😂",
        "🔥 " + PASTA.replace(" ", "  ") + "!!!",
        PASTA.replace("more", "mooooore"),
        PASTA.replace("eat", "éat").replace("soup", "ｓｏｕｐ"),
        PASTA + " lol",
        PASTA.replace("tonight", "today"),
        " ".join(reversed(PASTA.split())),
        f"{PASTA} {PASTA}",
    ],
)
def test_a_text_pasted_with_small_variations_is_the_same(variation: str) -> None:
    assert near(PASTA, variation)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PASTA, PASTA.replace("quimble", "sister").replace("blippo", "cake").replace("soup", "x")),
        (PASTA, " ".join(PASTA.split()[:8])),
        ("level 24 cleared", "level 25 cleared"),
        ("my score is 1500", "my score is 1600"),
        ("play it again", "stop it again"),
        ("hi", "ha"),
        ("!", "?"),
        ("gg", "😂"),
    ],
)
def test_other_texts_are_others(one: str, other: str) -> None:
    assert not near(one, other)


def test_a_script_without_spaces_is_compared_by_its_letters() -> None:
    line = "これはとても長いコピーの文章でみんなが同時に貼り付けるものです"
    assert near(line, line + "笑")
    assert near(line, line.replace("長い", "短い"))
    assert not near(line, "まったく別のことを言っている普通の視聴者の書き込みですよ")


def refusals(copies: Copies, text: str, times: list[float]) -> list[str | None]:
    return [copies.refuse(f"viewer {at}", read(text), at) for at in times]


def test_a_long_text_of_many_is_let_through_once_until_it_is_quiet() -> None:
    copies = Copies()
    wave = [copies.refuse(n, read(PASTA + " !"[: n % 2] * n), n * 10.0) for n in range(20)]
    assert wave == [None, *[BY_OTHERS] * 19]
    assert refusals(copies, PASTA, [204.9, 220.0]) == [BY_OTHERS, None]


def test_a_text_that_two_may_have_come_up_with_is_let_through_twice() -> None:
    assert refusals(Copies(), "what a goal that was", [0, 1, 2, 3]) == [
        None,
        None,
        BY_OTHERS,
        BY_OTHERS,
    ]


@pytest.mark.parametrize("text", ["gg", "hello chat", "LOOOOL", "!", "😂😂", "привет"])
def test_a_hall_full_of_exclamations_is_heard_as_a_few(text: str) -> None:
    copies = Copies()
    minute = refusals(copies, text, [n / 10 for n in range(600)])
    assert minute[:6] == [None] * 5 + [BY_OTHERS]
    assert minute.count(None) == 20


def test_one_author_says_a_text_once_a_minute() -> None:
    copies, text = Copies(), read("what a goal that was")
    said = {at: copies.refuse("a", text, at) for at in (0, 20, 59.9, 60)}
    assert said == {0: None, 20: BY_AUTHOR, 59.9: BY_AUTHOR, 60: None}
    assert copies.refuse("a", read("What a GOOOOAL that was!!"), 61) == BY_AUTHOR
    assert copies.refuse("a", read("something else entirely"), 61) is None


def test_one_author_may_laugh_again_sooner() -> None:
    copies, text = Copies(), read("lol")
    assert [copies.refuse("a", text, at) for at in (0, 14, 15)] == [None, BY_AUTHOR, None]


def test_who_repeats_in_turns_is_seen() -> None:
    copies, texts = Copies(), [read("my first blippo line"), read("another quimble text")]
    said = [copies.refuse("a", texts[n % 2], n) for n in range(8)]
    assert said == [None, None, *[BY_AUTHOR] * 6]


def test_what_was_refused_after_all_does_not_count() -> None:
    copies, text = Copies(), read(PASTA)
    assert copies.refuse("a", text, 0) is None
    copies.forget("a", text)
    assert copies.refuse("a", text, 1) is None
    assert copies.refuse("b", text, 2) == BY_OTHERS
    copies.forget("b", text)
    copies.forget("nobody", text)
    assert copies.refuse("c", text, 3) == BY_OTHERS


def test_a_clock_that_goes_back_does_no_harm() -> None:
    copies = Copies()
    assert refusals(copies, PASTA, [100, 50, 0, 100.5]) == [None, *[BY_OTHERS] * 3]


def test_memory_is_bounded_and_a_wave_in_full_swing_is_not_forgotten() -> None:
    copies = Copies(texts=64, authors=100)
    for n in range(5000):
        word = "".join(chr(97 + int(digit)) for digit in f"{n:05}")
        copies.refuse(n, read(f"{word} blippo {word[::-1]} vexnar {word * 2} line"), n / 10_000)
        if n % 50 == 0:
            assert copies.refuse(-n - 1, read(PASTA), n / 10_000) == (BY_OTHERS if n else None)
    assert len(copies) <= 164


@given(st.lists(st.text(st.characters(), max_size=200), max_size=20))
def test_any_text_is_compared_and_equal_to_itself(texts: list[str]) -> None:
    copies = Copies()
    for at, text in enumerate(texts):
        assert read(text).near(read(text))
        assert len(read(text).parts) <= 160
        copies.refuse(at, read(text), at)


def test_ten_thousand_characters_are_cut_first() -> None:
    for text in ("\ud800" * 10_000, "a\u0301" * 5000, "ﷺ" * 10_000, "ab " * 3333):
        assert len(read(text).parts) <= 160
