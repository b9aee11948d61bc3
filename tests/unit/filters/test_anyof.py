from hypothesis import given
from hypothesis import strategies as st

from filters.anyof import any_of

TEXTS = st.text("ab.(|", max_size=8)


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=6), TEXTS)
def test_a_text_is_found_if_it_holds_one_of_the_literals(literals: list[str], text: str) -> None:
    assert (any_of(literals).search(text) is not None) == any(part in text for part in literals)


def test_one_literal_may_begin_another() -> None:
    found = any_of(("zorg", "zorgle")).search("a zorgle")
    assert found is not None
    assert found.span() == (2, 6)
