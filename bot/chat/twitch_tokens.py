"""Who is signed in to Twitch, kept in a file between runs: mode 0600, written whole and renamed.

Does not talk to Twitch, and does not know what the tokens in it allow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock

from bot.redaction import hide
from bot.whole_file import write_whole

_LOCKED_S = 5.0


class Who(StrEnum):
    """Which account a sign-in is."""

    STREAMER = "streamer"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account that has signed in."""

    client_id: str
    """The app that it signed in to."""
    user_id: str
    """The platform's id of the account."""
    login: str
    """Its login name."""
    access: str = field(repr=False)
    """The token that requests carry; lives some hours."""
    refresh: str = field(repr=False)
    """What the next pair of tokens is got for; works once."""
    scopes: tuple[str, ...] = ()
    """What the account has allowed."""

    def __post_init__(self) -> None:
        hide(self.access)
        hide(self.refresh)


class TokenFileError(Exception):
    """The file cannot be read or written; the text is one line that says what to do."""


class TokenFile:
    """The sign-ins of a state folder. Blocks for as long as a file takes."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "twitch-sign-in.json"

    def load(self, who: Who = Who.STREAMER) -> SignIn | None:
        """The sign-in of an account; None if there is none. Raises TokenFileError."""
        stored = self._read().get(who)
        if stored is None:
            return None
        try:
            values = {f.name: stored[f.name] for f in fields(SignIn)}
            scopes = tuple(map(str, values.pop("scopes")))
            if not all(isinstance(value, str) and value for value in values.values()):
                raise TypeError
            return SignIn(**values, scopes=scopes)
        except (KeyError, TypeError):
            raise self._broken() from None

    def save(self, sign_in: SignIn, who: Who = Who.STREAMER) -> None:
        """Keep a sign-in in place of the account's earlier one. Raises TokenFileError."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(self.path.name + ".lock"), timeout=_LOCKED_S):
                try:
                    everyone = dict(self._read())
                except TokenFileError:
                    everyone = {}  # what nobody can read is no loss
                everyone[who] = asdict(sign_in)
                write_whole(self.path, json.dumps(everyone, indent=1))
        except OSError as error:
            raise TokenFileError(f"cannot write {self.path}: {error.strerror or error}") from None

    def _read(self) -> Mapping[str, Any]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise TokenFileError(f"cannot read {self.path}: {error.strerror}") from None
        except ValueError:
            raise self._broken() from None
        if not isinstance(data, dict):
            raise self._broken()
        return data

    def _broken(self) -> TokenFileError:
        return TokenFileError(f"{self.path} is damaged; sign in again: {AGAIN}")


AGAIN = "python -m bot login twitch"
"""What a user types to sign in."""
