"""Every flag of `python -m engine`, and what it means. Does no work, and imports no engine."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from engine.f5.config import RELEASED
from engine.f5.options import DTYPES, FEWEST_STEPS, MOST_STEPS

_ENGINE = "espeak, f5, f5-tts (the f5-tts package), or package.module:Class"
_EXIT = "exit codes: 0 done, 1 it failed, 2 wrong input, 3 something must be installed first"

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def parser() -> argparse.ArgumentParser:
    """The parser; `command` of what it gives is the name of the command."""
    made = argparse.ArgumentParser(
        prog="python -m engine",
        description="The speech engines alone: no chat, no bot, no sound device.",
        epilog=f"{_EXIT}. Each command has its own --help.",
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _voices(commands)
    _say(commands)
    _fetch(commands)
    _bench(commands)
    _verify(commands)
    return made


def _command(commands: Commands, name: str, about: str, example: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"Example:\n  python -m engine {name} {example}\n\n{_EXIT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _voices(commands: Commands) -> None:
    command = _command(commands, "voices", "list the voices: id, language, name", "espeak")
    command.add_argument(
        "engine", nargs="?", default="espeak", help="espeak, or package.module:Class"
    )


def _say(commands: Commands) -> None:
    command = _command(
        commands,
        "say",
        "speak a text into a WAV file",
        '"Hello there." --engine f5 --model DIR/F5TTS_v1_Base --vocoder DIR/vocos \\\n'
        '      --reference clip.wav --reference-text "The words in it." -o hello.wav',
    )
    command.add_argument("text")
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.wav")
    command.add_argument("-e", "--engine", default="espeak", help=_ENGINE)
    command.add_argument("--voice", default="", help="of engines that have several")
    command.add_argument("--float", action="store_true", help="32-bit float samples, not 16-bit")
    f5 = command.add_argument_group("F5 (f5 and f5-tts)")
    _model(f5)
    f5.add_argument(
        "-r",
        "--reference",
        "--ref",
        "--ref-audio",
        type=Path,
        metavar="WAV",
        help="the voice: 3 to 12 s",
    )
    f5.add_argument(
        "-t", "--reference-text", "--ref-text", metavar="T", help="the words in it, exactly"
    )
    _speaking(f5)
    f5.add_argument("--speed", type=float, metavar="X", help="above 1 is faster")
    f5.add_argument(
        "--seed", type=int, metavar="S", help="the same seed, the same sound; else by the text"
    )
    f5.add_argument(
        "--compat",
        action="store_true",
        help="upstream's text, length, pieces and noise, and the sound as the model made it",
    )


def _fetch(commands: Commands) -> None:
    command = _command(
        commands,
        "fetch",
        "download a released model and its vocoder, or list them",
        "F5TTS_v1_Base",
    )
    command.add_argument(
        "name", nargs="?", metavar="NAME", help="without it: what there is, with licences"
    )
    command.add_argument("--folder", type=Path, metavar="DIR", help="default: in your user data")
    command.add_argument(
        "--accept-licence",
        "--accept-license",
        action="store_true",
        help="accept the licences that are shown, without being asked",
    )


def _bench(commands: Commands) -> None:
    command = _command(
        commands,
        "bench",
        "measure an engine through its worker, or where F5's time goes",
        "--engine f5 --random F5TTS_v1_Base --against upstream --nfe 7",
    )
    command.add_argument("-e", "--engine", help=f"{_ENGINE}; default: espeak, f5 with flags of F5")
    command.add_argument("--runs", type=int, metavar="N", help="default: 20, of F5 3")
    f5 = command.add_argument_group("F5")
    _model(f5)
    _random(f5)
    _speaking(f5)
    f5.add_argument(
        "--against", choices=("upstream",), help="the f5-tts package, by turns with ours"
    )
    f5.add_argument("--ref-seconds", type=float, default=6.0, metavar="S", help="default: 6")
    f5.add_argument("--gen-seconds", type=float, default=4.0, metavar="S", help="default: 4")
    f5.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def _verify(commands: Commands) -> None:
    command = _command(
        commands,
        "verify",
        "measure whether F5 does here what it should, a line each",
        "--model DIR/F5TTS_v1_Base --vocoder DIR/vocos",
    )
    _model(command)
    _random(command)
    command.add_argument("--dtype", choices=DTYPES, help="default: fp16 on a graphics card")
    command.add_argument("--device", choices=("auto", "cpu", "cuda"))
    command.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def _model(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "-m", "--model", type=Path, metavar="DIR", help="a model's folder, or its file"
    )
    group.add_argument(
        "--vocoder", "--vocos", type=Path, metavar="DIR", help="a Vocos vocoder's folder"
    )
    group.add_argument(
        "--config",
        metavar="NAME",
        help=f"{', '.join(RELEASED)}; default: by the folder's name",
    )
    group.add_argument(
        "--allow-pt", action="store_true", help="take a .pt file, read as tensors only"
    )


def _speaking(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--nfe",
        "--nfe-step",
        type=int,
        metavar="N",
        help=f"steps, {FEWEST_STEPS} to {MOST_STEPS}; default: 7",
    )
    group.add_argument(
        "--dtype", choices=DTYPES, help="default: fp16 on a graphics card, else fp32"
    )
    group.add_argument("--device", choices=("auto", "cpu", "cuda"), help="default: auto")


def _random(group: argparse._ActionsContainer) -> None:
    group.add_argument(
        "--random",
        metavar="NAME",
        help="weights of that configuration made from a seed: right for speed, no good to hear",
    )
    group.add_argument(
        "--folder", type=Path, metavar="DIR", help="keep them here for the next time"
    )
