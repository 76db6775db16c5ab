"""Zone files and delegations that are not live yet: what would be found, and what would change."""

from pathlib import Path

import dns.flags
import dns.message
import msgspec
import pytest

from netaudit.dns.query import make_query
from netaudit.engine.proposal import Proposal, ProposalError, deploy
from netaudit.lab.world import Signing
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.exchange import Exchange
from tests.lab_python.client import FIRST, FIRST6, SECOND, SECOND6, TLD, small_world
from tests.proposed.rehearsal import DAY, NOW, Rehearsal, changed, name, zone_of

WORSE = {"broken", "worse", "untested", "other"}
TINH = name("tinh.vn")


def without(text: str, *beginnings: str) -> str:
    return "".join(f"{line}\n" for line in text.splitlines() if not line.startswith(beginnings))


async def test_a_zone_signed_again_changes_no_verdict(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    records = zone_of(rehearsal.world, "tinh.vn").records + "\nmoi IN A 192.0.2.99\n"
    file = rehearsal.file("tinh.vn", rehearsal.text("tinh.vn", changed(rehearsal.world, "tinh.vn", records=records)))
    seen = await rehearsal.see(Proposal(TINH, file))
    assert seen.findings == ()
    assert seen.differences == {}
    assert seen.verdict("dnssec.chain_valid") == ("pass", "ok")
    assert not seen.deployed.assumed
    answer = await seen.deployed.network.dns(make_query(name("moi.tinh.vn"), dns.rdatatype.A), FIRST)
    assert [str(rdata) for rdata in answer.answer(name("moi.tinh.vn"), dns.rdatatype.A) or ()] == ["192.0.2.99"]


async def test_signatures_that_have_ended(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    file = rehearsal.file("tinh.vn", rehearsal.text("tinh.vn", now=NOW - 60 * DAY))
    seen = await rehearsal.see(Proposal(TINH, file))
    assert seen.codes == {"signature_expired"}
    assert all(finding.is_error and finding.place is not None for finding in seen.findings)
    assert seen.differences["dnssec.signature_validity zone:tinh.vn"] == "broken"
    assert seen.differences["dnssec.chain_valid zone:tinh.vn"] == "broken"


async def test_a_record_changed_after_signing(tmp_path: Path) -> None:
    """Nobody asks for it in a scan of the zone: only the file shows it."""
    rehearsal = Rehearsal(tmp_path)
    text = rehearsal.text("tinh.vn").replace(" A 192.0.2.82", " A 192.0.2.83")
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text)))
    assert [(finding.code, finding.args["name"]) for finding in seen.findings] == [
        ("signature_invalid", "www.moi.tinh.vn")
    ]
    line = 1 + next(n for n, line in enumerate(text.splitlines()) if "192.0.2.83" in line)
    assert str(seen.findings[0].place) == f"tinh.vn.zone:{line}"


async def test_a_name_added_after_signing(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    text = rehearsal.text("tinh.vn") + "quen.tinh.vn. 300 IN A 192.0.2.7\n"
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text)))
    assert {(f.code, f.args["name"]) for f in seen.findings if f.code != "chain_broken"} == {
        ("unsigned", "quen.tinh.vn"), ("not_in_chain", "quen.tinh.vn"),
    }  # fmt: skip
    assert "chain_broken" in seen.codes


async def test_a_signed_zone_whose_ds_was_forgotten_and_with_it(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, small_world(signing=None))
    signed = changed(rehearsal.world, "tinh.vn", signing=Signing())
    file = rehearsal.file("tinh.vn", rehearsal.text("tinh.vn", signed))
    forgotten = await rehearsal.see(Proposal(TINH, file))
    assert forgotten.codes == set()
    assert forgotten.verdict("dnssec.signed")[0] == "pass"
    assert forgotten.verdict("dnssec.ds_published") == ("fail", "no_ds")
    assert forgotten.verdict("dnssec.chain_valid")[0] == "fail"
    assert not forgotten.deployed.assumed

    sent = await rehearsal.see(Proposal(TINH, file, ds=rehearsal.ds("tinh.vn")))
    assert sent.deployed.assumed
    assert sent.deployed.anchors[-1].startswith("tinh.vn. IN DS ")
    for check in ("signed", "ds_published", "ds_matches", "chain_valid"):
        assert sent.verdict(f"dnssec.{check}")[0] == "pass", check
    assert sent.differences["dnssec.chain_valid zone:tinh.vn"] == "fixed"
    assert not WORSE & set(sent.differences.values())


