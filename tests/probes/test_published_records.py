"""Which questions are asked about what the DNS says of a service."""

from collections.abc import Callable
from typing import Any

import dns.rdataclass
import dns.rdatatype
import dns.zone
import pytest

from netaudit.model.common import Transport
from netaudit.probes.ancestors import Ancestors
from netaudit.probes.context import parse_name
from netaudit.probes.names import NameProbe
from netaudit.probes.records import mail_records, web_records
from netaudit.probes.zone import ZoneProbe
from netaudit.probes.zone_records import bootstrap_signals, notification_targets

Open = Callable[..., Any]
Asked = set[tuple[str, str]]


def publish(script: Any, zone: str, name: str, rdtype: str, *records: str) -> None:
    """Add records to a zone of the scripted world."""
    for zones in script.zones.values():
        for held in zones:
            if str(held.origin) == f"{zone}.":
                found = held.find_rdataset(f"{name}.", rdtype, create=True)
                for text in records:
                    found.add(dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(rdtype), text), 300)


async def asked(open_context: Open, host: str, *ports: int) -> Asked:
    async with open_context() as context:
        found = await web_records(context, host, ports)
    return {(lookup.name, lookup.rdtype) for lookup in found}


async def test_a_host_is_asked_about_at_its_own_name_and_up_to_the_first_caa(open_context: Open, script: Any) -> None:
    publish(script, "p.example", "p.example", "CAA", '0 issue ";"')
    assert await asked(open_context, "www.p.example", 443) == {
        ("www.p.example", "HTTPS"), ("_443._tcp.www.p.example", "TLSA"),
        ("www.p.example", "CAA"), ("p.example", "CAA"),
    }  # fmt: skip


async def test_without_caa_the_climb_ends_below_the_root(open_context: Open) -> None:
    found = await asked(open_context, "www.p.example", 443)
    assert {name for name, rdtype in found if rdtype == "CAA"} == {"www.p.example", "p.example", "example"}


async def test_another_port_has_names_of_its_own(open_context: Open) -> None:
    found = await asked(open_context, "www.p.example", 8443)
    assert {("_8443._https.www.p.example", "HTTPS"), ("_8443._tcp.www.p.example", "TLSA")} <= found
    assert ("www.p.example", "HTTPS") not in found


async def test_tlsa_may_be_where_aliases_end(open_context: Open) -> None:
    found = await asked(open_context, "alias.p.example", 443)
    assert {name for name, rdtype in found if rdtype == "TLSA"} == {
        "_443._tcp.alias.p.example", "_443._tcp.www.p.example",
    }  # fmt: skip


async def test_the_addresses_of_another_target_are_looked_up(open_context: Open, script: Any) -> None:
    publish(script, "p.example", "www.p.example", "HTTPS", "1 four.p.example. alpn=h2")
    found = await asked(open_context, "www.p.example", 443)
    assert {("four.p.example", "A"), ("four.p.example", "AAAA"), ("four.p.example", "HTTPS")} <= found


@pytest.mark.parametrize("host", ["nowhere.p.example", "mx.nowhere.p.example"])
async def test_nothing_more_is_asked_about_a_host_without_an_address(open_context: Open, host: str) -> None:
    assert await asked(open_context, host, 443) == set()
    async with open_context() as context:
        assert await mail_records(context, [host]) == []


async def test_each_question_is_put_to_one_server_once(open_context: Open, script: Any) -> None:
    async with open_context() as context:
        probe = NameProbe(context, Ancestors(context, frozenset()), "www.p.example", https_ports=(443,))
        await probe.run()
    times = {
        (name, rdtype): sum(n for (_, *question), n in script.asked.items() if question[:2] == [name, rdtype])
        for name, rdtype in (("_443._tcp.www.p.example.", "TLSA"), ("www.p.example.", "HTTPS"), ("p.example.", "CAA"))
    }
    assert set(times.values()) == {1}
    assert all(transport is Transport.UDP for *_, rdtype, transport in script.asked if rdtype == "TLSA")


async def test_a_zone_is_looked_for_in_its_parents_dsync_and_no_further(open_context: Open, script: Any) -> None:
    publish(script, "example", "p._dsync.example", "DSYNC", "CDS 1 5359 ns.example.")
    async with open_context() as context:
        found = await notification_targets(context, parse_name("p.example"), parse_name("example"))
    assert [(lookup.name, lookup.rdtype) for lookup in found] == [
        ("p._dsync.example", "DSYNC"), ("ns.example", "A"), ("ns.example", "AAAA"),
    ]  # fmt: skip


async def test_without_dsync_for_the_child_the_parents_own_is_asked_for(open_context: Open) -> None:
    async with open_context() as context:
        found = await notification_targets(context, parse_name("p.example"), parse_name("example"))
    assert [lookup.name for lookup in found] == ["p._dsync.example", "_dsync.example"]


async def test_signals_are_sought_under_servers_outside_the_zone_whose_names_leave_room(open_context: Open) -> None:
    servers = [parse_name(name) for name in ("ns1.p.example", "ns.example", f"{'.'.join(['a' * 60] * 4)}.example")]
    async with open_context() as context:
        found = await bootstrap_signals(context, parse_name("p.example"), servers)
    assert {(lookup.name, lookup.rdtype) for lookup in found} == {
        ("_dsboot.p.example._signal.ns.example", "CDS"), ("_dsboot.p.example._signal.ns.example", "CDNSKEY"),
    }  # fmt: skip


async def test_an_unsigned_zone_is_not_asked_for_signals(open_context: Open, script: Any) -> None:
    async with open_context() as context:
        await ZoneProbe(context, Ancestors(context, frozenset({"p.example"})), "p.example").run()
    assert {rdtype for _, _, rdtype, _ in script.asked} & {"CDS", "CDNSKEY", "NSEC3PARAM"} == set()
    assert any(rdtype == "DSYNC" for _, _, rdtype, _ in script.asked)
