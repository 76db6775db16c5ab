"""Whatever bytes servers send, every check of zones comes to an outcome, and noise is never proof of health."""

from collections.abc import Callable, Iterator

import dns.message
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netaudit.model.common import Side
from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, Status
from tests.checks.dnssec.builders import (
    A1,
    A2,
    BUDGET,
    NS1,
    NS2,
    PARENT_WITH_DS,
    Behaviour,
    Question,
    Reply,
    Server,
    evidence,
    failing,
    pair,
    saying,
    serving,
    zone,
)
from tests.checks.dnssec.situations import GOOD
from tests.checks.dnssec.zones import Nsec3
from tests.checks.web.harness import judge

DNSSEC = (
    "signed", "ds_published", "ds_matches", "ds_digest", "algorithms", "key_size", "signature_validity",
    "signature_margin", "servers_agree", "nsec3_parameters", "denial_valid", "chain_valid", "expiry_forecast",
    "too_heavy", "weak_keys", "zonemd",
)  # fmt: skip
DNS = (
    "authoritative", "csync", "delegation_consistent", "dependencies", "edns", "embedded_addresses", "glue_consistent",
    "ns_ipv4", "ns_ipv6", "resolvable_ipv4", "serial_consistent", "server_count", "servers_reachable", "tcp",
)  # fmt: skip
CHECKS = (
    *(f"dnssec.{name}" for name in DNSSEC), *(f"dns.{name}" for name in DNS), "ipv6.resolvable_alone",
    "dual_stack.dns_data",
)  # fmt: skip
BY_ADDRESS = {"dns.dependencies", "dns.embedded_addresses", "dns.ns_ipv6", "ipv6.resolvable_alone"}
"""What these servers fail by their addresses alone: one network, set aside for documentation, and no IPv6."""

SIGNED = serving(zone(nsec3=Nsec3()))


def outcomes(found: ZoneEvidence) -> Iterator[tuple[str, Outcome]]:
    for check in CHECKS:
        outcome = judge(check, found)
        assert (outcome.failure is not None) == (outcome.status is Status.COULD_NOT_TEST), check
        assert all(isinstance(row.saw, str) for row in outcome.observed)
        yield check, outcome


def garbled(behaviour: Behaviour, garble: Callable[[bytes], bytes]) -> Behaviour:
    """A server whose responses are changed on the wire, but for the id that makes them responses."""

    def changed(query: dns.message.Message, question: Question) -> Reply:
        reply = behaviour(query, question)
        return reply[:2] + garble(reply[2:]) if isinstance(reply, bytes) else reply

    return changed


def flipped(places: list[tuple[float, int]]) -> Callable[[bytes], bytes]:
    def garble(wire: bytes) -> bytes:
        changed = bytearray(wire)
        for place, value in places:
            changed[int(place * len(changed))] = value
        return bytes(changed)

    return garble


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_noise_comes_to_an_outcome_everywhere(first: bytes, second: bytes) -> None:
    list(
        outcomes(evidence(*pair(saying(b"\0\0" + first), saying(b"\0\0" + second)), parents=(saying(b"\0\0" + first),)))
    )


_PLACES = st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(_PLACES, _PLACES)
def test_changed_bytes_come_to_an_outcome_everywhere(
    zone_places: list[tuple[float, int]], parent_places: list[tuple[float, int]]
) -> None:
    broken = garbled(SIGNED, flipped(zone_places))
    above = garbled(serving(PARENT_WITH_DS), flipped(parent_places))
    list(
        outcomes(
            evidence(Server(broken), Server(SIGNED, NS2, A2), Server(broken, NS1, "2001:db8::1"), parents=(above,))
        )
    )


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1))
def test_messages_cut_short_come_to_an_outcome_everywhere(share: float) -> None:
    broken = garbled(SIGNED, lambda wire: wire[: int(share * len(wire))])
    list(outcomes(evidence(*pair(SIGNED, broken), parents=(broken,))))


@pytest.mark.parametrize("rdtype", ["SOA", "NS", "DNSKEY", "NSEC3PARAM", "A"])
@pytest.mark.parametrize("server", [0, 1])
def test_one_lost_packet_never_makes_a_check_fail(rdtype: str, server: int) -> None:
    lossy = failing(only=(rdtype,), otherwise=GOOD)
    behaviours = [lossy if number == server else GOOD for number in range(2)]
    servers = [
        Server(b, name, address, tries=1) for b, name, address in zip(behaviours, (NS1, NS2), (A1, A2), strict=True)
    ]
    bad = {check for check, outcome in outcomes(evidence(*servers)) if outcome.status in (Status.FAIL, Status.WARN)}
    assert bad == BY_ADDRESS


def test_what_a_budget_cut_off_is_never_judged() -> None:
    for check, outcome in outcomes(evidence(*pair(failing(BUDGET)), parents=(failing(BUDGET),))):
        if check in BY_ADDRESS or outcome.message == "single_family":
            continue
        assert outcome.status is Status.COULD_NOT_TEST, check
        assert outcome.failure is not None
        assert outcome.failure.side in (Side.BUDGET, Side.OURS, Side.PATH), check
