"""The regular English inflections of a word, and silent letters added to it, as spellings.

Does not know any list, nor what a word means. Errs on the side of fewer forms: a wrong one blocks
harmless words (`slic` must not give `sliced`).
"""

from __future__ import annotations

_VOWELS = frozenset("aeiou")
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_SILENT = {"o": ("h", "e", "w", "ugh"), "a": ("h",), "e": ("h",), "u": ("h", "gh"), "i": ("e",)}
_VERBAL = ("ed", "er", "ers", "ing", "ings", "in")


def _doubles(word: str) -> bool:
    """Whether the last consonant is doubled before a vowel: one vowel, then one consonant."""
    return word[-1] not in "aeiouwxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS


def inflections(word: str) -> set[str]:
    """The word and its inflected forms. Words of fewer than four letters get a plural only."""
    forms = {word, word + ("es" if word.endswith(_SIBILANTS) else "s")}
    if not (word.isascii() and word.isalpha()) or len(word) < 4:
        return forms if len(word) > 2 else {word}
    stem = word
    if word.endswith("e"):
        stem = word[:-1]
    elif _doubles(word):
        stem = word + word[-1]
    forms.update(stem + ending for ending in _VERBAL)
    if stem != word or len(word) > 4:
        forms.add(stem + "y")
    # Letters that change nothing in how the word sounds.
    silent = _SILENT.get(word[-1], ())
    if word[-1] not in "aeiouy" and word[-2] not in _VOWELS:
        silent = ("e",)
    forms.update(word + ending for ending in silent)
    for able in (word + "able", stem + "able"):
        forms.update((able, "un" + able))
    return forms
