"""The readers of registrations: delegated-extended files, RDAP, whois, and every kind of damage to them."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.routing import Registration
from netaudit.routing import holdings
from netaudit.routing.registrations import Registrations, RegistrationsError, read_registrations

PREFIXES, ASNS = ("203.0.113.0/24", "2001:db8:113::/48"), (64510,)
AT = 1_790_208_000 - 36_000  # 2026-09-24 in Brisbane

DELEGATED = """\
# comment
2.3|apnic|20260924|9|19830613|20260924|+1000
apnic|*|asn|*|3|summary
apnic|*|ipv4|*|4|summary
apnic|*|ipv6|*|2|summary
apnic|VN|asn|64509|1|20200101|allocated|A91F0000
apnic|VN|asn|64510|1|20200101|allocated|A91F0001
apnic|VN|asn|64511|8|20200101|allocated|A91F0002
apnic|VN|ipv4|203.0.112.0|256|20200101|allocated|A91F0009
apnic|VN|ipv4|203.0.113.0|128|20200102|assigned|A91F0001|e-stats
apnic|VN|ipv4|203.0.113.128|128|20200102|assigned|A91F0002
apnic||ipv4|203.0.114.0|512||available|
apnic|VN|ipv6|2001:db8::|33|20200103|allocated|A91F0001
apnic|JP|ipv6|2001:db9::|32|20200103|allocated|A91F0003
"""


def registered(resource: str, block: str, holder: str, status: str = "allocated") -> Registration:
    return Registration(
        resource=resource, registered=block, registry="apnic", status=status, holder_id=holder, country="VN"
    )


FOUND = (
    registered("AS64510", "AS64510", "A91F0001"),
    registered(PREFIXES[0], "203.0.113.0 - 203.0.113.127", "A91F0001", "assigned"),
    registered(PREFIXES[0], "203.0.113.128 - 203.0.113.255", "A91F0002", "assigned"),
    registered(PREFIXES[1], "2001:db8:: - 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", "A91F0001"),
)

NETWORK: dict[str, Any] = {
    "objectClassName": "ip network",
    "handle": "203.0.113.0 - 203.0.113.255",
    "startAddress": "203.0.113.0",
    "endAddress": "203.0.113.255",
    "ipVersion": "v4",
    "type": "ASSIGNED PORTABLE",
    "status": ["active"],
    "name": "PROVINCE-VN",
    "country": "VN",
    "port43": "whois.apnic.net",
    "entities": [
        {"roles": ["abuse"], "handle": "IRT-X", "entities": []},
        {
            "roles": ["registrant"],
            "handle": "ORG-P1-AP",
            "vcardArray": ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Sở\nThông  tin"]]],
        },
    ],
}
AUTNUM: dict[str, Any] = {
    "objectClassName": "autnum",
    "startAutnum": 64510,
    "endAutnum": 64510,
    "name": "PROVINCE-AS",
    "links": [{"rel": "self", "href": "https://rdap.apnic.net/autnum/64510"}],
    "remarks": [{"title": "description", "description": ["Province", "of many words"]}],
}
RDAP_NETWORK = Registration(
    resource=PREFIXES[0],
    registered="203.0.113.0 - 203.0.113.255",
    registry="apnic",
    status="ASSIGNED PORTABLE",
    name="PROVINCE-VN",
    holder="Sở Thông tin",
    holder_id="ORG-P1-AP",
    country="VN",
)
RDAP_AUTNUM = Registration(
    resource="AS64510", registered="AS64510", registry="apnic", name="PROVINCE-AS", holder="Province"
)
WHOIS = """\
% Information related to '203.0.113.0 - 203.0.113.255'

inetnum:        203.0.113.0 - 203.0.113.255
netname:        PROVINCE-VN
descr:          Province
descr:          a street
country:        VN
org:            ORG-P1-AP
status:         ASSIGNED PORTABLE
source:         APNIC

inet6num:       2001:db8::/32
netname:        STUB-2001-db8
country:        ZZ
status:         ALLOCATED PORTABLE
source:         APNIC

aut-num:        AS64510
as-name:        PROVINCE-AS
source:         RIPE # Filtered

aut-num:        AS64511
as-name:        OTHER
source:         APNIC