async def test_a_ds_of_another_key(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    wrong = rehearsal.ds("ky.tinh.vn")
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn")), ds=wrong))
    assert "no_ds_matches" in seen.codes
    assert seen.differences["dnssec.ds_matches zone:tinh.vn"] == "broken"
    assert seen.verdict("dnssec.chain_valid")[0] == "fail"
    both = await rehearsal.see(Proposal(TINH, ds=(*wrong, *rehearsal.ds("tinh.vn"))))
    assert both.verdict("dnssec.chain_valid") == ("pass", "ok")
    assert both.differences["dnssec.ds_matches zone:tinh.vn"] == "worse"


async def test_an_unsigned_file_under_a_ds(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    text = rehearsal.text("tinh.vn", changed(rehearsal.world, "tinh.vn", signing=None))
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text)))
    assert seen.codes == {"no_ds_matches"}
    assert seen.verdict("dnssec.ds_matches") == ("fail", "no_dnskey")
    assert seen.differences["dnssec.signed zone:tinh.vn"] == "broken"
    removed = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text), ds=()))
    assert removed.codes == set()
    assert removed.deployed.anchors[-1] == "tinh.vn. IN DS none"
    assert removed.verdict("dnssec.ds_published") == ("fail", "unsigned")
    assert removed.verdict("dnssec.ds_matches")[0] == "not_applicable"


async def test_a_server_without_an_address(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, small_world(signing=None))
    text = rehearsal.text("tinh.vn") + "tinh.vn. 300 IN NS ns3.tinh.vn.\n"
    servers = {name(f"ns{n}.tinh.vn"): a for n, a in ((1, (FIRST, FIRST6)), (2, (SECOND, SECOND6)), (3, ()))}
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text), servers=servers))
    assert [(f.code, f.args["target"]) for f in seen.findings] == [("target_without_address", "ns3.tinh.vn")]
    assert set(seen.differences.values()) & WORSE


async def test_fewer_servers_at_the_parent_than_in_the_zone(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    seen = await rehearsal.see(Proposal(TINH, servers={name("ns1.tinh.vn"): (FIRST, FIRST6)}))
    assert seen.differences == {
        "dns.delegation_consistent zone:tinh.vn": "broken", "dns.server_count zone:tinh.vn": "broken",
    }  # fmt: skip
    assert not seen.deployed.assumed  # the DS stays, with the parent's own signature
    assert seen.verdict("dnssec.chain_valid") == ("pass", "ok")


async def test_glue_that_differs_from_the_file(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    text = rehearsal.text("tinh.vn")
    servers = {name("ns1.tinh.vn"): (FIRST, "2001:db8::99"), name("ns2.tinh.vn"): (SECOND, SECOND6)}
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text), servers=servers))
    assert seen.differences["dns.glue_consistent zone:tinh.vn"] == "broken"


