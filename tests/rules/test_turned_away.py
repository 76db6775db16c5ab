"""Which responses say that a scanner was turned away, and which are the service's own word."""

import pytest

from netaudit.model.common import Reason
from netaudit.rules.turned_away import turned_away
from tests.checks.web.builders import V6, hop

REJECTED = (
    b"<html><body>The requested URL was rejected. Please consult with your administrator.<br>Your support ID is 7"
)


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (429, (), b""),
        (403, (("cf-mitigated", "challenge"),), b""),
        (503, (("x-datadome", "protected"),), b""),
        (200, (), REJECTED),
        (403, (), b"<iframe src='/_Incapsula_Resource?x=1'>"),
    ],
)
def test_a_wall_against_robots_is_known_by_its_word(
    status: int, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    found = turned_away(hop(V6, status, headers=headers, body=body))
    assert found is not None
    assert found.reason is Reason.TURNED_AWAY
    assert f"HTTP {status}" in found.detail


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 500, 503])
def test_an_ordinary_response_is_the_services_own(status: int) -> None:
    assert turned_away(hop(V6, status, headers=(("server", "nginx"), ("x-frame-options", "DENY")))) is None
