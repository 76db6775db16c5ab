"""RIPEstat's answers about origin validation: what is read of them, and what is no such answer."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netaudit.model.routing import Vrp
from netaudit.routing.ripestat_validation import read_rpki_validation
from netaudit.routing.vrps import VrpError

ROA: dict[str, Any] = {"origin": "64510", "prefix": "203.0.113.0/24", "max_length": 24, "validity": "valid"}
DATA: dict[str, Any] = {"status": "valid", "prefix": "203.0.113.0/24", "resource": "64510", "validating_roas": [ROA]}
ANSWER: dict[str, Any] = {"status": "ok", "messages": [], "data": DATA}


def written(folder: Path, answer: object) -> Path:
    path = folder / "answer.json"
    path.write_bytes(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
    return path


def about(*roas: object, **data: object) -> dict[str, Any]:
    return {**ANSWER, "data": {**DATA, "validating_roas": list(roas), **data}}


def test_payloads_are_read_each_once_and_only_ours_are_kept(tmp_path: Path) -> None:
    foreign = {**ROA, "prefix": "198.51.100.0/24"}
    wide = {**ROA, "origin": "AS64999", "prefix": "203.0.0.0/16", "max_length": "24"}
    found = read_rpki_validation(written(tmp_path, about(ROA, ROA, wide, foreign)), ["203.0.113.0/24"])
    assert found.vrps == (
        Vrp(prefix="203.0.113.0/24", max_length=24, asn=64510),
        Vrp(prefix="203.0.0.0/16", max_length=24, asn=64999),
    )
    assert found.total == 3


@pytest.mark.parametrize("status", ["unknown", "invalid_asn", "invalid_length"])
def test_no_payload_is_an_answer_too(tmp_path: Path, status: str) -> None:
    assert read_rpki_validation(written(tmp_path, about(status=status)), ["203.0.113.0/24"]).vrps == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{}", b"[]", b"<html>", b'{"status": "ok"', b"[" * 100_000, b"\xff",
        {**ANSWER, "status": "error"}, {**ANSWER, "data": None}, about(status="fine"), about(None), about({}),
        about({**ROA, "prefix": "203.0.113.1/24"}), about({**ROA, "max_length": 33}), about({**ROA, "max_length": 8}),
        about({**ROA, "max_length": "x"}), about({**ROA, "origin": "64510.1"}), about({**ROA, "origin": 1 << 40}),
        {**ANSWER, "data": {**DATA, "validating_roas": None}}, b" " * (4 * 1024 * 1024 + 1),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_one_clear_error(tmp_path: Path, answer: object) -> None:
    with pytest.raises(VrpError) as caught:
        read_rpki_validation(written(tmp_path, answer), ["203.0.113.0/24"])
    assert "no answer of rpki-validation" in str(caught.value)
    assert caught.value.partial.vrps == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(data=st.data())
def test_whatever_the_bytes_it_is_read_or_one_error(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(json.dumps(ANSWER).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_rpki_validation(written(tmp_path, bytes(content)), ["203.0.113.0/24"])
    except VrpError as error:
        assert str(error).isprintable()
