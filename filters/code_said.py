"""Code between backticks: said as the word `code`, or as its words where they are plain ones.

Does not know any programming language: signs that prose does not use make it code.
"""

from __future__ import annotations

import re

_TICKED = re.compile(r"(`{1,3})([^`]{1,600})\1")
_LOOKS = re.compile(
    r"[{}\[\];<>=$|\\]|\w\(|::|->|&&|\w_\w|\w\.[a-z]\w*\(|[a-z][A-Z]|(?<!\S)[~.]{0,2}/\w|(?<!\S)-{1,2}\w|\+\+"
)


def said(text: str, word: str) -> str:
    """The text with code between backticks as `word`; plain words between them stay."""
    if "`" not in text:
        return text
    return _TICKED.sub(lambda m: f" {word if _LOOKS.search(m[2]) else m[2]} ", text)
