"""`python -m bot check | devices`: what is there, a line each, beside whatever else runs.

Does not start the bot, and never prints the value of a secret.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bot import exits, journal_file, journal_kept, policy
from bot.audio import devices as devices_
from bot.engines import uses_f5, voices_of
from bot.exits import BadInput, NothingHeard
from bot.findings import Finding, Word
from bot.lists import allow_list
from bot.outputs import check_output
from bot.settings import Settings, SettingsError, load
from engine.speech import BadRequest, Engine, SpeechError, SpeechRequest
from engine.worker import make_engine

_ESPEAK = "espeak"
_Look = Callable[[Settings], str | list[Finding]]
"""Says what is right in a line, or finds more than that; raises exits.Exit for what is wrong."""


def check(file: Path | None) -> int:
    """Print what is found of each thing, mostly a line. Returns 0, or 2 if something is wrong."""
    try:
        settings = load(file)
    except SettingsError as error:
        _say(*(f"settings: WRONG: {line}" for line in str(error).splitlines()))
        return exits.SETTINGS
    right = True
    for name, look in _looks(settings):
        try:
            found = look(settings)
            for one in [Finding(Word.OK, found)] if isinstance(found, str) else found:
                _say(f"{name}: {one.word}: {one.text}")
        except exits.Exit as error:
            right = False
            _say(*(f"{name}: WRONG: {line}" for line in str(error).splitlines()))
    return exits.STOPPED if right else exits.SETTINGS


def _looks(settings: Settings) -> Iterator[tuple[str, _Look]]:
    from bot import check_chat  # the other commands here need no network

    yield "settings", _settings
    yield "lists", _lists
    yield "state folder", _state
    yield "journal", _journal
    yield "embedded voice", _embedded
    yield "voice" if voices_of(settings) == _ESPEAK else "engine", _voice
    if uses_f5(settings):
        from bot.check_f5 import f5

        yield "f5", f5
    yield "output", _output
    yield "twitch", check_chat.twitch
    yield "youtube", check_chat.youtube


def _settings(settings: Settings) -> str:
    policy.build_trigger(settings)  # what no key is wrong about alone
    return "known and valid"


def _lists(settings: Settings) -> str:
    rules = policy.build_rules(settings)
    parts = [f"{len(rules.words.entries)} words and phrases"]
    if settings.filter.shipped:
        parts.append(f"shipped lists ({','.join(settings.filter.languages)})")
    parts += [str(path) for path in settings.filter.blocklist]
    allowed = allow_list(settings)
    parts.append(f"{allowed}{'' if allowed.exists() else ' (not made yet)'}")
    return ", ".join(parts)


def _state(settings: Settings) -> str:
    folder = settings.state_dir
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise BadInput(f"ISHOWTTS_STATE_DIR: cannot write to {folder}")
    return str(settings.state_dir)


def _journal(settings: Settings) -> str | list[Finding]:
    path = journal_file.path_of(settings.state_dir)
    if not path.exists():
        return f"{path} (not made yet)"
    try:
        version = journal_file.version_of(path)
        journal_file.check_version(version, path)
        with closing(journal_file.read_only(path)) as journal:
            waiting = journal_kept.waiting(journal)
            totals = journal_kept.totals(journal)
    except (journal_file.Damaged, sqlite3.Error, OSError) as error:
        if journal_file.is_damage(error):
            text = f"damaged ({error}): the next start keeps it beside and begins a new one"
            return [Finding(Word.NOTE, text)]
        return [Finding(Word.NOTE, f"cannot be read ({error}): speech goes on without it")]
    # What was committed last is beside it.
    size = sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))
    counted = f"received={totals['received']} spoken={totals.get('spoken', 0)} so far"
    return f"version {version}, {size / 1024:.0f} KiB, {waiting} paid lines wait; {counted}"


def _embedded(settings: Settings) -> str:
    engine = _loaded(_ESPEAK)
    try:
        return f"{engine.name}, {len(engine.voices())} voices"
    finally:
        engine.close()


def _voice(settings: Settings) -> str:
    engine = _loaded(voices_of(settings))
    wrong, right = [], []
    try:
        for setting, voice in policy.voices(settings):
            try:
                engine.synthesise(SpeechRequest("ready", voice), lambda _: None, lambda: False)
                right.append(voice)
            except BadRequest as error:
                wrong.append(str(policy.wrong_voice(setting, error)))
    except SpeechError as error:
        raise NothingHeard(f"{engine.name}: {error}") from None
    finally:
        engine.close()
    if wrong:
        raise BadInput("\n".join(wrong))
    return f"{engine.name}, {', '.join(dict.fromkeys(right))}"


def _output(settings: Settings) -> str:
    wanted = settings.audio.output
    check_output(wanted)
    if wanted == "null" or wanted.startswith("wav:"):
        return f"{wanted} (simulated)"
    known = _outputs()
    if wanted != "default":
        try:
            return devices_.find(wanted, known)[0].name
        except devices_.DeviceError as error:
            return f"waiting for it: {error}"
    if not known:
        return "no device is there now; the bot waits for one"
    return f"the system's default, of {len(known)} devices"


def devices() -> int:
    """Print the outputs that `--output` takes, a line each."""
    found = _outputs()
    for output in found:
        mark = "*" if output.default else " "
        more = f" ({output.description})" if output.description else ""
        _say(f"{mark} {output.name}{more} - {output.host}, {output.sample_rate} Hz")
    if not found:
        _say("no device is there now; --output null and --output wav:FILE always work")
    return exits.STOPPED


def _outputs() -> list[devices_.Output]:
    try:
        return devices_.outputs()
    except devices_.PortAudioMissing as error:
        raise NothingHeard(str(error)) from None


def _loaded(name: str) -> Engine:
    try:
        engine = make_engine(name)
        engine.load()
    except SpeechError as error:
        raise NothingHeard(str(error)) from None
    return engine


def _say(*lines: str) -> None:
    for line in lines:
        print(line)  # noqa: T201 - a command's own output