"""


def written(folder: Path, content: object) -> Path:
    path = folder / "registry"
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, content: object, prefixes: tuple[str, ...] = PREFIXES) -> Registrations:
    return read_registrations(written(folder, content), prefixes, ASNS)


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())], ids=["plain", "gzip"])
def test_a_delegated_file(tmp_path: Path, pack: Any) -> None:
    """Blocks of addresses are no prefixes there, and one holder is told from another."""
    assert read(tmp_path, pack(DELEGATED)) == Registrations(FOUND, (), AT, "delegated")


@pytest.mark.parametrize(
    ("offset", "hours"),
    [("+1000", 10), ("-0300", -3), ("+0530", 5.5), ("+0", 0), ("+7", 7), ("0000", 0), ("00000", 0)],
)
def test_the_day_of_a_delegated_file_is_that_of_its_registry(tmp_path: Path, offset: str, hours: float) -> None:
    found = read(tmp_path, DELEGATED.replace("|+1000", f"|{offset}"))
    assert found.data_time == 1_790_208_000 - hours * 3_600


def test_what_is_available_is_not_handed_out(tmp_path: Path) -> None:
    found = read(tmp_path, DELEGATED, ("203.0.114.0/24", "192.0.2.0/24"))
    assert found.not_found == ("203.0.114.0/24",), "of a registry's file nothing is known beyond its own blocks"
    everything = read(tmp_path, DELEGATED.replace("2.3|apnic", "2|nro"), ("203.0.114.0/24", "192.0.2.0/24"))
    assert everything.not_found == ("203.0.114.0/24", "192.0.2.0/24")


def test_rdap(tmp_path: Path) -> None:
    assert read(tmp_path, NETWORK) == Registrations((RDAP_NETWORK,), (), None, "rdap")
    assert read(tmp_path, [NETWORK, AUTNUM]).registrations == (RDAP_NETWORK, RDAP_AUTNUM)
    assert read(tmp_path, NETWORK | {"startAddress": "192.0.2.0", "endAddress": "192.0.2.255"}).registrations == ()


def test_of_a_person_no_name_is_kept(tmp_path: Path) -> None:
    card = ["vcard", [["kind", {}, "text", "individual"], ["fn", {}, "text", "Nguyễn Văn A"]]]
    entity = {"roles": ["registrant"], "handle": "NVA1-AP", "vcardArray": card}
    (found,) = read(tmp_path, NETWORK | {"entities": [entity]}).registrations
    assert (found.holder_id, found.holder) == ("NVA1-AP", "")


def test_whois(tmp_path: Path) -> None:
    found = read(tmp_path, WHOIS)
    v4, v6, asn = found.registrations
    assert (found.format, found.data_time) == ("whois", None)
    assert (v4.holder, v4.holder_id, v4.status, v4.registry) == ("Province", "ORG-P1-AP", "ASSIGNED PORTABLE", "apnic")
    assert (v6.registered, v6.name, v6.country) == (
        "2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "STUB-2001-db8", "ZZ",
    )  # fmt: skip
    assert (asn.resource, asn.name, asn.registry) == ("AS64510", "PROVINCE-AS", "ripencc")


LINES = DELEGATED.splitlines(keepends=True)
HEAD = "".join(LINES[:7])


@pytest.mark.parametrize(
    ("content", "offset", "problem", "kept"),
    [
        ("", 0, "the file is empty", 0),
        ("<html>", 0, "this is no attribute: '<html>'", 0),
        ("inetnum: 203.0.113.0 - 203.0.112.0\n", 0, "203.0.113.0 - 203.0.112.0 is no range", 0),
        ("aut-num: ASX\n", 0, "invalid literal for int()", 0),
        ("2|apnic|1|x|1|1|+0\n", 0, "the first line gives no version", 0),
        ("2|apnic|1|9|1|20260924|UTC\n", 0, "'UTC' is no offset from UTC", 0),
        ("2|apnic|1|9|1|20260924|+9900\n", 0, "'+9900' is no offset from UTC", 0),
        ("2|apnic|1|9|1|yesterday|+0\n", 0, "time data 'yesterday' does not match", 0),
        (HEAD + "apnic|VN|ipv4|203.0", 227, "a line of 4 fields", 1),
        (HEAD + "apnic|VN|ipv4|203.0.113.0|x|1|allocated|A\n", 227, "'x' is no number of addresses", 1),
        (HEAD + "apnic|VN|ipv6|2001:db8::|129|1|allocated|A\n", 227, "a prefix of length 129", 1),
        (HEAD + "apnic|VN|ipv4|203.0.113|1|1|allocated|A\n", 227, "Expected 4 octets in '203.0.113'", 1),
        (HEAD + "x" * 2000, 227, "a line of more than 1024 octets", 1),
        (HEAD.replace("|9|1983", "|99|1983"), 228, "the file ends after 2 of 99 lines", 1),
        ('{"errorCode": 404, "title": "Not Found"}', 0, "the server answered: error 404 Not Found", 0),
        ("{}", 0, "no objectClassName is neither an ip network nor an autnum", 0),
        ('{"objectClassName": "domain"}', 0, "domain is neither an ip network nor an autnum", 0),
        ('{"objectClassName": "ip network"}', 0, "an answer without 'startAddress'", 0),
        ('{"objectClassName": "autnum", "startAutnum": "64510"}', 0, "no AS numbers: '64510' - '64510'", 0),
        (NETWORK | {"startAddress": 7}, 0, "a value of the wrong type", 0),
        (NETWORK | {"entities": 7}, 0, "a value of the wrong type", 0),
        ("[7]", 0, "a value of the wrong type", 0),
        ('{"é": ', 7, "Expecting value", 0),
        ("[" * 100_000, 0, "nested too deeply", 0),
        (gzip.compress(DELEGATED.encode(), mtime=0)[:-9], 610, "Compressed file ended before", 4),
    ],
)  # fmt: skip
def test_damage(tmp_path: Path, content: object, offset: int, problem: str, kept: int) -> None:
    """One clear error with its offset; what was read before it is kept, and nothing is said to be missing."""
    with pytest.raises(RegistrationsError) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith(f"registry: at byte {offset}: {problem}")
    assert len(caught.value.partial.registrations) == kept
    assert caught.value.partial.not_found == ()


def test_too_many_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "_KEPT", 1)
    with pytest.raises(RegistrationsError, match="more than 1 registrations of our resources"):
        read(tmp_path, DELEGATED)


@given(st.data())
@settings(max_examples=60)
def test_whatever_bytes_change_nothing_but_a_clear_error_comes_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = bytearray(data.draw(st.sampled_from([DELEGATED, WHOIS, json.dumps([NETWORK, AUTNUM])])).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(tmp_path_factory.mktemp("registry"), bytes(text[: data.draw(st.integers(0, len(text)))]))
    except RegistrationsError as error:
        assert len(str(error)) < 400
