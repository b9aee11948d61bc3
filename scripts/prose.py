"""Running prose of packaged texts, a sentence a line: what a filter must let through.

Reads a folder into which Debian packages were unpacked (docs/measurements.md names them). Knows the
formats fortunes, manual pages, HTML, Mallard help and message catalogues come in; does not know
what the lines are used for. Files marked as offensive by their packagers are left out.
"""

from __future__ import annotations

import gettext
import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

PACKAGES = (
    "fortunes fortunes-min fortunes-es fortunes-br fortunes-de debian-faq debian-faq-de "
    "debian-faq-fr debian-reference-en debian-reference-es debian-reference-pt debian-reference-de "
    "debian-reference-fr gnome-user-docs manpages-es manpages-pt-br manpages-de manpages-fr "
    "wesnoth-1.16-did wesnoth-1.16-dm wesnoth-1.16-ei wesnoth-1.16-httt wesnoth-1.16-nr "
    "wesnoth-1.16-sota wesnoth-1.16-thot wesnoth-1.16-tsg wesnoth-1.16-utbs"
).split()
"""`apt-get download NAME`, then `dpkg -x FILE FOLDER/NAME` for each."""
LANGUAGES = ("en", "es", "pt", "de", "fr")
SHORTEST, LONGEST = 30, 300
"""Characters of a line."""
_WORDS = 5
_LETTERS = 0.75
"""Share of letters in a line; tables, options and code have less."""
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'»”)]*\s+(?=[\"'«„“¿¡(]*[^\W\d_a-z])")
_CODE = re.compile(r"[{}<>|\\=_`$~^#@\[\]]|--|::|\w/\w|\w\.\w|&\w+;|(?:^|\s)-\w")
_ROFF = re.compile(r"\\f(?:\[\w*\]|\(..|.)|\\[&%/,|:^)]|\\s[-+]?\d+")
_ROFF_CHARS = {"\\-": "-", "\\(aq": "'", "\\(cq": "’", "\\(oq": "‘", "\\e": "\\", "\\ ": " "}
_SKIPPED_TAGS = {"pre", "code", "screen", "script", "style", "table", "h1", "h2", "h3", "title"}
_BLOCKS = {"p", "li", "dd", "div", "td", "br", "section", "page", "body"}


def _sentences(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield from _SENTENCE.split(" ".join(paragraph.split()))


def _is_prose(line: str) -> bool:
    if not SHORTEST <= len(line) <= LONGEST or _CODE.search(line):
        return False
    letters = sum(char.isalpha() for char in line)
    words = line.split()
    return len(words) >= _WORDS and letters >= _LETTERS * len(line) and not line.isupper()


def _text(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _fortunes(path: Path) -> Iterator[str]:
    for entry in re.split(r"\n%+\n", _text(path)):
        # Who said it stands behind two dashes; verses and dialogues keep their lines.
        said = re.split(r"\n\s*(?:--|―|—)", entry)[0]
        yield from re.split(r"\n\s*\n|\n\t", re.sub(r".\x08", "", said))


def _manual(path: Path) -> Iterator[str]:
    lines: list[str] = []
    quoted = False
    for line in _text(path).split("\n"):
        if line.startswith((".nf", ".EX", ".TS")):
            quoted = True
        elif line.startswith((".fi", ".EE", ".TE")):
            quoted = False
        elif re.match(r"\.(?:B|I|BR|RB|IR|RI|BI|IB)\s", line) and not quoted:
            # A word set in bold in the middle of a sentence.
            lines.append(line.split(" ", 1)[1].replace('"', ""))
        elif line.startswith((".", "'")) or not line.strip():
            yield _unroffed(" ".join(lines))
            lines = []
        elif not quoted:
            lines.append(line)
    yield _unroffed(" ".join(lines))


def _unroffed(text: str) -> str:
    for written, char in _ROFF_CHARS.items():
        text = text.replace(written, char)
    return _ROFF.sub("", text)


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self._now: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._skipped += tag in _SKIPPED_TAGS
        if tag in _BLOCKS:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in _SKIPPED_TAGS
        if tag in _BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if self._skipped <= 0:
            self._now.append(data)

    def _end(self) -> None:
        self.done.append("".join(self._now))
        self._now = []


def _pages(path: Path) -> Iterator[str]:
    parser = _Paragraphs()
    parser.feed(_text(path))
    parser.close()
    yield from parser.done


def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        messages = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # noqa: SLF001
    return {key: said for key, said in messages.items() if key and isinstance(key, str)}


def _language(code: str) -> str:
    return code.split("_")[0].split("-")[0].split(".")[0]


_SOURCES: tuple[tuple[str, str, Callable[[Path], Iterator[str]]], ...] = (
    ("fortunes/usr/share/games/fortunes/[a-z]*", "en", _fortunes),
    ("fortunes-min/usr/share/games/fortunes/[a-z]*", "en", _fortunes),
    ("fortunes-es/usr/share/games/fortunes/es/*.fortunes", "es", _fortunes),
    ("fortunes-br/usr/share/games/fortunes/brasil", "pt", _fortunes),
    ("fortunes-de/usr/share/games/fortunes/de/*", "de", _fortunes),
    *((f"debian-*/usr/share/**/{name}*.{lang}.html", lang, _pages)
      for lang in LANGUAGES for name in ("ch", "pr", "ap")),
    *((f"debian-faq*/usr/share/**/*.{lang}.html", lang, _pages) for lang in LANGUAGES),
    *((f"gnome-user-docs/usr/share/help/{code}/**/*.page", _language(code), _pages)
      for code in ("C", "es", "pt_BR", "de", "fr")),
    *((f"manpages-*/usr/share/man/{code}/man*/*.gz", _language(code), _manual)
      for code in ("es", "pt_BR", "de", "fr")),
)  # fmt: skip


def _kept(found: dict[str, dict[str, None]]) -> dict[str, list[str]]:
    return {
        language: [line for line in lines if _is_prose(line)] for language, lines in found.items()
    }


def prose(folder: Path) -> dict[str, list[str]]:
    """Sentences of 30 to 300 characters by language, each once, in the order of the files' names.

    Args:
        folder: holds one folder for each unpacked package, named like it.
    """
    found: dict[str, dict[str, None]] = {language: {} for language in LANGUAGES}
    for pattern, language, paragraphs in _SOURCES:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix not in (".dat", ".u8"):
                lines = found["en" if language == "C" else language]
                lines |= dict.fromkeys(_sentences(paragraphs(path)))
    return _kept(found)


def dialogue(folder: Path) -> dict[str, list[str]]:
    """The same from what people say to each other in a game, translated: spoken language."""
    found: dict[str, dict[str, None]] = {language: {} for language in LANGUAGES}
    for code in ("es", "pt_BR", "de", "fr"):
        pattern = f"wesnoth-*/usr/share/games/wesnoth/*/locale/{code}/LC_MESSAGES/*.mo"
        for path in sorted(folder.glob(pattern)):
            messages = _catalogue(path)
            said = [key.partition("^")[2] or key for key in messages]
            found["en"] |= dict.fromkeys(_sentences(said))
            found[_language(code)] |= dict.fromkeys(_sentences(messages.values()))
    return _kept(found)
