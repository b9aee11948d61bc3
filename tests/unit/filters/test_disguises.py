"""What a word hides behind when a dictionary tells ordinary words from others."""

import pytest

from filters import dictionary
from filters.message import Tier
from filters.readings import readings
from filters.wordlist import Entry, WordList, compile_words
from filters.words import Search

KNOWN = dictionary.load()
WORDS = compile_words(["zorgle", "blippo", "vexnar", "snarf", "drook", "mib"], dictionary=KNOWN)


def how(text: str, words: WordList = WORDS, *, wary: bool = False) -> str | None:
    hit = Search(words, wary=wary).find(readings(text))
    return hit.how if hit else None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("you turbozorgle", "inside another word"),
        ("whatasnarfyouare", "inside another word"),
        ("zogrle", "misspelled"),
        ("vxnr", "misspelled"),
        ("zorghle", "misspelled"),
        ("zorgul", "sounds like it"),
        ("phecksnarr", "sounds like it"),
        ("blyppoh", "sounds like it"),
        ("snahrrf", "sounds like it"),
        ("zohr gull", "sounds like it, pulled apart"),
        ("blip oh", "sounds like it, pulled apart"),
        ("dee ar oh oh kay", "told letter by letter"),
        ("zee double you", None),
        ("z and o and r and g and l and e", "pulled apart by fillers"),
        ("zor kekw gle", "pulled apart by fillers"),
        ("turboz*rgle", "masked"),
        ("зоргл", "sounds like it"),
        ("ビリッポ", "sounds like it"),
        ("ブリッポ", "misspelled"),
        ("μπλιππο", "whole word"),
        ('<sub alias="blippo">hi</sub>', "whole word"),
        ("[hi](/zˈɔɹɡəl/)", "misspelled"),
        ("|3lippo", "whole word"),
        ("6|_ippo zor6le", "pulled apart"),
        ("SNАRF", "whole word"),
        ("zor🇩🇪gle", "pulled apart"),
        (":regional_indicator_d: :regional_indicator_r: ook", "whole word"),
        (" kekw ".join(f":letter_{letter}:" for letter in "zorgle"), "pulled apart by fillers"),
        ("zor\uff1aletter_g\uff1ale", "whole word"),
        ("zorr 🆗 gull 🆗", "sounds like it, pulled apart"),
        ("🆗 zor 🆗 ghul now", "sounds like it, pulled apart"),
    ],
)
def test_found(text: str, found: str | None) -> None:
    assert how(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "the snare of a drum",
        "a clip of his blimp",
        "I drove the vixen around",
        "B L I M P S on parade",
        "see you at the zoo",
        "why are you okay",
        "Kinoshita and Hitchcock",
        "scharf gewürzt, bitte",
        "¿dónde está la biblioteca?",
        "привет, как дела у тебя",
        "おはようございます",
        "v1.2 of h264 in 4k at 60fps",
        "(drum roll) and (then)",
        "gg wp ez clap",
    ],
)
def test_ordinary_lines_are_spoken(text: str) -> None:
    assert how(text) is None
    assert how(text, wary=True) is None


def test_a_stranger_has_less_tolerance() -> None:
    assert how("blappa") is None
    assert how("blappa", wary=True) == "sounds like it"


def test_without_a_dictionary_nothing_is_taken_for_a_disguise() -> None:
    assert how("zorgul", compile_words(["zorgle"])) is None


def test_the_allow_list_opens_every_tier_but_never() -> None:
    entries = [Entry("zorgle", Tier.NEVER), Entry("blippo"), "snarf"]
    words = compile_words(entries, allowed=["zorgle", "blippo", "Snarfy"], dictionary=KNOWN)
    assert how("zorgle", words) == "whole word"
    assert how("blippo and snarfy", words) is None
    assert how("snarf", words) == "whole word"


def test_a_mild_entry_blocks_itself_but_nothing_that_only_sounds_so() -> None:
    words = compile_words([Entry("zorgle", Tier.MILD)], dictionary=KNOWN)
    assert how("zorgle", words) == "whole word"
    assert how("zorgul", words) is None


def test_the_worse_of_two_equal_entries_has_the_hit() -> None:
    words = compile_words([Entry("zorgle", Tier.MILD), Entry("zorgle", Tier.NEVER)])
    hit = Search(words).find(readings("zorgle"))
    assert hit is not None
    assert (hit.entry, hit.tier) == ("entry 2", Tier.NEVER)


@pytest.mark.parametrize(
    ("earlier", "text"), [(["zohr"], "gull"), (["he said blip"], "po again"), (["z0r"], "gle")]
)
def test_a_disguised_word_split_over_messages_is_found(earlier: list[str], text: str) -> None:
    hit = Search(WORDS).find_split(text, earlier)
    assert hit is not None
    assert hit.how == "split over messages"
