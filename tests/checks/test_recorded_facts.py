"""Every check, judged offline from facts that scans of the lab recorded: `tests/record.py` makes them."""

import re
from collections import defaultdict
from functools import cache

import pytest
import zstandard

from netaudit.judge.catalogue import load_catalogue
from netaudit.model.verdict import Status
from tests.record import RECORDED, Outcomes, Recording, expected_outcomes, judged, recordings

_FOUND = (Status.FAIL, Status.WARN)  # either shows that the check can find something
_LARGEST_FILE, _LARGEST_FOLDER = 200_000, 1_500_000  # bytes

_ALWAYS_ASKED = "the question arises for every target of its kind"
_INVENTORY_ALONE = "the inventory alone decides, and a scan always has that"
_ONLY_WITH_SERVICE = "a tier and a kind are a target only where a unit in force has such a service"

_IN_NAMESPACES = "uplinks and their routes are real in tests/lab/multihome alone"
_ONE_SCAN = "a recording is one scan alone; tests/judge/test_history.py judges several"
_NO_PATHS = "the lab on loopback has no paths; tests/lab/test_paths.py plants faults on real routers"

IMPOSSIBLE: dict[tuple[str, str], str] = {
    ("coverage.declared", "could_not_test"): _INVENTORY_ALONE,
    ("coverage.declared", "not_applicable"): _ONLY_WITH_SERVICE,
    ("coverage.working", "not_applicable"): _ONLY_WITH_SERVICE,
    ("dns.authoritative", "not_applicable"): _ALWAYS_ASKED,
    ("dns.edns", "not_applicable"): _ALWAYS_ASKED,
    ("dns.embedded_addresses", "not_applicable"): _ALWAYS_ASKED,
    ("dns.name_resolves", "not_applicable"): _ALWAYS_ASKED,
    ("dns.ns_ipv4", "not_applicable"): _ALWAYS_ASKED,
    ("dns.ns_ipv6", "not_applicable"): _ALWAYS_ASKED,
    ("dns.ns_target", "not_applicable"): _ALWAYS_ASKED,
    ("dns.nsid", "fail"): "nobody has to tell its name",
    ("dns.resolvable_ipv4", "not_applicable"): _ALWAYS_ASKED,
    ("dns.server_count", "not_applicable"): _ALWAYS_ASKED,
    (
        "dns.servers_reachable",
        "not_applicable",
    ): "servers without IPv4 are a warning of their own",
    ("dns.tcp", "not_applicable"): _ALWAYS_ASKED,
    ("dns.unlisted_names", "fail"): "whether a name is a service is a person's to say",
    ("dnssec.chain_valid", "not_applicable"): "an unsigned zone is outside the chain of trust, which is the finding",
    ("dnssec.name_secure", "not_applicable"): "an unsigned name is insecure, which is the finding",
    ("dnssec.signed", "not_applicable"): _ALWAYS_ASKED,
    ("ipv6.aaaa", "not_applicable"): _ALWAYS_ASKED,
    ("ipv6.resolvable_alone", "not_applicable"): _ALWAYS_ASKED,
    ("ipv6.usable_alone", "not_applicable"): _ALWAYS_ASKED,
    ("mail.dmarc", "not_applicable"): "a domain that takes no mail needs the record too",
    ("mail.spf", "not_applicable"): "a domain that takes no mail needs the record too",
    ("multihome.forwarding", "pass"): _IN_NAMESPACES,
    ("multihome.forwarding", "fail"): _IN_NAMESPACES,
    ("multihome.prefix_size", "could_not_test"): _INVENTORY_ALONE,
    ("multihome.prefixes_global", "could_not_test"): _INVENTORY_ALONE,
    ("resolver.extended_errors", "fail"): "nobody has to say why",
    ("resolver.not_open", "not_applicable"): _ALWAYS_ASKED,
    (
        "resolver.sha1",
        "fail",
    ): "the lab's resolvers know RSASHA1; a system's cryptographic policy that forbids it is not there",
    ("path.echo", "pass"): _NO_PATHS,
    ("path.echo", "fail"): _NO_PATHS,
    ("path.packet_too_big", "pass"): _NO_PATHS,
    ("path.packet_too_big", "fail"): _NO_PATHS,
    ("path.packet_too_big", "could_not_test"): _NO_PATHS,
    ("path.pmtud", "fail"): _NO_PATHS,
    ("path.traceroute", "fail"): _NO_PATHS,
    ("path.tunnel", "fail"): _NO_PATHS,
    ("path.uplinks", "pass"): _NO_PATHS,
    ("path.uplinks", "fail"): _NO_PATHS,
    ("web.ipv6_label", "pass"): _ONE_SCAN,
    ("web.ipv6_label", "fail"): _ONE_SCAN,
    ("web.ipv6_label", "could_not_test"): _ONE_SCAN,
    ("web.ipv6_ready", "not_applicable"): "a host without AAAA is not ready, which is the finding",
    ("web.reachable", "not_applicable"): _ALWAYS_ASKED,
}
"""Statuses that no scan can bring a check to, and why. All others must be among the recordings."""


