"""The reader of saved RTR streams: each version, withdrawals, ASPA of two drafts, every kind of damage, StayRTR."""

import ipaddress
import json
import shutil
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.routing import Aspa, Vrp
from netaudit.routing.rtr import is_rtr, pdus, read_rtr, read_rtr_file
from netaudit.routing.vrps import VrpError, VrpExport

OURS, ASN = ("203.0.113.0/24", "2001:db8:113::/48"), 64510
V4, V6 = Vrp(prefix=OURS[0], max_length=24, asn=ASN), Vrp(prefix=OURS[1], max_length=48, asn=ASN)


def pdu(version: int, kind: int, body: bytes = b"", field: int = 0) -> bytes:
    return struct.pack(">BBHI", version, kind, field, 8 + len(body)) + body


def payload(version: int, prefix: str, asn: int = ASN, longest: int | None = None, flags: int = 1) -> bytes:
    network = ipaddress.ip_network(prefix)
    head = struct.pack(">BBBB", flags, network.prefixlen, longest or network.prefixlen, 0)
    body = head + network.network_address.packed + struct.pack(">I", asn)
    return pdu(version, 4 if network.version == 4 else 6, body)


def aspa(customer: int, *providers: int, flags: int = 1) -> bytes:
    return pdu(2, 11, struct.pack(f">I{len(providers)}I", customer, *providers), flags << 8)


def old_aspa(customer: int, *providers: int, families: int = 3) -> bytes:
    head = struct.pack(">BBHI", 1, families, len(providers), customer)
    return pdu(2, 11, head + struct.pack(f">{len(providers)}I", *providers))


def response(version: int, *payloads: bytes) -> bytes:
    end = b"\0\0\0\7" + (b"" if version == 0 else struct.pack(">III", 3600, 600, 7200))
    return pdu(version, 3, field=9) + b"".join(payloads) + pdu(version, 7, end, 9)


@pytest.mark.parametrize(("version", "aspas"), [(0, None), (1, None), (2, ())])
def test_versions(version: int, aspas: tuple[Aspa, ...] | None) -> None:
    """A payload of somebody else is counted, and version 2 alone can tell that there is no ASPA."""
    data = response(version, payload(version, OURS[0]), payload(version, "198.51.100.0/24"), payload(version, OURS[1]))
    assert read_rtr("cache", data, OURS, (ASN,)) == VrpExport((V4, V6), 3, None, aspas)
    assert is_rtr(data)


def test_covering_and_longer_payloads_are_kept() -> None:
    data = response(1, payload(1, "203.0.0.0/16", 1, 24), payload(1, "203.0.113.128/25"), payload(1, "203.1.0.0/16"))
    assert [vrp.prefix for vrp in read_rtr("cache", data, OURS).vrps] == ["203.0.0.0/16", "203.0.113.128/25"]


def test_a_withdrawal_in_a_later_response_takes_back() -> None:
    """As after a Serial Query; a Serial Notify may stand between."""
    notify = pdu(1, 0, b"\0\0\0\7", 9)
    data = response(1, payload(1, OURS[0]), payload(1, OURS[1])) + notify
    assert read_rtr("cache", data + response(1, payload(1, OURS[0], flags=0)), OURS) == VrpExport((V6,), 1, None)


def test_router_keys_are_passed_over() -> None:
    data = response(1, pdu(1, 9, bytes(28) + b"\1" * 91, 0x0100), payload(1, OURS[0]))
    assert read_rtr("cache", data, OURS).vrps == (V4,)


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ((aspa(ASN, 64502, 64501), aspa(1, 2)), (64501, 64502)),
        ((aspa(ASN, 64502), aspa(ASN, 64501)), (64501,)),
        ((aspa(ASN, 64502), aspa(ASN, flags=0)), None),
        ((old_aspa(ASN, 64502, 64501), old_aspa(1, 2)), (64501, 64502)),
        ((old_aspa(ASN),), ()),
    ],
    ids=["announced", "replaced", "withdrawn", "earlier draft", "earlier draft without providers"],
)
def test_aspas(units: tuple[bytes, ...], expected: tuple[int, ...] | None) -> None:
    found = read_rtr("cache", response(2, *units), OURS, (ASN,)).aspas
    assert found == (() if expected is None else (Aspa(customer=ASN, providers=expected),))


FIRST = pdu(1, 3) + payload(1, OURS[0])


