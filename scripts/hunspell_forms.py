"""The forms of the words of a Hunspell dictionary.

Knows suffixes and one further suffix on them; prefixes and the forms that they make are left out
(they multiply a dictionary by ten and add what nobody writes).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Suffix:
    strip: str
    add: str
    condition: re.Pattern[str]
    further: str


def _suffixes(path: Path) -> dict[str, list[_Suffix]]:
    """Flag -> its rules; the flags of these dictionaries are single characters."""
    rules: dict[str, list[_Suffix]] = defaultdict(list)
    for line in path.read_text("utf-8-sig", "replace").split("\n"):
        parts = line.split()
        # A head has four parts, the last a number: SFX FLAG Y COUNT.
        if len(parts) < 5 or parts[0] != "SFX":
            continue
        _, flag, strip, added, condition = parts[:5]
        add, _, further = added.partition("/")
        pattern = re.compile(f"(?:{condition})$")
        rules[flag].append(_Suffix(strip.strip("0"), add.strip("0"), pattern, further))
    return rules


def _with(word: str, flags: str, rules: dict[str, list[_Suffix]]) -> Iterator[tuple[str, str]]:
    for flag in flags:
        for rule in rules.get(flag, ()):
            if word.endswith(rule.strip) and rule.condition.search(word):
                yield word.removesuffix(rule.strip) + rule.add, rule.further


def forms(folder: Path, name: str) -> set[str]:
    """Every word of NAME.dic and its forms by the suffix rules of NAME.aff."""
    rules = _suffixes(folder / f"{name}.aff")
    found: set[str] = set()
    for line in (folder / f"{name}.dic").read_text("utf-8-sig", "replace").split("\n")[1:]:
        word, _, flags = line.split("\t")[0].strip().partition("/")
        found.add(word)
        for form, further in _with(word, flags.split(" ")[0], rules):
            found.add(form)
            found.update(longer for longer, _ in _with(form, further, rules))
    return found