@cache
def _judged(recording: Recording) -> Outcomes:
    return judged(recording)


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.name)
def test_recorded_facts_are_judged_as_expected(recording: Recording) -> None:
    found, expected = _judged(recording), expected_outcomes(recording)
    assert found.keys() == expected.keys(), "python -m tests.record --judge writes down what is new"
    for check, targets in expected.items():
        assert found[check] == targets, check


@pytest.mark.parametrize("check", sorted(load_catalogue().checks))
def test_every_status_of_a_check_is_recorded(check: str) -> None:
    """A check without them needs a target in a world of `tests/recorded`, then `make record`."""
    wanted = {"pass", "fail", "could_not_test", "not_applicable"}
    wanted -= {status for id, status in IMPOSSIBLE if id == check}
    assert wanted <= _recorded()[check]


def test_what_is_impossible_is_never_recorded() -> None:
    assert {(check, status) for check, status in IMPOSSIBLE if status in _recorded()[check]} == set()
    assert {check for check, _ in IMPOSSIBLE} <= load_catalogue().checks.keys()


def test_the_judges_of_recorded_facts_never_break() -> None:
    messages = {message for r in recordings() for targets in _judged(r).values() for _, message in targets.values()}
    assert not messages & {"judge_failed", "not_observed"}


def test_recordings_are_small_and_name_nothing_of_the_machine_they_were_made_on() -> None:
    sizes = {recording.facts.name: recording.facts.stat().st_size for recording in recordings()}
    assert {name: size for name, size in sizes.items() if size > _LARGEST_FILE} == {}
    assert sum(path.stat().st_size for path in RECORDED.iterdir()) < _LARGEST_FOLDER
    for recording in recordings():
        text = b"".join(zstandard.ZstdDecompressor().read_to_iter(recording.facts.read_bytes())).decode()
        assert re.findall(r'"[^"]*(?:/(?:home|root|tmp|Users|var)/|\\\\)[^"]*"', text) == []
        local = set(re.findall(r'"local_address":"([^"]*)"', text))
        assert local <= {"192.0.2.250", "2001:db8:ffff::250"}, "the lab's own client"


def test_nothing_is_left_of_recordings_that_are_no_more() -> None:
    kept = {path for recording in recordings() for path in (recording.facts, recording.expected)}
    assert {*RECORDED.glob("*.facts.jsonl.zst"), *RECORDED.glob("*.expected.yaml")} == kept


@cache
def _recorded() -> dict[str, set[str]]:
    """The statuses of each check, with a warning as good as a failure."""
    found: dict[str, set[str]] = defaultdict(set)
    for recording in recordings():
        for check, targets in expected_outcomes(recording).items():
            found[check] |= {"fail" if status in _FOUND else status for status, _ in targets.values()}
    return found
