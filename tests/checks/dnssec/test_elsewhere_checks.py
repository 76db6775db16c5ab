"""What others publish about a zone, case by case, on signed messages: DSYNC, bootstrap signals, report agents."""

import dataclasses
from functools import partial

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest
from msgspec.structs import replace

from netaudit.model.common import Failure, Transport
from netaudit.model.evidence import FoundRecords, ZoneEvidence
from netaudit.model.facts import Lookup
from netaudit.model.verdict import Status
from tests.checks.dnssec.builders import (
    APEX,
    BUDGET,
    PARENT,
    PARENT_WITH_DS,
    PARENT_WITHOUT_DS,
    QUESTIONS,
    TIMEOUT,
    Server,
    evidence,
    failing,
    found,
    serving,
    unsigned,
    zone,
)
from tests.checks.dnssec.zones import KSK, Zone, key
from tests.checks.web.builders import SERVFAIL
from tests.checks.web.harness import Case, hold, hold_statuses, hold_texts, labels, pairs

PASS, FAIL, WARN = Status.PASS, Status.FAIL, Status.WARN
UNTESTED, NONE = Status.COULD_NOT_TEST, Status.NOT_APPLICABLE
CHILD_DSYNC, PARENT_DSYNC = f"tinh._dsync.{PARENT}", f"_dsync.{PARENT}"
TARGET = "notify.example"
NOTIFY, SCANNER = f"CDS 1 5359 {TARGET}.", f"CDS 128 5359 {TARGET}."
OUT1, OUT2 = "ns1.hoster.net", "ns2.hoster.net"
QUESTIONS_OF_KEYS = (*QUESTIONS, (APEX, "CDS", Transport.UDP), (APEX, "CDNSKEY", Transport.UDP))
OTHER = key("elsewhere")
Records = dict[str, tuple[str, ...]]
SIGNALS: Records = {"CDS": (KSK.cds(APEX),), "CDNSKEY": (KSK.cdnskey,)}
OTHERS: Records = {"CDS": (OTHER.cds(APEX),), "CDNSKEY": (OTHER.cdnskey,)}
READY = zone(cds=SIGNALS["CDS"], cdnskey=SIGNALS["CDNSKEY"], servers=(OUT1, OUT2))


def looked_up(records: dict[str, Records], name: str, rdtype: str, base: Zone) -> FoundRecords:
    """A look-up whose records a zone has under some other name, told as if it were asked for `name`."""
    above = PARENT_WITH_DS if base.published else PARENT_WITHOUT_DS
    inside = f"x.{APEX}"
    made = found(dataclasses.replace(base, others={inside: records.get(name, {})}), inside, rdtype, above=above)
    return replace(made, lookup=replace(made.lookup, name=name, canonical=inside))


def dsync(child: tuple[str, ...] = (), parent: tuple[str, ...] = (), *, base: Zone | None = None) -> ZoneEvidence:
    """The zone with DSYNC for itself and for all children."""
    records: dict[str, Records] = {
        n: {"DSYNC": texts} for n, texts in ((CHILD_DSYNC, child), (PARENT_DSYNC, parent)) if texts
    }
    made = tuple(looked_up(records, name, "DSYNC", base or zone()) for name in (CHILD_DSYNC, PARENT_DSYNC))
    return replace(evidence(Server(serving(zone()))), found=made)


def with_target(told: ZoneEvidence, *addresses: str) -> ZoneEvidence:
    kinds = {"A": [a for a in addresses if ":" not in a], "AAAA": [a for a in addresses if ":" in a]}
    made = (FoundRecords(lookup=Lookup(name=TARGET, rdtype=t, addresses=tuple(a))) for t, a in kinds.items())
    return replace(told, found=(*told.found, *made))


