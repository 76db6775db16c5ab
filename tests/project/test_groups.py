"""What is dear to make is made once: tests of a group run in one worker."""

import os

import pytest


@pytest.mark.xdist_group("groups")
@pytest.mark.parametrize("number", [1, 2])
def test_a_group_is_a_part_of_the_name_that_tests_are_dealt_out_by(request: pytest.FixtureRequest, number: int) -> None:
    """As pytest-xdist deals them out; without it there is nothing to keep together."""
    if "PYTEST_XDIST_WORKER" not in os.environ or not request.config.option.loadgroup:
        return
    assert request.node.nodeid.endswith(f"[{number}]@groups")
