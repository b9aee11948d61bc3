"""The embedded voice: espeak-ng through ctypes, from the library that espeakng-loader brings.

The one engine that is always there, so the last resort. Does not know processes, frames or levels.
espeak-ng is GPL-3, an optional extra, and keeps one global state that no two threads may touch: one
`EspeakEngine` per process, used from one thread.

Calls follow espeak-ng's speak_lib.h (version 1.52). Text is always plain: neither the SSML nor the
phoneme flag is ever passed, and control characters, which could carry commands, are blanked.
"""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.speech import (
    BadRequest,
    Chunk,
    EngineFailed,
    EngineMissing,
    SpeechRequest,
    UnknownVoice,
    Voice,
    Word,
)
from engine.voices import DEFAULT

INSTALL = (
    "the embedded voice is not installed; install it: "
    "python -m pip install espeakng-loader (scripts/run does it)"
)

_OUTPUT_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_BUFFER_MS = 200
_POS_CHARACTER = 1
_CHARS_UTF8 = 1
_RATE, _PITCH = 1, 3
_EVENT_END, _EVENT_WORD = 0, 1
_PHONEMES_IPA = 2

_NORMAL_WPM = 175
_DEFAULT_VOICE = "en-us"
# One character for one, so that word positions stay those of the request's text.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# How espeak-ng marks a change of language within the phonemes, such as (en).
_LANGUAGE_MARK = re.compile(r"\([a-z0-9-]{1,20}\)")
_ALIASES = {"no": "nb", "iw": "he", "zh": "cmn"}


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    ]


