"""Looks after the shipped block lists, filters/data/lists.txt: opens, closes and compares them.

    python scripts/build_lists.py open PLAIN            writes the lists, readable, to PLAIN
    python scripts/build_lists.py close PLAIN           checks PLAIN and encodes it into the package
    python scripts/build_lists.py compare FOLDER REST   holds them against the sources in FOLDER

PLAIN and REST hold slurs: keep them outside the checkout and delete them. Nothing prints an entry.

The lists were chosen by hand, entry by entry, from these npm packages, which `npm pack` gives and
which lie unpacked in FOLDER under `name-version`:

    cuss 2.2.0 (MIT), naughty-words 1.2.0 (CC-BY-4.0), badwords-list 1.0.0 (MIT),
    french-badwords-list 1.0.7 (MIT), washyourmouthoutwithsoap 1.0.2 (MIT)

and from what the project added: phrases above all. `compare` counts both kinds, and writes the
words of the sources that the lists neither hold nor cover to REST, for whoever tries a newer
version. @2toad/profanity 3.3.0 (MIT) was read as well, but is not compared: what stands in it alone
counts as added.

Rules for an entry: a base form (inflections, leet, masks, sounds and words around it are the
matcher's); folded, lower case; no everyday word of any of the languages alone, or with the
languages it is everyday in behind it (` / de fr`); a phrase holds no listed word as bad.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from filters.fold import fold
from filters.inflect import inflections
from filters.message import Tier
from filters.shipped import Listed, decode, encode, parse

DATA = Path(__file__).resolve().parent.parent / "filters" / "data" / "lists.txt"
SOURCES = {
    "en": ("cuss/index.js", "naughty-words/en.json", "badwords-list/lib/array.js"),
    "es": ("cuss/es.js", "naughty-words/es.json"),
    "pt": ("cuss/pt.js", "cuss/pt-pt.js", "naughty-words/pt.json"),
    "de": ("naughty-words/de.json",),
    "fr": ("cuss/fr.js", "naughty-words/fr.json", "french-badwords-list/dist/array.js"),
}
BY_LANGUAGE = "washyourmouthoutwithsoap/data/build.json"
_BADNESS = {Tier.NEVER: 0, Tier.STRICT: 1, Tier.MILD: 2}
_ENTRY = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*|\*?[a-z0-9]{3,}\*?")
_QUOTED = re.compile(r"""'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)"|^\s*(\w+): [0-2]""", re.M)

Lists = Mapping[str, tuple[Listed, ...]]


def _covering(entries: tuple[Listed, ...]) -> dict[str, list[Listed]]:
    """Which entries of one word block a spelling as a whole word, whatever else is chosen."""
    forms: dict[str, list[Listed]] = {}
    for entry in entries:
        if entry.text.isalnum() and not entry.ordinary:
            for form in inflections(entry.text):
                forms.setdefault(form, []).append(entry)
    return forms


def _wrong(entry: Listed, forms: Mapping[str, list[Listed]]) -> str:
    if entry.text != fold(entry.text) or not _ENTRY.fullmatch(entry.text):
        return "is not folded, or holds a sign"
    for word in entry.text.split():
        for other in forms.get(word, ()):
            if other.text != entry.text and _BADNESS[other.tier] <= _BADNESS[entry.tier]:
                return "is covered by another entry"
    return ""


def faults(lists: Lists) -> Iterator[str]:
    """What is wrong with the lists, an entry a line, each named by language and number."""
    tiers: dict[str, Tier] = {}
    for language, entries in lists.items():
        forms = _covering(entries)
        seen: set[str] = set()
        for number, entry in enumerate(entries, 1):
            name = f"{language} {number}"
            if wrong := _wrong(entry, forms):
                yield f"{name} {wrong}"
            if entry.text in seen:
                yield f"{name} stands there twice"
            if language in entry.ordinary:
                yield f"{name} is said to be everyday in its own language"
            if tiers.setdefault(entry.text, entry.tier) is not entry.tier:
                yield f"{name} is of another tier in another language"
            seen.add(entry.text)


def _words(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return set(json.loads(text))
    return {quoted or doubly or bare for quoted, doubly, bare in _QUOTED.findall(text)}


def sources(folder: Path) -> dict[str, set[str]]:
    """The words of each language that the packages unpacked in `folder` hold, folded.

    Raises:
        OSError: a package is missing.
    """

    def at(name: str) -> Path:
        package, _, inside = name.partition("/")
        found = sorted(folder.glob(f"{package}-[0-9]*"))
        return (found[-1] if found else folder / package) / inside

    pooled = json.loads(at(BY_LANGUAGE).read_text(encoding="utf-8"))
    return {
        language: {
            fold(w) for w in set(pooled.get(language, ())).union(*map(_words, map(at, names)))
        }
        for language, names in SOURCES.items()
    }


def _compare(lists: Lists, folder: Path, rest: Path) -> None:
    lines = []
    for language, words in sources(folder).items():
        texts = {entry.text for entry in lists[language]}
        covered = texts.union(_covering(lists[language]))
        left = sorted(words - covered)
        lines += [f"[{language}]", *left]
        theirs = len(texts & words)
        sys.stdout.write(
            f"{language}: {theirs} entries from the sources, {len(texts) - theirs} of our own, "
            f"{len(left)} words of the sources not listed\n"
        )
    rest.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """The command line. Gives the exit code: 1 where a list is faulty."""
    parser = argparse.ArgumentParser(description="Looks after the shipped block lists.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("open", "close"):
        commands.add_parser(name).add_argument("plain", type=Path)
    compare = commands.add_parser("compare")
    compare.add_argument("folder", type=Path)
    compare.add_argument("rest", type=Path)
    options = parser.parse_args()
    if options.command == "close":
        plain = options.plain.read_text(encoding="utf-8")
        if found := list(faults(parse(plain))):
            sys.stderr.write("\n".join(found) + "\n")
            return 1
        DATA.write_text(encode(plain), encoding="ascii", newline="\n")
        return 0
    plain = decode(DATA.read_text(encoding="ascii"))
    if options.command == "open":
        options.plain.write_text(plain, encoding="utf-8")
    else:
        _compare(parse(plain), options.folder, options.rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
