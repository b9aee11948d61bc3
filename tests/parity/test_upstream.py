"""Our F5 says what the f5-tts package says, sample by sample: frozen answers of tiny models.

`scripts/parity.py freeze` makes the answers afresh, and its `sound` does the same at full size.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from engine.f5 import sampler, text
from engine.f5.options import Options
from tests.f5_models import clip, loaded, voice
from tests.parity import cases

KEYS = [
    (name, key)
    for name, keys in (("Tiny_v1", cases.CASES), ("Tiny_v0", cases.CASES), ("Tiny_norm", cases.FEW))
    for key in keys
]
GOLDEN = json.loads((cases.FOLDER / "text.json").read_text("utf-8"))


@lru_cache
def frozen(name: str) -> dict[str, Any]:
    with np.load(cases.FOLDER / f"{name}.npz") as file:
        return dict(file)


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_the_sound_is_upstreams(name: str, key: str) -> None:
    case, ours = cases.CASES[key], loaded(name)
    assert frozen(name)["digest"] == cases.digest(name), "other random weights: freeze afresh"
    options = Options(nfe=case.nfe, speed=case.speed, seed=case.seed, compat=True)
    found = np.concatenate(list(ours.speak(voice(ours, case.clip, case.words), case.text, options)))
    expected = frozen(name)[f"{key}_wave"]
    assert cases.snr(expected, found[:: cases.EVERY]) >= 100


def test_several_pieces_are_among_the_cases() -> None:
    case, ours = cases.CASES["chunks"], loaded()
    said = voice(ours, case.clip, case.words)
    assert len(ours.plan(said, case.text, Options(compat=True))) == 2


@pytest.mark.parametrize("name", list(cases.CLIPS))
def test_a_clip_is_cut_where_upstream_cuts_it(name: str) -> None:
    np.testing.assert_array_equal(
        cases.fingerprint(clip(name).pcm), frozen("Tiny_v1")[f"{name}_cut"]
    )


def test_texts_become_upstreams_tokens() -> None:
    assert [text.tokens(line) for line in cases.TEXTS] == GOLDEN["tokens"]


def test_texts_are_cut_where_upstream_cuts_them() -> None:
    found = [text.chunks(line, most) for line, most in cases.CHUNKS]
    assert found == GOLDEN["chunks"]


@pytest.mark.parametrize("nfe", cases.STEPS)
def test_times_are_upstreams(nfe: int) -> None:
    np.testing.assert_allclose(sampler.times(nfe), GOLDEN["times"][str(nfe)], rtol=0, atol=1e-7)
