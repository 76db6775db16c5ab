"""Logic with unknowns: what is not known decides nothing, and what is known may decide in spite of it."""

import itertools

import pytest

from netaudit.rules.ternary import all_of, any_of


@pytest.mark.parametrize(
    ("found", "any_one", "every"),
    [
        ((), False, True),
        ((True, None), True, None),
        ((False, None), None, False),
        ((True, False, None), True, False),
        ((None,), None, None),
    ],
)
def test_the_unknown_decides_nothing(found: tuple[bool | None, ...], any_one: bool | None, every: bool | None) -> None:
    assert (any_of(found), all_of(found)) == (any_one, every)


def test_one_is_the_other_s_mirror() -> None:
    for found in itertools.product((True, False, None), repeat=3):
        turned = [None if one is None else not one for one in found]
        mirrored = all_of(turned)
        assert any_of(found) == (None if mirrored is None else not mirrored)