@pytest.mark.parametrize(
    ("data", "offset", "problem", "kept"),
    [
        (b"", 0, "the stream ends before End of Data", 0),
        (FIRST, 28, "the stream ends before End of Data", 1),
        (FIRST + b"\1\4\0", 28, "the stream ends within a header", 1),
        (FIRST + payload(1, OURS[1])[:20], 28, "the stream ends within a unit of 32 octets", 1),
        (FIRST + pdu(1, 7, b"\0\0\0\7")[:-1] + b"", 28, "the stream ends within a unit of 12 octets", 1),
        (FIRST + pdu(0, 7, b"\0\0\0\7"), 28, "version 0 after version 1", 1),
        (FIRST + pdu(3, 7, b"\0\0\0\7"), 28, "version 3 of the protocol", 1),
        (FIRST + pdu(1, 5), 28, "a unit of type 5, which no cache sends", 1),
        (FIRST + pdu(1, 4, bytes(8)), 28, "a unit of type 4 and 16 octets", 1),
        (FIRST + pdu(1, 11, bytes(70_000)), 28, "a unit of type 11 and 70008 octets", 1),
        (FIRST + pdu(1, 11, bytes(8)), 28, "an ASPA of 8 octets in version 1", 1),
        (FIRST + payload(1, OURS[1], longest=129), 28, "a prefix of length 48 up to 129", 1),
        (FIRST + pdu(1, 4, b"\1\x18\x10\0" + bytes(8)), 28, "a prefix of length 24 up to 16", 1),
        (FIRST + pdu(1, 4, b"\1\x18\x18\0\xcb\0\x71\1" + bytes(4)), 28, "203.0.113.1/24 has host bits set", 1),
        (FIRST + payload(1, OURS[1], flags=0), 28, f"{OURS[1]} AS{ASN} is withdrawn and was never announced", 1),
        (payload(1, OURS[0]), 0, "a payload outside of a response", 0),
        (pdu(1, 8), 0, "the cache can't answer from that serial (Cache Reset)", 0),
        (pdu(1, 10, b"\0\0\0\0\0\0\0\4busy", 2), 0, "the cache reports error 2: busy", 0),
        (pdu(1, 10, b"\0\0\0\0\0\0\0\1\x1b", 4), 0, "the cache reports error 4:  ", 0),
        (pdu(1, 10, b"\xff\xff\xff\xff", 4), 0, "unpack_from requires a buffer of at least", 0),
    ],
)
def test_damage(data: bytes, offset: int, problem: str, kept: int) -> None:
    """One clear error with its offset; what was read before it is kept."""
    with pytest.raises(VrpError) as caught:
        read_rtr("cache", data, OURS, (ASN,))
    assert str(caught.value).startswith(f"cache: at byte {offset}: {problem}")
    assert len(caught.value.partial.vrps) == kept


@given(st.data())
@settings(max_examples=60)
def test_whatever_bytes_change_nothing_but_a_clear_error_comes_out(data: st.DataObject) -> None:
    bytes_ = bytearray(response(2, payload(2, OURS[0]), payload(2, OURS[1]), aspa(ASN, 1, 2), old_aspa(ASN, 3)))
    for _ in range(data.draw(st.integers(1, 4))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_rtr("cache", bytes(bytes_[: data.draw(st.integers(0, len(bytes_)))]), OURS, (ASN,))
    except VrpError as error:
        assert len(str(error)) < 300


@pytest.mark.skipif(shutil.which("stayrtr") is None, reason="StayRTR is not installed")
@pytest.mark.parametrize("version", [0, 1, 2])
def test_stayrtr_says_what_its_export_says(tmp_path: Path, version: int) -> None:
    """The oracle: StayRTR reads our JSON and sends it by RTR."""
    export = {
        "metadata": {"buildtime": "2026-11-26T00:00:00Z"},
        "roas": [
            {"asn": ASN, "prefix": OURS[0], "maxLength": 24, "ta": "x", "expires": 4_000_000_000},
            {"asn": ASN, "prefix": OURS[1], "maxLength": 48, "ta": "x", "expires": 4_000_000_000},
            {"asn": 1, "prefix": "198.51.100.0/24", "maxLength": 24, "ta": "x", "expires": 4_000_000_000},
        ],
        "provider_authorizations": {
            "ipv4": [{"customer_asid": ASN, "providers": [64501, 64502], "expires": 4_000_000_000}],
            "ipv6": [],
        },
    }
    source = tmp_path / "export.json"
    source.write_text(json.dumps(export))
    saved = tmp_path / "saved.rtr"
    saved.write_bytes(_ask_stayrtr(source, version))
    found = read_rtr_file(saved, OURS, (ASN,))
    assert (set(found.vrps), found.total) == ({V4, V6}, 3)
    assert found.aspas == ((Aspa(customer=ASN, providers=(64501, 64502)),) if version == 2 else None)


def _ask_stayrtr(export: Path, version: int) -> bytes:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["stayrtr", "-bind", f"127.0.0.1:{port}", "-cache", str(export), "-checktime=false", "-metrics.addr", ""]
    server = subprocess.Popen([*command, "-protocol", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                data = _reset_query(port, version)
            except OSError:
                data = b""
            if data:
                return data
            time.sleep(0.1)
        raise AssertionError("StayRTR answered no reset query within 20 s")
    finally:
        server.terminate()
        server.wait(10)


def _reset_query(port: int, version: int) -> bytes:
    """The whole response; empty while the server has nothing to tell yet."""
    data = b""
    with socket.create_connection(("127.0.0.1", port), 2) as connection:  # noqa: TID251 - StayRTR on this machine
        connection.sendall(pdu(version, 2))
        while more := connection.recv(65_536):
            data += more
            try:
                kinds = [unit.kind for unit in pdus(data)]
            except EOFError:
                continue
            if 10 in kinds or kinds == [0]:
                return b""
            if 7 in kinds:
                return data
    return b""
