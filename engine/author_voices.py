"""A voice of their own for every author, out of the few that one engine has.

Does not know any engine, nor who the authors are: a key goes in, the same voice comes out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_VARIANTS = (
    *("f1", "f2", "f3", "f4", "f5", "Annie", "belinda"),
    *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Alex"),
)
# Chosen from espeak-ng's variant files: no whisper, croak, robot, monotone or strong echo, a median
# pitch of 85 to 245 Hz, and the pace of the plain voice. Order and length are part of the promise
# that an author's voice never changes.
_PITCHES = (-0.2, -0.1, 0.0, 0.1, 0.2)


def accent(voice: str) -> str:
    """The espeak voice without its variant: all variants of a voice have the same phonemes."""
    return voice.partition("+")[0].lower()


def variant(voice: str) -> str:
    """The variant behind the `+` of an espeak voice, as espeak writes it.

    Empty where there is none, or none that authors are given.
    """
    wanted = voice.partition("+")[2].lower()
    return next((known for known in _VARIANTS if known.lower() == wanted), "")


def author_voice(base: str, key: str) -> tuple[str, float]:
    """The voice id and pitch of one author: the same in every run and every Python.

    `base` is an espeak voice such as `en-us`; a variant that it already carries is replaced.
    `key` names the author for good, such as `twitch:12345`; any text is allowed. The pitch is that
    of `SpeechRequest.pitch`.
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    language = base.partition("+")[0]
    own = _VARIANTS[int.from_bytes(digest[:8], "big") % len(_VARIANTS)]
    return f"{language}+{own}", _PITCHES[int.from_bytes(digest[8:16], "big") % len(_PITCHES)]


def author_choice(voices: Iterable[str], key: str) -> str:
    """One of some voices for an author: the same each time, in any order of them; empty of none.

    A voice that comes takes over some authors, one that goes gives up its own; all others keep
    theirs (highest random weight, Thaler and Ravishankar 1998).
    """

    def weight(voice: str) -> bytes:
        return hashlib.sha256(f"{voice}\0{key}".encode("utf-8", "surrogatepass")).digest()

    return max(sorted(voices), key=weight, default="")