class _Voice(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("xx1", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class _Utterance:
    """What the callback needs while `espeak_Synth` blocks, and the error it may leave behind."""

    def __init__(
        self, text: str, emit: Callable[[Chunk], None], cancelled: Callable[[], bool]
    ) -> None:
        self.text = text
        self.emit = emit
        self.cancelled = cancelled
        self.error: BaseException | None = None
        self.audible = False
        self.word_start = -1


class EspeakEngine:
    """The `Engine` protocol over espeak-ng."""

    name = "espeak"
    calibration = "The early bird may get the worm."

    def __init__(self) -> None:
        self._library: Any = None
        self._rate = 0
        self._data = Path()
        self._identifiers: dict[str, str] = {}
        self._voices: list[Voice] = []
        self._variants: frozenset[str] = frozenset()
        self._utterance: _Utterance | None = None
        self._telling: str | None = None
        """The voice id that was last chosen, if only phonemes were told since."""
        self._callback = _Callback(self._on_audio)

    def load(self) -> None:
        """Load the library and list its voices. Raises EngineMissing."""
        try:
            import espeakng_loader
        except ImportError as error:
            raise EngineMissing(INSTALL) from error
        try:
            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            self._data = Path(espeakng_loader.get_data_path())
        except (OSError, RuntimeError) as error:
            raise EngineMissing(f"espeak-ng cannot be loaded, install it again: {error}") from error
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        self._library.espeak_ListVoices.argtypes = [ctypes.c_void_p]
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_TextToPhonemes.argtypes = [
            ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int
        ]  # fmt: skip
        self._rate = self._library.espeak_Initialize(
            _OUTPUT_SYNCHRONOUS, _BUFFER_MS, os.fsencode(self._data), _DONT_EXIT
        )
        if self._rate <= 0:
            raise EngineMissing(f"espeak-ng finds no data in {self._data}, install it again")
        self._library.espeak_SetSynthCallback(self._callback)
        self._list_voices()

    def voices(self) -> list[Voice]:
        """One voice per language or accent, sorted by id; `+VARIANT` may be added to any."""
        return self._voices

    def synthesise(
        self,
        request: SpeechRequest,
        emit: Callable[[Chunk], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Speak. `rate` is relative to 175 words a minute and ends at 80 and 450."""
        self._turn_to(request.voice)
        self._telling = None
        wpm = min(450, max(80, round(_NORMAL_WPM * request.rate)))
        pitch = min(99, max(0, round(50 + 50 * request.pitch)))
        self._library.espeak_SetParameter(_RATE, wpm, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)

        text = _UNSPEAKABLE.sub(" ", request.text)
        utf8 = text.encode() + b"\0"
        utterance = self._utterance = _Utterance(text, emit, cancelled)
        try:
            code = self._library.espeak_Synth(
                utf8, ctypes.c_size_t(len(utf8)), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
            )
        finally:
            self._utterance = None
        if utterance.error is not None:
            raise utterance.error
        if code:
            raise EngineFailed(f"espeak-ng failed with code {code}")
        if not utterance.audible and not cancelled():
            raise BadRequest("there is nothing in the text that this voice can say")

    def phonemes(self, text: str, voice: str) -> str:
        """The phonemes in IPA, a space between words and clauses. Raises BadRequest."""
        self._turn_to(voice)
        utf8 = _UNSPEAKABLE.sub(" ", text).encode()
        memory = ctypes.create_string_buffer(utf8)
        rest = ctypes.c_void_p(ctypes.addressof(memory))
        clauses: list[str] = []
        # The library gives a clause a call and moves `rest` on, to nothing at the end. A clause
        # takes at least one byte: more calls than that would be a loop without an end.
        while rest.value and len(clauses) <= len(utf8):
            said = self._library.espeak_TextToPhonemes(
                ctypes.byref(rest), _CHARS_UTF8, _PHONEMES_IPA
            )
            clauses.append((said or b"").decode("utf-8", "replace"))
        return " ".join(_LANGUAGE_MARK.sub("", " ".join(clauses)).split())

    def close(self) -> None:
        """Free the library's memory."""
        if self._library is not None:
            self._library.espeak_Terminate()
            self._library = None

    def _on_audio(self, wave: Any, count: int, events: Any) -> int:
        """Called by espeak-ng, inside `espeak_Synth`; 1 stops it. No exception may cross C."""
        utterance = self._utterance
        if utterance is None or utterance.error is not None:
            return 1
        try:
            if utterance.cancelled():
                return 1
            words = self._words(utterance, events)
            pcm = np.frombuffer(ctypes.string_at(wave, 2 * count) if count > 0 else b"", np.int16)
            utterance.audible = utterance.audible or bool(pcm.any())
            if len(pcm) or words:
                samples = pcm.astype(np.float32) / np.float32(32768)
                utterance.emit(Chunk(samples, self._rate, words))
        except BaseException as error:  # noqa: BLE001 - raised again by synthesise
            utterance.error = error
            return 1
        return 0

    def _words(self, utterance: _Utterance, events: Any) -> tuple[Word, ...]:
        words = []
        i = 0
        while (event := events[i]).type != _EVENT_END:
            i += 1
            start = event.text_position - 1
            # A number or symbol that is read as several words comes several times.
            if event.type != _EVENT_WORD or not utterance.word_start < start < len(utterance.text):
                continue
            utterance.word_start = start
            length = min(max(1, event.length), len(utterance.text) - start)
            words.append(Word(start, length, event.sample / self._rate))
        return tuple(words)

    def _list_voices(self) -> None:
        secondary: list[tuple[int, str, str]] = []
        found = self._library.espeak_ListVoices(None)
        i = 0
        while found[i]:
            voice = found[i].contents
            i += 1
            identifier = voice.identifier.decode()
            (_, tag), *others = _languages(voice.languages)
            if not self._has_dictionary(identifier, tag):
                continue
            # Two voices can claim one tag; the later one goes by the name of its file.
            if tag.lower() in self._identifiers:
                tag = identifier.rpartition("/")[2]
            self._identifiers[tag.lower()] = identifier
            self._voices.append(Voice(tag.lower(), voice.name.decode().strip(), _bcp47(tag)))
            secondary.extend((priority, other.lower(), identifier) for priority, other in others)
        for _, tag, identifier in sorted(secondary):
            self._identifiers.setdefault(tag, identifier)
        for alias, tag in _ALIASES.items():
            self._identifiers[alias] = self._identifiers[tag]
        self._voices.sort(key=lambda v: v.id)
        self._variants = frozenset(p.name for p in (self._data / "voices" / "!v").iterdir())

    def _has_dictionary(self, identifier: str, tag: str) -> bool:
        """Whether a voice's dictionary is there: the wheel lacks some, and those say nothing."""
        if (self._data / f"{tag.partition('-')[0]}_dict").exists():
            return True
        lines = (self._data / "lang" / identifier).read_text(encoding="utf-8").splitlines()
        named = [line.split()[1] for line in lines if line.startswith("dictionary ")]
        return any((self._data / f"{name}_dict").exists() for name in named)

    def _turn_to(self, voice: str) -> None:
        """Choose a voice, unless it is the one that tells phonemes: that takes longer than a word.

        A voice that has spoken is chosen anew, so that each line begins in the same state.
        """
        if voice != self._telling:
            self._telling = None
            self._choose(voice)
            self._telling = voice

    def _choose(self, voice: str) -> None:
        identifier = self._resolve(_DEFAULT_VOICE if voice in ("", DEFAULT) else voice)
        if self._library.espeak_SetVoiceByName(identifier.encode()):
            raise EngineFailed(f"espeak-ng refuses its own voice {identifier!r}")

    def _resolve(self, voice: str) -> str:
        """The library's name of a voice id: exact, or of the nearest wider tag (RFC 4647, 3.4)."""
        language, _, variant = voice.partition("+")
        if variant and variant not in self._variants:
            raise UnknownVoice(
                f"espeak has no variant {variant!r}; there are f1-f5, m1-m8 and others"
            )
        tag = language.lower()
        while tag and tag not in self._identifiers:
            tag = tag.rpartition("-")[0]
        if not tag:
            raise UnknownVoice(f"espeak has no voice {voice!r}")
        return self._identifiers[tag] + (f"+{variant}" if variant else "")


def _languages(address: int) -> list[tuple[int, str]]:
    """A voice's language tags with their priority: a byte and a string each, until a zero byte."""
    tags = []
    while priority := ctypes.string_at(address, 1)[0]:
        tag = ctypes.string_at(address + 1)
        tags.append((priority, tag.decode()))
        address += len(tag) + 2
    return tags


def _bcp47(tag: str) -> str:
    """A tag in the usual spelling: `en-us` as `en-US` (RFC 5646, 2.1.1)."""
    parts = tag.lower().split("-")
    for i, part in enumerate(parts[1:], 1):
        if "x" in parts[1:i]:
            break
        parts[i] = {2: part.upper(), 4: part.title()}.get(len(part), part)
    return "-".join(parts)