async def test_a_zone_that_is_not_delegated_yet(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    text = f"""$TTL 300
@ SOA ns1 h 1 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ A 192.0.2.80
ns1 A {FIRST}
ns1 AAAA {FIRST6}
ns2 A {SECOND}
ns2 AAAA {SECOND6}
"""
    moi = name("moi.vn")
    seen = await rehearsal.see(Proposal(moi, rehearsal.file("moi.vn", text)), zones=("moi.vn",))
    assert seen.deployed.serial is None
    assert seen.deployed.assumed
    for check in ("dns.authoritative", "dns.delegation_consistent", "dns.glue_consistent", "dns.tcp"):
        assert seen.verdict(check, "moi.vn")[0] == "pass", check
        assert seen.differences[f"{check} zone:moi.vn"] == "tested"
    assert seen.verdict("dnssec.ds_published", "moi.vn") == ("fail", "unsigned")
    assert seen.verdict("dnssec.chain_valid", "moi.vn")[0] == "fail"
    assert "negative_anchor" in str(seen.proposed.results)
    with pytest.raises(ProposalError, match="--ns"):
        await deploy(Proposal(moi), rehearsal.network, rehearsal.network.contents.hints, ())


async def test_a_server_that_is_down_stays_down(tmp_path: Path) -> None:
    """A file mends no server: its silence, and that it knows no EDNS, are what they are."""

    def mutate(exchange: Exchange) -> Exchange:
        if exchange.server == SECOND:
            silent = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")
            return msgspec.structs.replace(exchange, response=None, failure=silent)
        if exchange.server == FIRST6 and exchange.response is not None:
            message = dns.message.from_wire(exchange.response)
            message.use_edns(-1)
            return msgspec.structs.replace(exchange, response=message.to_wire())
        return exchange

    rehearsal = Rehearsal(tmp_path, mutate=mutate)
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn"))))
    assert seen.verdict("dns.edns")[0] == "fail"
    assert "fixed" not in seen.differences.values()
    assert "tested" not in seen.differences.values()


async def test_a_child_on_the_same_servers_answers_as_before(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn"))))
    network = seen.deployed.network
    for child, server in (("con.tinh.vn", FIRST), ("ky.tinh.vn", SECOND)):
        for query in (make_query(name(child), dns.rdatatype.SOA), make_query(name(f"x.{child}"), dns.rdatatype.A)):
            proposed, live = await network.dns(query, server), await rehearsal.network.dns(query, server)
            assert live.authoritative
            assert proposed.response == live.response
    ds = await network.dns(make_query(name("ky.tinh.vn"), dns.rdatatype.DS), SECOND)
    assert ds.answer(name("ky.tinh.vn"), dns.rdatatype.DS) is not None


async def test_parent_and_child_proposed_together(tmp_path: Path) -> None:
    """The child's DS then comes signed from the proposed parent's file, and nothing is taken for granted."""
    rehearsal = Rehearsal(tmp_path)
    signed = changed(rehearsal.world, "con.tinh.vn", signing=Signing())
    parent = rehearsal.file("tinh.vn", rehearsal.text("tinh.vn", signed))
    child = rehearsal.file("con.tinh.vn", rehearsal.text("con.tinh.vn", signed))
    zones = ("tinh.vn", "con.tinh.vn")
    seen = await rehearsal.see(Proposal(TINH, parent), Proposal(name("con.tinh.vn"), child), zones=zones)
    assert not seen.deployed.assumed
    assert seen.verdict("dnssec.chain_valid", "con.tinh.vn") == ("pass", "ok")
    assert seen.differences["dnssec.chain_valid zone:con.tinh.vn"] == "fixed"


async def test_a_ds_under_an_insecure_parent_is_not_trusted(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    con = name("con.tinh.vn")
    world = changed(rehearsal.world, "con.tinh.vn", signing=Signing())
    file = rehearsal.file("con.tinh.vn", rehearsal.text("con.tinh.vn", world))
    plain = Rehearsal(tmp_path, small_world(signing=None))
    deployed = await deploy(
        Proposal(con, file, ds=rehearsal.ds("con.tinh.vn")),
        plain.network, plain.network.contents.hints, plain.network.contents.anchors,
    )  # fmt: skip
    assert not deployed.assumed
    assert deployed.anchors == plain.network.contents.anchors


async def test_what_a_file_does_not_decide_is_asked_of_the_server(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn"))))
    odd = dns.message.make_query("tinh.vn", "SOA", use_edns=3).to_wire()
    for query in (odd, b"\0" * 20, dns.message.make_query("tinh.vn", "AXFR").to_wire()):
        live = await rehearsal.network.dns(query, FIRST)
        assert (await seen.deployed.network.dns(query, FIRST)).response == live.response
    outside = make_query(name("vn"), dns.rdatatype.SOA)
    assert (await seen.deployed.network.dns(outside, TLD)).authoritative


async def test_a_long_answer_is_truncated_over_udp(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn"))))
    exchange = await seen.deployed.network.dns(make_query(name("lon.tinh.vn"), dns.rdatatype.TXT), FIRST)
    assert exchange.truncated


async def test_a_serial_below_the_live_one(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    live = zone_of(rehearsal.world, "tinh.vn").serial
    for serial, is_error in ((live - 1, True), (live, False)):
        world = changed(rehearsal.world, "tinh.vn", serial=serial)
        text = next(z.text for z in rehearsal.contents(world).zones if z.name == "tinh.vn")
        seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", text)))
        found = [f for f in seen.findings if f.code == "serial_not_raised"]
        assert [(f.is_error, f.args["live"]) for f in found] == [(is_error, str(live))]


@pytest.mark.parametrize(
    "signing", [Signing(denial="nsec3"), Signing(denial="nsec3", nsec3_iterations=2, nsec3_salt="c0")]
)
async def test_nsec3_zones_are_proved_from_the_file(tmp_path: Path, signing: Signing) -> None:
    rehearsal = Rehearsal(tmp_path, small_world(signing=signing))
    seen = await rehearsal.see(Proposal(TINH, rehearsal.file("tinh.vn", rehearsal.text("tinh.vn"))))
    assert seen.findings == ()
    assert seen.differences == {}
    assert seen.verdict("dnssec.denial_valid")[0] == "pass"
    broken = rehearsal.file("tinh.vn", _without_one_nsec3(rehearsal.text("tinh.vn")))
    assert {"not_in_chain", "chain_broken"} <= (await rehearsal.see(Proposal(TINH, broken))).codes


def _without_one_nsec3(text: str) -> str:
    owner = next(line.split()[0] for line in reversed(text.splitlines()) if " NSEC3 " in line and " NS\n" not in line)
    return without(text, owner)