def signals(
    first: Records,
    second: Records,
    *,
    base: Zone | None = None,
    served: Zone = READY,
    above: Zone = PARENT_WITHOUT_DS,
    names: tuple[str, str] = (OUT1, OUT2),
) -> ZoneEvidence:
    """The zone at two servers outside it, with what is signalled under each."""
    servers = (Server(serving(served), names[0]), Server(serving(served), names[1], "203.0.113.2"))
    told = evidence(*servers, above=above, asked=QUESTIONS_OF_KEYS)
    made = [
        looked_up({owner: records}, owner, rdtype, base or zone())
        for name, records in zip(names, (first, second), strict=True)
        for owner in (f"_dsboot.{APEX}._signal.{name}",)
        for rdtype in ("CDS", "CDNSKEY")
    ]
    return replace(told, found=tuple(made))


def lost(told: ZoneEvidence, *names: str) -> ZoneEvidence:
    """The same, but the look-ups of these names failed."""
    made = (
        FoundRecords(lookup=replace(item.lookup, failure=SERVFAIL, canonical=""))
        if item.lookup.name.endswith(names)
        else item
        for item in told.found
    )
    return replace(told, found=tuple(made))


def telling(*agents: bytes) -> ZoneEvidence:
    """The zone at servers that each name an agent for error reports; the option's data are as given."""
    servers = [
        Server(serving(zone(), partial(_add_option, data)), f"ns{n}.{APEX}", f"203.0.113.{n}")
        for n, data in enumerate(agents, 1)
    ]
    return evidence(*servers)


def _add_option(data: bytes, message: dns.message.Message) -> None:
    options: list[dns.edns.Option] = [dns.edns.GenericOption(dns.edns.OptionType.REPORTCHANNEL, data)] if data else []
    message.use_edns(edns=0, ednsflags=dns.flags.DO, options=options)


def wire(name: str) -> bytes:
    return dns.name.from_text(name).to_wire() or b""


