import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.json_pieces import Objects

WORDS = st.text('{}[]"\\,: a\u00e9\U0001f600', max_size=5)
VALUES = st.recursive(
    st.none() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@given(
    st.lists(st.dictionaries(WORDS, VALUES, max_size=3), max_size=4),
    st.integers(1, 9),
    st.booleans(),
)
def test_pieces_of_any_size_give_the_same_objects(
    objects: list[object], size: int, ascii_: bool
) -> None:
    data = json.dumps(objects, ensure_ascii=ascii_).encode()
    reader = Objects()
    cuts = range(0, len(data), size)
    found = [value for start in cuts for value in reader.feed(data[start : start + size])]
    assert found == objects


def test_an_object_comes_as_soon_as_it_is_whole() -> None:
    reader = Objects()
    assert list(reader.feed(b'[{"a": "}{"')) == []
    assert list(reader.feed(b"}")) == [{"a": "}{"}]
    assert list(reader.feed(b',\r\n{"b": "\\')) == []
    assert list(reader.feed(b'"}"}{"c":{}}]')) == [{"b": '"}'}, {"c": {}}]


def test_objects_without_an_array_are_read_as_well() -> None:
    assert list(Objects().feed(b'{"a":1}\n{"b":2}\n')) == [{"a": 1}, {"b": 2}]


def test_what_is_no_json_or_never_ends_is_told() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        list(Objects().feed(b"[{nonsense}]"))
    with pytest.raises(ValueError, match="more than 100 bytes"):
        list(Objects(100).feed(b'[{"a": "' + b"x" * 200))


def test_blanks_that_never_end_are_not_kept() -> None:
    reader = Objects(100)
    for _ in range(50):
        assert list(reader.feed(b" \n" * 20)) == []
