import pytest

from filters.listfile import parse, parse_allowed
from filters.message import Tier
from filters.wordlist import Entry


def test_a_file_is_words_phrases_and_wildcards_one_a_line() -> None:
    listed = parse("\ufeffzorgle\r\n\n  # vexnar\n blippo*\nquimble dorv\n", "w.txt")
    assert listed.entries == (
        Entry("zorgle", Tier.STRICT, "w.txt line 1"),
        Entry("blippo*", Tier.STRICT, "w.txt line 4"),
        Entry("quimble dorv", Tier.STRICT, "w.txt line 5"),
    )
    assert listed.patterns == ()


def test_a_head_gives_the_tier_of_what_follows() -> None:
    listed = parse("a1\n[never]\nb1\n/b2/\n[ Mild ]\nc1\n[strict]\nd1\n", "w")
    assert [(e.text, e.tier.value) for e in listed.entries] == [
        ("a1", "strict"),
        ("b1", "never"),
        ("c1", "mild"),
        ("d1", "strict"),
    ]
    assert listed.patterns[0].tier is Tier.NEVER


@pytest.mark.parametrize(
    ("mildest", "kept"),
    [(Tier.NEVER, ["n"]), (Tier.STRICT, ["s", "n"]), (Tier.MILD, ["s", "n", "m"])],
)
def test_a_tier_keeps_what_is_as_bad_or_worse(mildest: Tier, kept: list[str]) -> None:
    text = "s\n/s+/\n[never]\nn\n/n+/\n[mild]\nm\n/m+/\n"
    listed = parse(text, "w").down_to(mildest)
    assert [entry.text for entry in listed.entries] == kept
    assert [pattern.source for pattern in listed.patterns] == [f"{k}+" for k in kept]


def test_a_line_between_slashes_is_a_pattern() -> None:
    listed = parse("/zor[gk]le?/\n/open\n1/2/3\n", "w")
    assert [(p.source, p.name) for p in listed.patterns] == [("zor[gk]le?", "w line 1")]
    assert [e.text for e in listed.entries] == ["/open", "1/2/3"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("zorgle  # my ex", "zorgle"),
        ("zorgle\t#my ex", "zorgle"),
        ("zor#le", "zor#le"),
        ("quimble dorv #", "quimble dorv"),
        ("/open # no pattern", "/open"),
    ],
)
def test_a_comment_behind_an_entry_is_cut(line: str, kept: str) -> None:
    assert [entry.text for entry in parse(line, "w").entries] == [kept]
    assert parse_allowed(line, "a") == (kept,)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("/zorg/ # my ex", "zorg"),
        ("/zor #gle/", "zor #gle"),
        ("/zor #gle/\t# see /here/", "zor #gle"),
        ("/zor\\/gle/ #", "zor\\/gle"),
        ("/zor,g;le/", "zor,g;le"),
    ],
)
def test_a_comment_behind_a_pattern_is_cut(line: str, kept: str) -> None:
    listed = parse(line, "w")
    assert [pattern.source for pattern in listed.patterns] == [kept]
    assert not listed.entries


def test_a_head_may_have_a_comment() -> None:
    listed = parse("[never] # slurs\nzorgle\n[mild]\t#\nblippo\n", "w")
    assert [entry.tier for entry in listed.entries] == [Tier.NEVER, Tier.MILD]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("zorgle\n*\n", "w.txt line 2: holds no letter"),
        ("?!\n", "w.txt line 1: holds no letter"),
        ("zor* nasty\n", "w.txt line 1: an entry with \\* is one word"),
        ("na-sty*\n", "w.txt line 1: an entry with \\* is one word"),
        ("zorgle\n\n[nasty]\n", r"w.txt line 3: the heads are \[never\]"),
        ("a" * 601, "w.txt line 1: longer than"),
        ("zorgle\n[never\n", r"w.txt line 2: the heads are \[never\]"),
        ("[very nasty]", r"w.txt line 1: the heads are \[never\]"),
        ("[never]# nasty", r"w.txt line 1: the heads are \[never\]"),
        ("/nasty(le)?s/i", r"w.txt line 1: flags behind a pattern; write \(\?i\) inside"),
        ("/nasty #le/gi # so", "w.txt line 1: flags behind a pattern"),
        ("nasty, fimble", "w.txt line 1: write one word or phrase a line"),
        ("nasty;fimble", "w.txt line 1: write one word or phrase a line"),
        ("nasty\tfimble", "w.txt line 1: write one word or phrase a line"),
        ("nasty\uff0cfimble", "w.txt line 1: write one word or phrase a line"),
        ("- nasty", "w.txt line 1: begins with a dash or dot of a list; take that out"),
        ("* nasty", "w.txt line 1: begins with a dash or dot of a list; take that out"),
        ("\u2022 nasty", "w.txt line 1: begins with a dash or dot of a list; take that out"),
    ],
)
def test_a_wrong_line_is_named_and_not_quoted(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        parse(text, "w.txt")
    assert "nasty" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_allow_list_is_words_and_phrases() -> None:
    assert parse_allowed("zorgle\n# no\n\nquimble dorv\n", "a") == ("zorgle", "quimble dorv")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("zor*", "no \\* and no patterns"),
        ("/zorgle/", "no \\* and no patterns"),
        ("/zorgle/i", "no \\* and no patterns"),
        ("/", "no \\* and no patterns"),
        ("?", "holds no letter"),
        ("[mild]", "has no heads"),
        ("[mild] # no", "has no heads"),
        ("[zorgle", "has no heads"),
        ("snib, fimble", "one word or phrase a line"),
        ("- zorgle", "begins with a dash"),
        ("* zorgle", "begins with a dash"),
    ],
)
def test_an_allow_list_takes_nothing_that_would_open_more_than_a_word(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"^a.txt line 2: .*{says}") as caught:
        parse_allowed(f"fine\n{line}\n", "a.txt")
    assert "\n" not in str(caught.value)
