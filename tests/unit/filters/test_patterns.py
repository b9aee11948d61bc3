import sys
import time

import pytest

from filters.fold import fold
from filters.listfile import Pattern
from filters.message import Tier
from filters.patterns import PATTERNS, Matched, PatternsMissing, compile_patterns


def find(text: str, *sources: str) -> str | None:
    patterns = [Pattern(s, Tier.STRICT, f"w line {n}") for n, s in enumerate(sources, 1)]
    compiled = compile_patterns(patterns)
    assert compiled is not None
    found = compiled(text)
    return found and found.name


def test_no_pattern_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    assert compile_patterns([]) is None


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(PatternsMissing, match="pip install google-re2") as caught:
        find("x", "zorgle")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("w line 1: ")


@pytest.mark.parametrize(
    ("source", "text", "start", "end"),
    [
        ("zorgle", "so a zorgle", 5, 11),
        ("zorgle", "это ﬁ😀 zorgle", 7, 13),
        ("з.ргл", "😀 зоргл", 2, 7),
        # Bytes in the midst of a character: the character is theirs.
        (r"o\C\Cр", "зоoор", 2, 5),
        (r"😀\C", "a😀éb", 1, 3),
        (r"\Cb", "aéb", 1, 3),
        (r"$\b|\bz", "é z", 2, 3),
        ("zorgle", "\ud800 zorgle", 2, 8),
    ],
)
def test_where_it_matches_is_told_in_characters(
    source: str, text: str, start: int, end: int
) -> None:
    compiled = compile_patterns([Pattern(source, Tier.MILD, "w line 1")])
    assert compiled is not None
    assert compiled(text) == Matched("w line 1", Tier.MILD, start, end)


def test_the_first_pattern_that_matches_anywhere_is_named() -> None:
    sources = ("blip{2,}o", "ZOR[gk]le", "zorgle$")
    assert find("so a zorgle", *sources) == "w line 2"
    assert find("blippo and zorgle", *sources) == "w line 1"
    assert find("zorble", *sources) is None


def test_letters_of_every_script_and_what_is_no_letter() -> None:
    assert find("это зоргл", "зор[гк]л") == "w line 1"
    assert find("lone \ud800 zorgle", "zorgle") == "w line 1"


def test_alternatives_flags_and_equal_group_names_stay_within_their_pattern() -> None:
    sources = ("^a|b$", "(?P<x>vex)", "(?P<x>nar)", "(?s)q.z")
    assert find("b c", *sources) is None
    assert find("nar", *sources) == "w line 3"
    assert find("q\nz", *sources) == "w line 4"


@pytest.mark.parametrize(
    "source",
    ["(zorgle", "[a-", r"(z)\1", "(?=z)", "z{1001}", r"\pL{900}", "z*", "", "z|", "\\", "\ud800"]
    + [r"\Qzorgle", "(?:z{45}o{45}){25}"],
)
def test_a_wrong_pattern_is_one_line_that_names_it_and_does_not_quote_it(
    source: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match=r"^w line 2: a pattern that RE2 cannot use: ") as caught:
        find("x", "fine", source)
    assert "\n" not in str(caught.value)
    assert "zorgle" not in str(caught.value)
    assert capfd.readouterr() == ("", ""), "RE2 itself writes nothing"


@pytest.mark.parametrize(
    ("source", "instead"),
    [
        ("z\u00f6rgle", 'write "o" instead of "\u00f6"'),
        ("Z\u00d6RGLE", 'write "o" instead of "\u00d6"'),
        ("zo\u0308rgle", "take U\\+0308 out"),
        (r"z[o\xf6]rgle", 'write "o" instead of "\u00f6"'),
        (r"z\x{00f6}rgle", 'write "o" instead of "\u00f6"'),
        ("stra\u00dfe", 'write "ss" instead of "\u00df"'),
        ("\u0437\u0451\u0440\u0433", 'write "\u0435" instead of "\u0451"'),
        ("\uff5aorgle", 'write "z" instead of "\uff5a"'),
        ("zor\u00a0gle", 'write " " instead of U\\+00A0'),
        ("\u2764\ufe0f", "take U\\+FE0F out"),
    ],
)
def test_a_letter_that_no_reading_holds_is_refused_with_how_to_write_it(
    source: str, instead: str
) -> None:
    with pytest.raises(ValueError, match=f"^w line 2: .*{instead}$") as caught:
        find("x", "fine", source)
    assert "\n" not in str(caught.value)
    assert "rgle" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("ZORGLE", "Z\u00f6rgle"),
        ("\u0417\u041e\u0420\u0413", "\u0437\u043e\u0440\u0433"),
        ("\u03bf\u03c2$", "\u03b6\u03bf\u03c2"),
        ("\uc870\ub974", "\uc870\ub974"),
        ("\u9ed1", "\u9ed1"),
        ("\u2764", "\u2764\ufe0f"),
        (r"\\xf6", r"a \xf6"),
        (r"zor\x67le", "zorgle"),
    ],
)
def test_what_a_reading_can_hold_matches_it(source: str, text: str) -> None:
    assert find(fold(text), source) == "w line 1"


def test_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match=f"line {PATTERNS + 1}: more than"):
        find("x", *["zorgle"] * (PATTERNS + 1))


@pytest.mark.parametrize("source", ["(z+)+$", "(z|zz)+$", "([az]*z[az]{30})q", "(.*)*x.*y.*z.*q"])
def test_hostile_patterns_and_texts_cost_little(source: str) -> None:
    compiled = compile_patterns([Pattern(source, Tier.STRICT, "w line 1")])
    assert compiled is not None
    texts = ["z" * 600 + "!", "az" * 300 + "!", "xyz" * 200]
    started = time.perf_counter()
    for text in texts:
        compiled(text)
    assert time.perf_counter() - started < 0.1