def agent(name: str, *, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> FoundRecords:
    """The look-up of an agent's name."""
    made = looked_up({}, name, "TXT", zone())
    assert made.exchange is not None
    assert made.exchange.response is not None
    head = bytearray(made.exchange.response)
    head[3] = head[3] & 0xF0 | rcode
    return replace(made, exchange=replace(made.exchange, response=bytes(head)))


def unanswered(name: str, failure: Failure) -> FoundRecords:
    return FoundRecords(lookup=Lookup(name=name, rdtype="TXT", failure=failure))


def without_delegation(name: str = APEX) -> ZoneEvidence:
    told = evidence(Server(serving(zone())))
    return replace(told, zone=name, fact=replace(told.fact, zone=name, delegation=None, failure=None))


_DEAF = evidence(Server(failing(TIMEOUT)), above=PARENT_WITHOUT_DS, asked=QUESTIONS_OF_KEYS)
_NO_PARENT = replace(signals(SIGNALS, SIGNALS), ds=())

CASES: dict[str, list[Case]] = {
    "dns.dsync": [
        Case("for this child", with_target(dsync((NOTIFY,), (SCANNER,)), "192.0.2.9"), PASS, "ok", {
            "targets": (f"CDS {TARGET} port 5359",), "name": CHILD_DSYNC}),
        Case("for all children", with_target(dsync((), (NOTIFY,)), "2001:db8::9"), PASS, "ok", {"name": PARENT_DSYNC}),
        Case("addresses not looked up", dsync((NOTIFY,)), PASS, "ok"),
        Case("nowhere", with_target(dsync((NOTIFY,))), WARN, "no_address", {"targets": (TARGET,)}),
        Case("insecure", with_target(dsync((NOTIFY,), base=unsigned()), "192.0.2.9"), WARN, "insecure"),
        Case("other scheme", dsync((SCANNER,)), NONE, "other_scheme"),
        Case("none", dsync(), NONE, "none", {"parent": PARENT}),
        Case("look-up failed", lost(dsync(), PARENT), UNTESTED, "not_tested"),
        Case("not looked up", evidence(Server(serving(zone()))), UNTESTED, "not_tested"),
        Case("parent not found", without_delegation(), UNTESTED, "not_tested"),
        Case("root", without_delegation("."), NONE, "no_parent"),
    ],
    "dns.report_channel": [
        Case("heard", replace(telling(wire("reports.example")), found=(agent("reports.example"),)), PASS, "ok", {
            "agents": ("reports.example",)}),
        Case("no such name", replace(telling(wire("a.example")), found=(
            agent("a.example", rcode=dns.rcode.NXDOMAIN),)), WARN, "unresolved", {"agents": ("a.example",)}),
        Case("one of two is dead", replace(telling(wire("a.example"), wire("b.example")), found=(
            agent("a.example"), unanswered("b.example", SERVFAIL))), WARN, "unresolved", {"agents": ("b.example",)}),
        Case("out of our reach", replace(telling(wire("a.example")), found=(unanswered("a.example", BUDGET),)),
            UNTESTED, "not_tested"),
        Case("not looked up", telling(wire("a.example")), UNTESTED, "not_tested"),
        Case("the root", telling(wire(".")), WARN, "null"),
        Case("no name", telling(b"\x05abc"), NONE, "none"),
        Case("a name and more", telling(wire("a.example") + b"x"), NONE, "none"),
        Case("none", telling(b""), NONE, "none"),
        Case("silent", _DEAF, UNTESTED, "no_answer"),
    ],
    "dnssec.bootstrap": [
        Case("as at the apex", signals(SIGNALS, SIGNALS), PASS, "ok", {"servers": (OUT1, OUT2)}),
        Case("one server inside", signals(SIGNALS, {}, names=(OUT1, f"ns2.{APEX}")), PASS, "ok", {"servers": (OUT1,)}),
        Case("other keys under one", signals(SIGNALS, OTHERS), FAIL, "unusable", {"servers": (OUT2,)}),
        Case("missing under one", signals(SIGNALS, {}), FAIL, "unusable", {"servers": (OUT2,)}),
        Case("CDS alone under one", signals(SIGNALS, {"CDS": SIGNALS["CDS"]}), FAIL, "unusable", {"servers": (OUT2,)}),
        Case("insecure", signals(SIGNALS, SIGNALS, base=unsigned()), FAIL, "unusable", {"servers": (OUT1, OUT2)}),
        Case("one not answered", lost(signals(SIGNALS, SIGNALS), OUT2), UNTESTED, "not_tested"),
        Case("a wrong one outweighs an unknown one", lost(signals(OTHERS, SIGNALS), OUT2), FAIL, "unusable"),
        Case("none answered", lost(signals(SIGNALS, SIGNALS), OUT1, OUT2), UNTESTED, "not_tested"),
        Case("no signals", signals({}, {}), NONE, "no_signals", {"servers": (OUT1, OUT2)}),
        Case("all servers inside", signals({}, {}, names=(f"ns1.{APEX}", f"ns2.{APEX}")), NONE, "no_outside"),
        Case("DS is there", signals(SIGNALS, SIGNALS, above=PARENT_WITH_DS), NONE, "has_ds"),
        Case("no CDS at the apex", signals(SIGNALS, SIGNALS, served=zone(servers=(OUT1, OUT2))), NONE, "none"),
        Case("unsigned", signals({}, {}, served=unsigned(servers=(OUT1, OUT2))), NONE, "unsigned"),
        Case("silent", _DEAF, UNTESTED, "no_answer"),
        Case("parent silent", _NO_PARENT, UNTESTED, "no_parent_answer"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("check", "case"), pairs(CASES), ids=labels(CASES))
def test_each_case_is_judged_as_it_must_be(check: str, case: Case) -> None:
    hold(check, case)


@pytest.mark.parametrize("check", CASES)
def test_every_message_and_status_is_shown_by_a_case(check: str) -> None:
    hold_texts(check, CASES[check])
    hold_statuses(CASES[check], PASS, UNTESTED, NONE)
