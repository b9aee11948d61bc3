"""From the settings to the engines: the chosen one, and the embedded voice behind it.

Does not start anything, and imports no engine: each lives in its worker.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.exits import BadInput
from bot.settings import PREFIX, Settings
from engine import models_folder
from engine.attempts import Engines
from engine.speech import Progress
from engine.supervisor import ESPEAK, EngineSpec, Supervisor

if TYPE_CHECKING:
    from engine.f5.setup import Setup

F5 = "f5"
_AUTO = "auto"
_NEURAL_S = 5.0
"""Seconds without audio or a sign of work after which a neural engine has hung, if its own pace
does not ask for more."""
_LOADING_S = 300.0
"""Seconds that a large model of the user's own may take to load."""
_PROGRESS_S = 120.0
"""Seconds without progress after which F5 does not load any more, on a slow disk either."""
_LET_GO_S = 2.0
"""Seconds in which F5 has to let go of a line: a card finishes what it was given. The line that
comes next goes to the embedded voice before that."""
_MOST_RTF = 0.7


def uses_f5(settings: Settings) -> bool:
    """Whether F5 is to speak, if it can."""
    engine = settings.speech.engine
    return engine == F5 or (engine == _AUTO and settings.f5.model is not None)


def is_embedded(settings: Settings) -> bool:
    """Whether the embedded voice alone is to speak."""
    engine = settings.speech.engine
    return engine == ESPEAK.argument or (engine == _AUTO and not uses_f5(settings))


def voices_of(settings: Settings) -> str:
    """The engine whose voices the settings of speech name: as `make_engine` takes it."""
    embedded = is_embedded(settings) or uses_f5(settings)
    return ESPEAK.argument if embedded else settings.speech.engine


def f5_setup(settings: Settings) -> Setup:
    """What an F5 worker is told. Raises BadInput if no model is named."""
    from engine.f5.options import Options, Source
    from engine.f5.setup import Setup

    f5 = settings.f5
    if f5.model is None:
        raise BadInput(
            f"{PREFIX}F5__MODEL: {PREFIX}SPEECH__ENGINE=f5 needs the folder of a model here; "
            "docs/gpu.md says where to get one"
        )
    model = _fetched(_at_home(f5.model)).absolute()
    beside = _folder(model).parent / models_folder.VOCOS
    source = Source(
        model,
        (_at_home(f5.vocoder) if f5.vocoder else beside).absolute(),
        config=f5.config,
        dtype=f5.dtype,
        device=f5.device,
        allow_pt=f5.allow_pt,
    )
    options = Options(
        nfe=f5.nfe, guidance=f5.guidance, guided_share=f5.guided_share, speed=f5.speed
    )
    return Setup(source, options, (settings.state_dir / "voices").absolute())


def _at_home(path: Path) -> Path:
    """A path as a shell takes it: settings are no shell, and people write `~` all the same."""
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def _folder(model: Path) -> Path:
    try:
        return model.parent if model.is_file() else model
    except OSError:
        return model  # the worker tells why it cannot be read


def _fetched(model: Path) -> Path:
    """The folder of a model: a bare name is one that was fetched, unless it lies here."""
    if len(model.parts) > 1 or model.exists():
        return model
    release = models_folder.released(str(model))
    return models_folder.default() / (release.folder if release else model)


def build_engines(settings: Settings, progress: Progress = lambda stage, share: None) -> Engines:
    """The chosen engine with the embedded voice behind it, not yet started.

    `progress` hears how far F5 is with loading. Raises BadInput.
    """
    espeak = Supervisor(ESPEAK)
    if is_embedded(settings):
        return Engines(espeak)
    if uses_f5(settings):
        return Engines(Supervisor(_f5(settings), progress=progress), espeak)
    name = settings.speech.engine
    own = EngineSpec(name, name, first_chunk_s=_NEURAL_S, chunk_s=_NEURAL_S, start_s=_LOADING_S)
    return Engines(Supervisor(own), espeak)


def _f5(settings: Settings) -> EngineSpec:
    forced = settings.speech.engine == F5
    return EngineSpec(
        F5,
        F5,
        first_chunk_s=_NEURAL_S,
        chunk_s=_NEURAL_S,
        start_s=_PROGRESS_S,
        cancel_s=_LET_GO_S,
        setup=f5_setup(settings).to_json(),
        in_background=True,
        most_rtf=float("inf") if forced else _MOST_RTF,
        if_slow=f"{PREFIX}SPEECH__ENGINE=f5 uses it all the same",
    )
