"""The reader of validated ROA payloads: every dialect, every kind of damage, and a filter that loses nothing."""

import ipaddress
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.routing import Aspa, Vrp
from netaudit.routing import jsontext, vrps
from netaudit.routing.vrps import VrpError, VrpExport, read_vrps
from netaudit.routing.wanted import WantedText

OURS = ("203.0.113.0/24", "2001:db8:113::/48")
AT = 1_790_000_000
ISO = "2026-09-21T14:13:20Z"

ROUTINATOR = {
    "metadata": {"generated": AT, "generatedTime": ISO},
    "roas": [
        {"asn": "AS64510", "prefix": "203.0.113.0/24", "maxLength": 24, "ta": "apnic"},
        {"asn": "AS64496", "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "apnic"},
        {"asn": "AS64510", "prefix": "2001:db8:113::/48", "maxLength": 48, "ta": "apnic"},
    ],
    "aspas": [{"customer": "AS64510", "providers": ["AS64501"], "ta": "apnic"}],
}
RPKI_CLIENT = {
    "metadata": {"buildmachine": "validator", "buildtime": ISO, "elapsedtime": "1"},
    "provider_authorizations": {"ipv4": [], "ipv6": [{"customer_asid": 1}]},
    "roas": [
        {"asn": 64510, "prefix": "203.0.113.0/24", "maxLength": 25, "ta": "apnic", "expires": AT + 3600},
        {"asn": 64510, "prefix": "2001:db8::/32", "maxLength": 48, "ta": "apnic", "expires": AT + 7200},
    ],
    "bgpsec_keys": [],
}
STAYRTR = {
    "metadata": {"counts": 1, "generated": AT, "valid": AT + 3600, "signature": "", "signatureDate": ""},
    "roas": [{"prefix": "203.0.113.128/25", "maxLength": 25, "asn": "AS64510", "ta": "APNIC"}],
}
EXTENDED = {
    "metadata": {"generatedTime": ISO},
    "roas": [
        {
            "asn": "AS64510", "prefix": "203.0.113.0/24", "maxLength": 24,
            "source": [
                {"type": "roa", "uri": "rsync://a/{b},{c}", "tal": "apnic",
                 "chainValidity": {"notBefore": ISO, "notAfter": "2026-09-21T15:13:20Z"}},
                {"type": "roa", "chainValidity": {"notBefore": ISO, "notAfter": "2026-09-21T14:13:21Z"}},
                {"type": "exception"},
            ],
        }
    ],
}  # fmt: skip


def written(folder: Path, content: bytes | str | dict[str, Any]) -> Path:
    data = json.dumps(content) if isinstance(content, dict) else content
    path = folder / "vrps.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def vrp(prefix: str, longest: int, expires: float | None = None, anchor: str = "apnic") -> Vrp:
    return Vrp(prefix=prefix, max_length=longest, asn=64510, trust_anchor=anchor, expires=expires)


def aspa(*providers: int, expires: float | None = None) -> Aspa:
    return Aspa(customer=64510, providers=providers, expires=expires)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, None),
        ({"aspas": []}, ()),
        ({"aspas": [{"customer": "AS64999", "providers": ["AS1"], "ta": "apnic"}]}, ()),
        ({"aspas": [{"customer": "AS64510", "providers": ["AS64502", "AS64501"]}]}, (aspa(64501, 64502),)),
        ({"aspas": [{"customer": "AS64510", "afi": "ipv6", "providers": ["AS1(v4)"]}]}, (aspa(1),)),
        (
            {"aspas": [{"customer_asid": 64510, "expires": AT, "providers": [64501]}]},
            (aspa(64501, expires=AT),),
        ),
        (
            {
                "provider_authorizations": {
                    "ipv4": [{"customer_asid": 64510, "providers": [64501], "expires": AT + 9}],
                    "ipv6": [{"customer_asid": 64510, "providers": [64502, 64501], "expires": AT + 5}],
                }
            },
            (aspa(64501, 64502, expires=AT + 5),),
        ),
    ],
    ids=["none told", "empty", "of others", "routinator", "limited", "rpki-client", "rpki-client 8.2"],
)
def test_aspas(tmp_path: Path, members: dict[str, Any], expected: tuple[Aspa, ...] | None) -> None:
    path = written(tmp_path, {"roas": []} | members)
    assert read_vrps(path, OURS, (64510,)).aspas == expected


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ('{"providers": []}', "a payload without 'customer_asid'"),
        ('{"customer": "AS64510"}', "a payload without 'providers'"),
        ('{"customer": "AS64510", "providers": ["x"]}', "no AS number: 'x'"),
        ('{"customer": "AS64510", "providers": 7}', "a value of the wrong type"),
        ("7", "a value of the wrong type"),
    ],
)
def test_damaged_aspas_keep_the_payloads(tmp_path: Path, item: str, problem: str) -> None:
    with pytest.raises(VrpError, match=re.escape(problem)) as caught:
        read_vrps(written(tmp_path, f'{{"roas": [{ROA}], "aspas": [{item}]}}'), OURS, (64510,))
    assert len(caught.value.partial.vrps) == 1


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (ROUTINATOR, VrpExport((vrp(OURS[0], 24), vrp(OURS[1], 48)), 3, AT, (aspa(64501),))),
        (RPKI_CLIENT, VrpExport((vrp(OURS[0], 25, AT + 3600), vrp("2001:db8::/32", 48, AT + 7200)), 2, AT, ())),
        (STAYRTR, VrpExport((vrp("203.0.113.128/25", 25, anchor="APNIC"),), 1, AT)),
        (EXTENDED, VrpExport((vrp(OURS[0], 24, AT + 3600, ""),), 1, AT)),
    ],
    ids=["routinator", "rpki-client", "stayrtr", "jsonext"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_dialects(tmp_path: Path, document: dict[str, Any], expected: VrpExport, indent: int | None) -> None:
    assert read_vrps(written(tmp_path, json.dumps(document, indent=indent)), OURS, (64510,)) == expected


def test_a_file_longer_than_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows end anywhere: within a payload, within a name, within white space."""
    monkeypatch.setattr(jsontext, "_VALUE", 256)
    path = written(tmp_path, json.dumps(RPKI_CLIENT | {"padding": [" " * 30] * 20}, indent=7))
    whole = read_vrps(path, OURS)
    for window in (256, 257, 301, 512):
        monkeypatch.setattr(jsontext, "_WINDOW", window)
        assert read_vrps(path, OURS) == whole


def test_no_time_and_no_max_length(tmp_path: Path) -> None:
    found = read_vrps(written(tmp_path, '{"roas": [{"asn": 64510, "prefix": "203.0.113.0/24"}]}'), OURS)
    assert found == VrpExport((vrp(OURS[0], 24, anchor=""),), 1, None)


ROA = '{"asn": "AS64510", "prefix": "203.0.113.0/24", "maxLength": 24}'


@pytest.mark.parametrize(
    ("content", "offset", "problem", "kept"),
    [
        ("", 0, "the file ends too early", 0),
        ("[]", 0, "'{' expected, '[' found", 0),
        ('{"metadata": {}}', 16, "there is no list of ROA payloads (roas)", 0),
        ('{"roas": {}}', 12, "there is no list of ROA payloads (roas)", 0),
        (f'{{"roas": [{ROA}, ', 75, "the file ends too early", 1),
        (f'{{"roas": [{ROA}, {{"asn": 1, "pre', 86, "Unterminated string starting at", 1),
        (f'{{"roas": [{ROA}', 73, "the file ends too early", 1),
        (f'{{"roas": [{ROA} {ROA}]}}', 74, "']' expected, '{' found", 1),
        (f'{{"roas": [{ROA},]}}', 74, "Expecting value", 1),
        (f'{{"roas": [{ROA}],}}', 75, "a comma before the end of an object", 1),
        (f'{{"roas": [{ROA}]}} x', 76, "something follows the end of the JSON document", 1),
        (f'{{"roas": [{ROA}, {{"asn": 1}}]}}', 85, "a payload without 'prefix'", 1),
        (f'{{"roas": [{ROA}, 7]}}', 76, "a value of the wrong type", 1),
        (f'{{"roas": [{ROA}, {{"prefix": 7}}]}}', 88, "a value of the wrong type", 1),
        ('{"roas": [{"asn": "ASx", "prefix": "203.0.113.0/24"}]}', 52, "no AS number: 'ASx'", 0),
        ('{"roas": [{"asn": true, "prefix": "203.0.113.0/24"}]}', 51, "no AS number: True", 0),
        ('{"roas": [{"asn": 4294967296, "prefix": "203.0.113.0/24"}]}', 57, "no AS number: 4294967296", 0),
        ('{"roas": [{"asn": 1, "prefix": "203.0.113.1/24"}]}', 48, "203.0.113.1/24 has host bits set", 0),
        ('{"roas": [{"asn": 1, "prefix": "203.0.113.0/24", "maxLength": 23}]}', 65, "203.0.113.0/24: maxLength 23", 0),
        ('{"roas": [{"asn": 1, "prefix": "203.0.113.0/24", "maxLength": 33}]}', 65, "203.0.113.0/24: maxLength 33", 0),
        ('{"roas": [{"asn": 1, "prefix": "203.0.113.0/24", "expires": -1}]}', 63, "no time: -1", 0),
        ('{"metadata": {"generated": NaN}}', 27, "NaN is no JSON", 0),
        ('{"metadata": {"buildtime": "yesterday"}}', 38, "Invalid isoformat string: 'yesterday'", 0),
        ('{"x": ' + "[" * 50_000, 7, "nested too deeply", 0),
        ("\x1f\x8b", 0, "'{' expected, '\\x1f' found", 0),
    ],
)  # fmt: skip
def test_damage(tmp_path: Path, content: str, offset: int, problem: str, kept: int) -> None:
    """One clear error with its offset; what was read before it is kept."""
    with pytest.raises(VrpError) as caught:
        read_vrps(written(tmp_path, content), OURS)
    assert len(caught.value.partial.vrps) == kept
    assert str(caught.value) == f"vrps.json: at byte {offset}: {problem}"


def test_too_many_payloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vrps, "_KEPT", 1)
    with pytest.raises(VrpError, match="more than 1 payloads of our prefixes"):
        read_vrps(written(tmp_path, f'{{"roas": [{ROA}, {ROA}]}}'), OURS)


def test_an_endless_value_is_cut(tmp_path: Path) -> None:
    """A string of megabytes is never held whole."""
    with pytest.raises(VrpError, match="Unterminated string"):
        read_vrps(written(tmp_path, '{"roas": [{"ta": "' + "x" * (4 << 20) + '"}]}'), OURS)


@given(st.data())
@settings(max_examples=40)
def test_a_broken_file_gives_one_error_or_a_result(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever bytes change, nothing but VrpError comes out."""
    text = bytearray(json.dumps(data.draw(st.sampled_from([ROUTINATOR, RPKI_CLIENT, EXTENDED]))).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path_factory.mktemp("vrps"), bytes(text[: data.draw(st.integers(0, len(text)))]))
    try:
        read_vrps(path, OURS)
    except VrpError as error:
        assert len(str(error)) < 300


NETWORKS = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(lambda v: ipaddress.IPv4Network(v, strict=False)),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 128)).map(lambda v: ipaddress.IPv6Network(v, strict=False)),
)


@given(NETWORKS, st.integers(0, 128), st.integers(0, 2**128 - 1), st.booleans())
def test_the_quick_filter_loses_nothing(ours: Any, length: int, bits: int, upper: bool) -> None:
    """Every prefix that covers ours, or lies within it, passes, however its text is written."""
    length = min(length, ours.max_prefixlen)
    mask = (1 << (ours.max_prefixlen - ours.prefixlen)) - 1
    other = type(ours)((int(ours.network_address) | (bits & mask), length), strict=False)
    wanted = WantedText([str(ours)])
    assert wanted.concerns(other)
    texts = [str(other)] if other.version == 4 else [str(other), f"{other.network_address.exploded}/{length}"]
    assert all(wanted.near(text.upper() if upper else text) for text in texts)
