"""Where models lie that were fetched, and which released ones there are, with their licences.

Data only: knows no network and no torch, so that the bot may ask as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

VOCOS = "vocos"
"""The name of the vocoder that every model here needs."""


@dataclass(frozen=True, slots=True)
class Release:
    """Something that can be fetched."""

    name: str
    """What it is asked for by."""
    repo: str
    """Its repository on huggingface.co."""
    inside: str
    """The folder in the repository, empty for its root."""
    folder: str
    """What its folder here is called: of a model it begins with its configuration's name."""
    licence: str
    """As its publisher states it."""
    means: str
    """What the licence means for a streamer, in a few words."""


RELEASES = {
    release.name: release
    for release in (
        Release(
            "F5TTS_v1_Base",
            "SWivid/F5-TTS",
            "F5TTS_v1_Base",
            "F5TTS_v1_Base",
            "CC-BY-NC-4.0",
            "English and Chinese; not for commercial use, such as a stream that earns money",
        ),
        Release(
            "F5TTS_Base",
            "SWivid/F5-TTS",
            "F5TTS_Base",
            "F5TTS_Base",
            "CC-BY-NC-4.0",
            "the older one; English and Chinese; not for commercial use",
        ),
        Release(
            "OpenF5-TTS-Base",
            "mrfakename/OpenF5-TTS-Base",
            "",
            "F5TTS_v1_Base_OpenF5",
            "Apache-2.0",
            "English; commercial use allowed; trained by others, for less long",
        ),
        Release(
            VOCOS,
            "charactr/vocos-mel-24khz",
            "",
            VOCOS,
            "MIT",
            "the vocoder of all models here; free to use",
        ),
    )
}


def default() -> Path:
    """The folder for models, a folder of the user's own data; it need not be there."""
    return Path(platformdirs.user_data_dir("ishowtts", appauthor=False)) / "models"


def released(name: str) -> Release | None:
    """The release of a name, in any case."""
    return next((r for r in RELEASES.values() if r.name.lower() == name.lower()), None)
