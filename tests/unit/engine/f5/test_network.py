"""The network's promises: batches equal single lines, few operations, no waiting for a device."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.f5 import dit, linear, sampler, tables
from engine.f5.checkpoint import Weights
from engine.f5.config import CONFIGS, MELS
from engine.f5.dit import DiT, Prepared, Tick
from engine.f5.meter import Operations
from engine.f5.options import Options
from tests.f5_models import folder, loaded, source, voice

TEXTS = ("zorgle", "zorgle blippo", "a longer one, that is", "zorgle blippo frim dax")


def apart(expected: Tensor, found: Tensor) -> float:
    return float((expected - found).norm() / expected.norm())


@pytest.mark.parametrize("name", ["Tiny_v1", "Tiny_v0", "Tiny_norm"])
def test_lines_together_come_out_as_each_alone(name: str) -> None:
    ours, options = loaded(name), Options(nfe=5)
    said = voice(ours)
    lines = [ours.plan(said, text, options)[0].line for text in TEXTS]
    assert len({line.frames for line in lines}) == 4
    noise = ours.noise([line.frames for line in lines], options)
    together = ours.render(lines, noise, options)
    for line, drawn, found in zip(lines, noise, together, strict=True):
        [alone] = ours.render([line], [drawn], options)
        assert alone.shape == found.shape
        assert apart(alone, found) <= 1e-5


@pytest.mark.parametrize("name", ["Tiny_v1", "Tiny_v0"])
def test_a_padded_line_comes_out_as_at_its_true_length(name: str) -> None:
    ours, options = loaded(name), Options(nfe=7)
    [piece] = ours.plan(voice(ours), "zorgle blippo", options)
    noise = ours.noise([piece.line.frames], options)
    [alone] = ours.render([piece.line], noise, options)
    [padded] = ours.render([piece.line], noise, options, frames=piece.line.frames + 37)
    assert apart(alone, padded) <= 1e-5


@pytest.mark.parametrize("linear_", ["plain", "packed"])
def test_a_step_of_the_full_depth_takes_at_most_400_operations(linear_: str) -> None:
    ours = loaded("Tiny_v1", linear=linear_)
    network = ours._network
    [piece] = ours.plan(voice(ours), "zorgle", Options())
    row = ours._tables.rows(7)[0]
    with torch.inference_mode():
        prepared = network.prepare([piece.line], piece.line.frames, guided=True)
        x = torch.randn(1, piece.line.frames, MELS)
        with Operations() as all_:
            network.step(x, row, prepared, lambda: None)
        with Operations() as block:
            pieces = row.view(-1, ours.config.dim)
            h = torch.randn(2, piece.line.frames, ours.config.dim)
            network._blocks[0](h, pieces[:6], prepared.turns, None, lambda: None)
    deep = all_.count + (CONFIGS["F5TTS_v1_Base"].depth - ours.config.depth) * block.count
    assert 100 < deep <= 400
    assert all_.syncs == 0


def test_a_request_waits_for_the_device_once() -> None:
    ours = loaded()
    said = voice(ours)
    with Operations() as all_:
        list(ours.speak(said, "zorgle", Options()))
    # What ends it is the copy of the samples, which Operations does not count: no other may be.
    assert all_.syncs == 0


def test_every_layer_is_a_moment_to_stop() -> None:
    ours = loaded()
    asked: list[None] = []
    list(ours.speak(voice(ours), "zorgle", Options(nfe=5), lambda: asked.append(None)))
    assert len(asked) == 5 * (1 + 4 * ours.config.depth)

    def stop() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        list(ours.speak(voice(ours), "zorgle", Options(), stop))


def test_without_guidance_half_of_the_work_is_done() -> None:
    ours = loaded()
    [piece] = ours.plan(voice(ours), "zorgle", Options())
    with torch.inference_mode():
        prepared = ours._network.prepare([piece.line], piece.line.frames, guided=False)
    assert len(prepared.base) == 1
    assert list(ours.speak(voice(ours), "zorgle", Options(guidance=0.0)))


def test_guidance_may_end_before_the_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = loaded()
    lines = [ours.plan(voice(ours), text, Options())[0].line for text in ("zorgle", "a blippo dax")]
    noise = ours.noise([line.frames for line in lines], Options(seed=3))
    taken: list[int] = []
    step = DiT.step

    def watch(self: DiT, x: Tensor, row: Tensor, prepared: Prepared, tick: Tick) -> Any:
        taken.append(len(prepared.base))
        return step(self, x, row, prepared, tick)

    monkeypatch.setattr(DiT, "step", watch)

    def made(**how: float) -> list[Tensor]:
        taken.clear()
        return ours.render(lines, noise, Options(nfe=5, **how))  # type: ignore[arg-type]

    some = made(guided_share=0.5)
    assert taken == [2, 2, 2, 1, 1]
    # A batch, padded, is still what each is alone.
    alone = ours.render(lines[:1], noise[:1], Options(nfe=5, guided_share=0.5))
    assert apart(alone[0], some[0]) <= 1e-5
    assert apart(some[1], made(guided_share=1.0)[1]) > 1e-3
    assert apart(made(guided_share=0.0)[1], made(guidance=0.0)[1]) == 0.0
    assert taken == [1] * 5


def test_a_table_that_is_made_later_is_the_one_made_at_load() -> None:
    config = CONFIGS["Tiny_v1"]
    ours = loaded()
    with Weights(folder() / "Tiny_v1" / "model_0.safetensors") as weights:
        made = tables.make(config, weights, sampler.times(16)[:-1])
    torch.testing.assert_close(torch.stack(ours._tables.rows(16)), made, rtol=1e-5, atol=1e-6)


def test_four_tables_of_unusual_schedules_are_kept() -> None:
    opened: list[int] = []

    def reopen() -> Weights:
        opened.append(1)
        return Weights(folder() / "Tiny_v1" / "model_0.safetensors")

    with reopen() as weights:
        kept = tables.Tables(CONFIGS["Tiny_v1"], weights, reopen, torch.device("cpu"))
    for nfe in (9, 11, 13, 14, 9, 15, 9, 11):
        assert len(kept.rows(nfe)) == nfe
    assert len(opened) == 1 + 6
    for nfe in tables.USUAL:
        kept.rows(nfe)
    assert len(opened) == 1 + 6
    assert kept.rows(7, 0.0)[3].shape == kept.rows(7)[3].shape


def test_places_turn_pairs_by_their_angle() -> None:
    x = torch.randn(3, 2, 1, 4)
    angles = torch.tensor([[0.0, 0.0], [1.0, 0.1]])
    turned = x.clone()
    dit._turn(turned, torch.polar(torch.ones(2, 2), angles)[:, None])
    torch.testing.assert_close(turned[:, 0], x[:, 0])
    torch.testing.assert_close(
        turned[:, 1, :, 0], x[:, 1, :, 0] * angles[1, 0].cos() - x[:, 1, :, 1] * angles[1, 0].sin()
    )
    half = x.bfloat16()
    dit._turn(half, torch.polar(torch.ones(2, 2), angles)[:, None])
    torch.testing.assert_close(half.float(), turned, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize(("kind", "most"), [("packed", 1e-5), ("int8", 0.05)])
def test_a_quicker_linear_layer_gives_what_the_plain_one_gives(kind: str, most: float) -> None:
    maker = linear.choose(kind, torch.device("cpu"), torch.float32)
    weight, bias, x = torch.randn(48, 64) / 8, torch.randn(48), torch.randn(2, 20, 64)
    for gelu in (False, True):
        expected = linear.Plain(weight, bias, gelu=gelu)(x)
        made = maker(weight, bias, gelu=gelu)
        assert apart(expected, made(x)) <= most
        assert made.bytes() <= linear.Plain(weight, bias).bytes()


def test_where_the_packed_layer_fails_the_plain_one_stands_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("not on this processor\nand a long trace")

    monkeypatch.setattr(linear.Packed, "__init__", fails)
    for kind in ("auto", "packed"):
        assert linear.choose(kind, torch.device("cpu"), torch.float32) is linear.Plain


def test_the_quicker_of_two_layers_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for took, chosen in (([2.0, 1.0], linear.Packed), ([1.0, 1.0], linear.Plain)):
        monkeypatch.setattr(linear, "_fastest", lambda *_, took=took: took)
        assert linear.choose("auto", torch.device("cpu"), torch.float32) is chosen


@pytest.mark.parametrize("dtype", ["bf16", "int8", "fp16"])
def test_approximate_types_say_nearly_the_same(dtype: str) -> None:
    exact, near = loaded(), loaded("Tiny_v1", dtype, "auto")
    options = Options(nfe=5)
    [piece] = exact.plan(voice(exact), "zorgle blippo", options)
    noise = exact.noise([piece.line.frames], options)
    [expected] = exact.render([piece.line], noise, options)
    [piece] = near.plan(voice(near), "zorgle blippo", options)
    [found] = near.render([piece.line], noise, options)
    assert found.dtype == torch.float32
    assert 0 < apart(expected, found) < 0.05


def test_what_is_held_is_told() -> None:
    memory = loaded().memory()
    assert set(memory) == {"network", "vocoder", "tables"}
    weights = sum(
        tensor.nbytes for name, tensor in _file() if "attn_norm" not in name and "time" not in name
    )
    assert memory["network"] <= weights
    assert source().dtype == "fp32"


def _file() -> list[tuple[str, Tensor]]:
    from safetensors.torch import load_file

    return list(load_file(folder() / "Tiny_v1" / "model_0.safetensors").items())
