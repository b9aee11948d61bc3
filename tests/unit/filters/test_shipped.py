"""The shipped block lists: how they are stored, what is given for which languages, what is not."""

import hashlib
import importlib.util
import re
from importlib.resources import files
from pathlib import Path

import pytest

from filters import shipped as room
from filters.fold import fold
from filters.message import Tier
from filters.shipped import LANGUAGES, decode, encode, parse, shipped
from filters.wordlist import Entry, compile_words

SCRIPT = Path(__file__).parents[3] / "scripts" / "build_lists.py"
PLAIN = """
# two languages
[en never]
zorgle
go blippo yourself
[en mild]
quimble / fr
[fr strict]
vexnar*
zorgle
[fr never]
drooka / de en
"""

WORST = frozenset(
    """
    08a841e99678 120f6e5b4ea3 16ea09fc78ca 1b0ac209905b 24fff59e3583 38ba35fc0a47
    5a9f0a1e29ac 8051f593d19c 84105992682c 8f5083e3e5c7 98b52c4b6b7d bd331fb1d242
    c3de533e9b7f d5ebe71514c4 db775d1df73f e51d490d2db8 f9d0d9b18ae9
    """.split()
)
"""How the digests of seventeen of the worst words and phrases begin."""


@pytest.fixture
def invented(monkeypatch):
    room._shipped.cache_clear()
    monkeypatch.setattr(room, "_lists", lambda: parse(PLAIN))
    yield
    room._shipped.cache_clear()


def digests(entries) -> set[str]:
    return {hashlib.sha256(text.encode()).hexdigest()[:12] for text, _, _ in entries}


def test_encoding_comes_back_and_shows_no_word():
    encoded = encode(PLAIN)
    assert decode(encoded) == PLAIN
    assert "zorgle" not in encoded
    assert encoded.isascii()


@pytest.mark.parametrize("broken", ["", "zorgle", "AAAA", "é", encode(PLAIN)[:40]])
def test_what_is_no_encoded_list_is_refused(broken):
    with pytest.raises(ValueError, match="not an encoded list"):
        decode(broken)


def test_parse_gives_tiers_in_order_and_where_a_word_is_ordinary():
    lists = parse(PLAIN)
    assert [(e.text, e.tier) for e in lists["en"]] == [
        ("zorgle", Tier.NEVER),
        ("go blippo yourself", Tier.NEVER),
        ("quimble", Tier.MILD),
    ]
    assert lists["en"][2].ordinary == {"fr"}
    assert lists["fr"][2].ordinary == {"de", "en"}
    assert lists["es"] == ()


@pytest.mark.parametrize(
    "plain", ["zorgle", "[xx never]\nzorgle", "[en worst]\nzorgle", "[en mild]\nzorgle / xx"]
)
def test_a_wrong_list_is_refused_by_line_without_the_word(plain):
    with pytest.raises(ValueError, match=r"^line \d: ") as caught:
        parse(plain)
    assert "zorgle" not in str(caught.value)


@pytest.mark.usefixtures("invented")
def test_an_everyday_word_of_another_chosen_language_is_left_out():
    assert [text for text, _, _ in shipped(["en"])] == ["zorgle", "go blippo yourself", "quimble"]
    assert "quimble" not in [text for text, _, _ in shipped(["en", "fr"])]
    assert "drooka" in [text for text, _, _ in shipped(["fr"])]
    assert "drooka" not in [text for text, _, _ in shipped(["fr", "de"])]


@pytest.mark.usefixtures("invented")
def test_a_name_does_not_change_with_the_choice_and_a_word_is_given_once():
    both = shipped(["fr", "en"])
    assert both == (
        ("zorgle", Tier.NEVER, "shipped en 1"),
        ("go blippo yourself", Tier.NEVER, "shipped en 2"),
        ("vexnar*", Tier.STRICT, "shipped fr 1"),
    )
    assert ("zorgle", Tier.STRICT, "shipped fr 2") in shipped(["fr"])


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(ValueError, match="no shipped list for xx; there are en, es"):
        shipped(["en", "xx"])


def test_no_language_gives_no_entry():
    assert shipped(()) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_entries_of_each_tier(language):
    tiers = [tier for _, tier, _ in shipped([language])]
    assert len(tiers) >= 200
    assert min(tiers.count(tier) for tier in Tier) >= 25


def test_all_languages_at_once_are_the_default_and_every_entry_is_well_formed():
    entries = shipped()
    assert entries is shipped(LANGUAGES)
    assert len({text for text, _, _ in entries}) == len({name for *_, name in entries})
    for text, tier, name in entries:
        assert re.fullmatch(r"shipped [a-z]{2} \d+", name)
        assert isinstance(tier, Tier)
        assert text == fold(text), name
        assert len(text) > 2, name


def test_every_entry_compiles():
    compile_words(Entry(text, tier, name) for text, tier, name in shipped())


def test_the_maintainer_s_rules_hold_for_what_is_shipped():
    spec = importlib.util.spec_from_file_location("build_lists", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert list(script.faults(room._lists())) == []
    wrong = parse("[en strict]\nzorgle\nzorgles\nZorgle\na zorgle\nquimble / en\n[fr mild]\nzorgle")
    assert len(list(script.faults(wrong))) == 5


def test_the_data_is_not_readable():
    data = files("filters").joinpath("data", "lists.txt").read_text(encoding="ascii")
    letters = data.replace("\n", "").lower()
    assert not any(text in letters for text, _, _ in shipped() if len(text) > 5)


@pytest.mark.parametrize(
    "word",
    "gay lesbian trans jew jewish muslim black queer blind deaf autistic immigrant "
    "suicide balls suck hell kill die con bite chat queue poste negro pico cono pau kkk "
    "schwanz mose vogeln jude sexe bola leche class scunthorpe nude breast idiot stupid".split(),
)
def test_an_ordinary_word_is_not_listed_alone(word):
    assert word not in {text for text, _, _ in shipped()}


def test_the_worst_words_are_in_tier_never():
    worst = [entry for entry in shipped() if entry[1] is Tier.NEVER]
    assert digests(worst) >= WORST
