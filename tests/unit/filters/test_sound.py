import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.sound import distance, phones, skeleton, ways

LETTERS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=40)


@pytest.mark.parametrize(
    "spellings",
    [
        ("zorgle", "zorgal", "zohrgull", "zorrgul"),
        ("blippo", "blipoe", "blyppoh", "blipowe"),
        ("snack", "snakk", "snaque"),
        ("fox", "phocks", "foks"),
        ("ship", "schip", "shipp"),
    ],
)
def test_spellings_of_one_sound(spellings: tuple[str, ...]) -> None:
    first = phones(spellings[0])
    assert all(distance(phones(other), first) <= 0.2 for other in spellings[1:])


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("zorgle", "zogle"), ("zorgle", "zorkle")),
        (("bad", "bat"), ("bad", "bag")),
        (("fan", "van"), ("fan", "pan")),
        (("drook", "druck"), ("drook", "rook")),
        (("blippo", "blipp oh".replace(" ", "")), ("blippo", "blip")),
    ],
)
def test_what_ears_mix_up_is_nearer(near: tuple[str, str], far: tuple[str, str]) -> None:
    assert distance(*map(phones, near)) < distance(*map(phones, far))


def test_letters_with_two_sounds_are_heard_both_ways() -> None:
    assert phones("kent") in ways("cent")
    assert phones("blipo") in ways("bliphoe")


@given(LETTERS, LETTERS)
def test_a_distance_is_one(one: str, other: str) -> None:
    a, b = phones(one), phones(other)
    assert distance(a, a) == 0
    assert distance(a, b) >= 0
    assert set(skeleton(a)) <= set("pktfsSmnl")
