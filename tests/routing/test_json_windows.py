"""The window on a long JSON document: what is read and what fails does not depend on where the window ends."""

import io
import json

import pytest

from netaudit.routing import jsontext
from netaudit.routing.jsontext import JsonText

_MOST = 64


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsontext, "_VALUE", _MOST)
    monkeypatch.setattr(jsontext, "_WINDOW", 100)


def standing_at(place: int, value: str) -> JsonText:
    return JsonText(io.BytesIO(f"[{' ' * place}{value}]".encode()))


@pytest.mark.parametrize("place", range(220))
@pytest.mark.parametrize(
    "value",
    [json.dumps("x" * (_MOST - 2)), "7" * _MOST, json.dumps([1] * 21) + " "],
    ids=["text", "number", "list"],
)
def test_the_longest_value_is_read_wherever_it_stands(place: int, value: str) -> None:
    assert list(standing_at(place, value).elements()) == [json.loads(value)]


@pytest.mark.parametrize("place", range(220))
@pytest.mark.parametrize(
    "value",
    [json.dumps("x" * (_MOST - 1)), "7" * (_MOST + 1), json.dumps([1] * 22)],
    ids=["text", "number", "list"],
)
def test_a_longer_value_fails_wherever_it_stands(place: int, value: str) -> None:
    text = standing_at(place, value)
    with pytest.raises(ValueError, match=r"more than 64 bytes|Unterminated|Expecting"):
        list(text.elements())


def test_where_a_value_is_too_long_is_told() -> None:
    text = standing_at(5, json.dumps("x" * _MOST))
    with pytest.raises(ValueError, match="a value of more than 64 bytes"):
        list(text.elements())
    assert text.offset == 6
