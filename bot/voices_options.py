"""The arguments of `python -m bot voices`. Does none of the work."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot import exits
from bot.settings import Settings
from bot.telemetry import set_up_logging

if TYPE_CHECKING:
    from bot.voices import Wanted

_MOST_BYTES = 20_000


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give the command what may stand behind it; with nothing it lists every voice."""
    parser.set_defaults(what=None)
    kinds = parser.add_subparsers(title="your own", metavar="WHAT", dest="what")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return kinds.add_parser(name, help=text, description=text, allow_abbrev=False)

    add("list", "list the voices of your own, and who agreed to each")
    new = add("add", "make a voice of a clip: a WAV of 3 to 30 s in which one person speaks")
    new.add_argument("id", metavar="ID", help="a short name for it: a-z, 0-9, - and _")
    new.add_argument("clip", type=Path, metavar="CLIP.wav", help="the recording")
    words = new.add_mutually_exclusive_group(required=True)
    words.add_argument("--text", metavar="TEXT", help="exactly the words that are said in it")
    words.add_argument("--text-file", type=Path, metavar="FILE", help="the same from a file")
    new.add_argument(
        "--consent",
        required=True,
        metavar="WORDS",
        help='who agreed and how: "my own voice", "Anna agreed by e-mail, 2026-11-20"',
    )
    new.add_argument("--language", metavar="TAG", default="", help="default: the channel's")
    new.add_argument("--name", metavar="NAME", default="", help="for people; default: ID")
    new.add_argument("--speed", type=float, metavar="X", help="its own speed, 0.5 to 2")
    new.add_argument("--nfe", type=int, metavar="N", help="its own number of steps, 4 to 64")
    new.add_argument("--guidance", type=float, metavar="X", help="its own guidance, 0 to 10")
    new.add_argument("--from", type=float, metavar="S", dest="start", help="use the clip from here")
    new.add_argument("--to", type=float, metavar="S", dest="end", help="to here, in seconds")
    new.add_argument("--replace", action="store_true", help="take the place of the voice ID")
    gone = add("remove", "delete a voice of your own, with its clip")
    gone.add_argument("id", metavar="ID")
    hear = add("preview", "hear a voice of your own")
    hear.add_argument("id", metavar="ID")
    hear.add_argument("--text", default="", help="what to say")
    hear.add_argument("-o", "--out", type=Path, metavar="FILE.wav", help="write it to a file")
    hear.add_argument("--output", metavar="WHERE", help="where it is heard, as for say")
    hear.add_argument("--clip", action="store_true", help="play the clip itself")


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Do what was asked for. Raises exits.Exit."""
    from bot import voices

    set_up_logging("error")  # voices that cannot be used are told there
    if options.what == "list":
        return voices.list_(settings)
    if options.what == "add":
        return voices.add(settings, _wanted(options), replaces=options.replace)
    if options.what == "remove":
        return voices.remove(settings, options.id)
    if options.what == "preview":
        return voices.preview(
            settings, options.id, text=options.text, out=options.out, clip=options.clip
        )
    return voices.voices(settings)


def _wanted(options: argparse.Namespace) -> Wanted:
    from bot.voices import Wanted

    return Wanted(
        id=options.id,
        clip=options.clip,
        text=options.text if options.text_file is None else _read(options.text_file),
        consent=options.consent,
        language=options.language,
        name=options.name,
        speed=options.speed,
        nfe=options.nfe,
        guidance=options.guidance,
        start=options.start,
        end=options.end,
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise exits.BadInput(f"--text-file {path}: it has more than {_MOST_BYTES} bytes")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise exits.BadInput(f"--text-file {path}: save it as UTF-8 text") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise exits.BadInput(f"--text-file {path}: {why}") from None
