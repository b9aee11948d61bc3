"""`python -m engine`: see engine/commands.

Knows no bot and no sound device. Errors are one line; exit code 2 for bad input, 3 for what is not
installed, 1 for what failed.
"""

from __future__ import annotations

import importlib
import io
import sys

from engine.commands import arguments
from engine.speech import BadRequest, EngineMissing, SpeechError, UnknownVoice


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    args = arguments.parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Voice names are in many scripts; a console may know only one.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Only the room of this command: some of them take a while to import.
        code: int | None = importlib.import_module(f"engine.commands.{args.command}").run(args)
    except UnknownVoice as error:
        sys.stderr.write(f"{error}; see: python -m engine voices\n")
        return 2
    except (BadRequest, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except EngineMissing as error:
        sys.stderr.write(f"{error}\n")
        return 3
    except SpeechError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        return 1
    return code or 0


if __name__ == "__main__":
    sys.exit(main())
