"""What a worker is told of the F5 voice: the model, how it speaks, and where the voices are.

It travels as JSON, as the second argument of the worker, and holds no secret. No torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.f5.engine import INSTALL, F5Engine
from engine.f5.options import Options, Source
from engine.speech import EngineMissing
from engine.voices import Library

if TYPE_CHECKING:
    from engine.f5.model import Plan


@dataclass(frozen=True, slots=True)
class Setup:
    """All that an F5 engine is made of."""

    source: Source
    """The model."""
    options: Options
    """How a voice is spoken that does not say so itself."""
    voices: Path
    """The folder of the voice library."""

    def to_json(self) -> str:
        """As the worker takes it."""
        return json.dumps(asdict(self), default=str)

    def engine(self) -> F5Engine:
        """The engine, not yet loaded; it follows changes of the library."""
        return F5Engine(self.source, library=Library(self.voices), defaults=self.options)

    def look(self) -> Plan:
        """What would be loaded, found out without reading the weights. Raises EngineMissing."""
        try:
            from engine.f5.model import look
        except (ImportError, OSError) as error:
            raise EngineMissing(f"{INSTALL} ({error!s:.200})") from error
        return look(self.source)


def from_json(text: str) -> Setup:
    """What `to_json` wrote. Raises EngineMissing."""
    try:
        told = json.loads(text)
        model, vocoder = (Path(told["source"].pop(key)) for key in ("model", "vocoder"))
        source = Source(model, vocoder, **told["source"])
        return Setup(source, Options(**told["options"]), Path(told["voices"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineMissing(f"what the worker was told of F5 is not understood: {error}") from error
