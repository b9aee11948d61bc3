"""What some voice engine or page obeys as markup, taken out of a text.

Does not know which engine will speak: what any of them obeys goes. Knows SSML and HTML tags and
entities, `[[phonemes]]`, `[text](/phonemes/)`, `[:command]`, `\\command=1\\`, `<:emote:id>`, and
how viewers of other bots choose a voice. All in bounded time.
"""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"</?[^\W\d_][^<>]{0,300}>|<a?:\w{1,40}:\d{1,24}>|<!--.{0,300}?-->")
_PHONEMES = re.compile(
    r"\[\[[^\[\]]{0,300}\]\]|\[:[^\[\]]{0,300}\]|\[[a-z_ ]{0,20}<[^\[\]]{0,300}\]"
)
_LINKED = re.compile(r"\[([^\[\]]{0,300})\]\([^()]{0,300}\)")
_ROUNDS = 3
# Of percent signs only those that letters stand around: `50%65` is none.
_CODED = re.compile(
    r"\\u00([2-7][0-9a-f])|(?:(?<=[^\W\d_])|(?<![\w%])(?=...[^\W\d_]))%([46][1-9a-f]|[57][0-9a])",
    re.IGNORECASE,
)
# In the middle of a word a bracketed one is no remark: `zor[b]gle[/b]`, `zor{pause}gle`.
_INSIDE = re.compile(
    r"(?<=[^\W_])(?:\[/?[a-z]{1,10}\]|\{[a-z]{1,10}\})(?=[^\W_])|(?<=[^\W_])\[/[a-z]{1,10}\]",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"\\[a-z!]{1,12}(?:=[\w.-]{0,12})?\\", re.IGNORECASE)

# Voices that other bots offer by name, as what a viewer typed for them here would be heard.
_VOICE = (
    "voice ?\\d{0,3}|spongebob|patrick|squidward|plankton|mr ?krabs|homer|bart|peter|stewie|morty|"
    "shrek|mario|luigi|sonic|yoda|gollum|gandalf|trump|biden|obama|queen|morgan|attenborough|"
    "brian|amy|emma|joanna|matthew|salli|joey|justin|kendra|kimberly|ivy|russell|nicole|geraint|"
    "cartman|glados|hal|batman|joker|narrator|announcer|robot|male|female|man|woman"
)
_STAGE = (
    "s\\d{1,2}|speaker ?\\d{1,2}|laugh(?:s|ing|ter)?|chuckl(?:e|es|ing)|giggl(?:e|es|ing)|"
    "sigh(?:s|ing)?|gasp(?:s|ing)?|cough(?:s|ing)?|groan(?:s|ing)?|yawn(?:s|ing)?|sniff(?:s|les)?|"
    "sneez(?:e|es)|scream(?:s|ing)?|shout(?:s|ing)?|whisper(?:s|ing)?|cry(?:ing)?|sob(?:s|bing)?|"
    "clears throat|music|singing|pause|silence|applause|burp(?:s)?|breath(?:es)?|inhales|exhales|"
    "sad|angry|happy|excited|nervous|sarcastic(?:ally)?|shouting|screaming"
)
_CHOSEN = re.compile(
    rf"^\s{{0,3}}(?:!\s?(?:{_VOICE})\b:?|(?:{_VOICE})\s?:(?!\S*//))\s{{0,3}}", re.IGNORECASE
)
_DIRECTED = re.compile(
    rf"\[\s?(?:{_STAGE}|{_VOICE})\s?:?\]|\(\s?(?:{_STAGE}|{_VOICE})\s?:?\)", re.IGNORECASE
)


def decoded(text: str) -> str:
    """The text with characters that are written as entities or escapes as themselves.

    Again for what that brings up: `&amp;#97;` is an `a` as well.
    """
    for _ in range(_ROUNDS):
        before = text
        if "&" in text:
            text = html.unescape(text)
        if "\\" in text or "%" in text:
            text = _CODED.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
        if text == before:
            break
    return text


def strip(text: str, gap: str = " ") -> str:
    """The text with markup out and what it wraps kept; each piece leaves `gap` behind.

    Entities are read as a page would: what they spell is markup too.
    """
    text = decoded(text)
    if "[" in text or "{" in text:
        text = _INSIDE.sub("", text)
    if "<" in text:
        text = _TAG.sub(gap, text)
    if "[" in text:
        text = _LINKED.sub(r"\1", _PHONEMES.sub(gap, text))
    if "\\" in text:
        text = _ESCAPED.sub(gap, text)
    return text


def undirected(text: str) -> str:
    """The text without what chooses a voice of another bot: `name:` first, `[S1]`, `(laughs)`."""
    if ":" in text or "!" in text:
        text = _CHOSEN.sub("", text)
    if "[" in text or "(" in text:
        text = _DIRECTED.sub(" ", text)
    return text
