"""The shipped profiles against the targets they were made from: none lost, none invented, none dressed up as law."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netaudit.content import content_path
from netaudit.inventory.document import read_document
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.documents import read_struct
from netaudit.judge.profiles import load_profiles, select_profiles
from netaudit.model.profile import Basis, Clause, Profile
from netaudit.model.verdict import TargetKind
from netaudit.writers.words import KINDS

TARGETS = Path(__file__).parent / "targets.yaml"

# the proposal's name of a measurement -> the checks of the catalogue that take it
MEASURED_BY = {
    "web.dual_stack": {"web.ipv6_ready"},
    "mail.dual_stack": {"ipv6.mx_aaaa", "ipv6.mail_reachable"},
    "dns.ns_ipv6": {"dns.ns_ipv6"},
    "any.ipv6_only": {"web.ipv6_ready"},
    "web.ipv6_ready": {"web.ipv6_ready"},
    "bgp.ipv6_announced": {"multihome.both_families"},
    "any.ipv6_ready": {"web.ipv6_ready", "ipv6.mx_aaaa", "ipv6.mail_reachable"},
    "path.ipv6_only_walk": {"ipv6.resolvable_alone", "ipv6.aaaa", "ipv6.web_reachable", "ipv6.mx_aaaa"},
    "web.same_content": {"dual_stack.web_content", "dual_stack.web_status"},
    "dnssec.signed": {"dnssec.signed"},
    "dnssec.ds_matches": {"dnssec.ds_published", "dnssec.ds_matches"},
    "dnssec.chain_valid": {"dnssec.chain_valid", "dnssec.signature_validity"},
    "dnssec.name_secure": {"dnssec.name_secure"},
    "dnssec.algorithms": {"dnssec.algorithms", "dnssec.nsec3_parameters"},
    "bgp.provider_independent": {"multihome.provider_independent"},
    "bgp.own_origin": {"multihome.own_origin"},
    "bgp.upstreams_v4": {"multihome.upstreams_ipv4"},
    "bgp.upstreams_v6": {"multihome.upstreams_ipv6"},
    "rpki.valid": {"multihome.roa_valid"},
    "bgp.asn_visible": {"multihome.own_origin"},
    "tls.trusted": {"web.https", "web.certificate_trusted"},
    "cert.not_expired": {"certificates.not_expired"},
    "cert.count_matches": {"certificates.counts_match"},
    "coverage.units": {"coverage.declared"},
}

# proposed as a measurement, attested by a person until a check can take it
NOT_MEASURED_YET = {
    "VN-DNS-06": "no probe reads RDAP, where registry lock shows",
    "VN-NUM-07": "peering at an exchange is seldom visible to route collectors",
}


@pytest.fixture(scope="module")
def targets() -> dict[str, dict[str, Any]]:
    rows = read_document(TARGETS.read_bytes(), TARGETS.name).data
    return {row["id"]: row for row in rows}


@pytest.fixture(scope="module")
def profiles() -> dict[str, Profile]:
    paths = sorted((content_path("checks") / "profiles").glob("*.yaml"))
    return {path.stem: read_struct(path, Profile)[0] for path in paths}


@pytest.fixture(scope="module")
def clauses(profiles: dict[str, Profile]) -> dict[str, tuple[str, Clause]]:
    return {clause.id: (profile.id, clause) for profile in profiles.values() for clause in profile.clauses}


def test_profiles_are_named_after_their_files(profiles: dict[str, Profile]) -> None:
    assert {stem: profile.id for stem, profile in profiles.items()} == {stem: stem for stem in profiles}
    assert {"vn-base", "vn-dns-security", "vn-ipv6-gov-2021", "vn-number-resources"} <= profiles.keys()


def test_every_target_is_a_clause_with_its_deadline_basis_and_confidence(
    targets: dict[str, dict[str, Any]], clauses: dict[str, tuple[str, Clause]]
) -> None:
    kept = {
        id: {
            "profile": profile,
            "deadline": clause.deadline and clause.deadline.isoformat(),
            "basis": clause.basis.value,
            "confidence": clause.confidence.value,
        }
        for id, (profile, clause) in clauses.items()
        if id in targets
    }
    said = ("profile", "deadline", "basis", "confidence")
    assert kept == {id: {key: row[key] for key in said} for id, row in targets.items()}


def test_no_clause_pretends_to_be_a_target(
    targets: dict[str, dict[str, Any]], profiles: dict[str, Profile], clauses: dict[str, tuple[str, Clause]]
) -> None:
    sources = {row["profile"] for row in targets.values()}
    own = [clause for profile, clause in clauses.values() if profile in sources and clause.id not in targets]
    assert own
    for clause in own:
        assert clause.id.startswith("BASE-"), clause.id
        assert clause.basis is Basis.PRACTICE, clause.id
        assert clause.deadline is None, clause.id


def test_every_proposed_measurement_is_taken_or_attested(
    targets: dict[str, dict[str, Any]], clauses: dict[str, tuple[str, Clause]]
) -> None:
    for id, row in targets.items():
        measure = clauses[id][1].measure
        if row["check"] is None or id in NOT_MEASURED_YET:
            assert (measure.kind, measure.checks) == ("attest", ()), id
            assert measure.field, id
        else:
            assert measure.kind == row["kind"], id
            assert MEASURED_BY[row["check"]] <= set(measure.checks), id


def test_nothing_is_excused_that_is_no_measurement(targets: dict[str, dict[str, Any]]) -> None:
    assert all(targets[id]["check"] for id in NOT_MEASURED_YET)
    proposed = {row["check"] for id, row in targets.items() if row["check"] and id not in NOT_MEASURED_YET}
    assert proposed == MEASURED_BY.keys()


def test_only_the_sentence_of_the_circular_is_called_law(clauses: dict[str, tuple[str, Clause]]) -> None:
    assert {id for id, (_, clause) in clauses.items() if clause.basis is Basis.LEGAL} == {"VN-DNS-04"}
    assert clauses["VN-DNS-04"][1].confidence == "secondary"


def test_dates_of_the_programmes(profiles: dict[str, Profile]) -> None:
    programme = profiles["vn-ipv6-gov-2021"]
    assert (programme.effective, programme.ended) == (date(2021, 1, 14), date(2025, 12, 31))
    plan, today = profiles["vn-ipv6-plan-2011"], profiles["vn-ipv6-only-2026"]
    assert (plan.effective, plan.ended) == (date(2011, 3, 29), date(2019, 12, 31))
    assert (today.effective, today.ended) == (date(2026, 1, 1), None)
    dnssec = {clause.id: clause for clause in profiles["vn-dns-security"].clauses}
    assert dnssec["VN-DNS-01"].deadline_confidence == "unverified"
    assert dnssec["VN-DNS-02"].not_before == date(2018, 3, 23)


def test_clauses_look_where_something_is(clauses: dict[str, tuple[str, Clause]]) -> None:
    known = {*KINDS, *(kind.value for kind in TargetKind), "*"}
    for id, (_, clause) in clauses.items():
        assert set(clause.measure.kinds) <= known, id
        for text in (clause.text, *((clause.note,) if clause.note else ())):
            assert text.vi.endswith(".") and text.en.endswith("."), id
            assert text.vi != text.en, id


def test_every_check_has_a_severity_and_every_clause_known_checks() -> None:
    catalogue = load_catalogue()
    named = {
        check for profile in load_profiles().values() for clause in profile.clauses for check in clause.measure.checks
    }
    assert named == set(catalogue.checks)


def test_measured_clauses_look_at_targets_that_their_checks_judge() -> None:
    """A clause about data centres with a check about mail would never be decided."""
    catalogue = load_catalogue()
    parts = {TargetKind.ZONE: "zone", TargetKind.DATACENTRE: "datacentre", TargetKind.REGISTER: "register"}
    for profile in load_profiles().values():
        for clause in profile.clauses:
            kinds = set(clause.measure.kinds)
            for check in clause.measure.checks:
                part = parts.get(catalogue.checks[check].info.target)
                assert kinds & {part, "*"} if part else kinds - set(parts.values()), f"{clause.id}: {check}"


def test_the_plan_s_numbers_stand_in_the_profile() -> None:
    clauses = {clause.id: clause for clause in load_profiles()["vn-number-resources"].clauses}
    for id in ("VN-NUM-03", "VN-NUM-04"):  # "at least two operators": the plan's number, whatever the default is
        assert clauses[id].measure.parameters == {"min_upstreams": 2}


def test_dual_stack_is_enough_until_the_day_that_ipv6_alone_is_asked_for(profiles: dict[str, Profile]) -> None:
    alone = {
        clause.id
        for profile in profiles.values()
        for clause in profile.clauses
        if clause.measure.kind != "attest" and clause.measure.accept == ("ipv6_only",)
    }
    assert {id for id in alone if id.startswith("VN-")} == {"VN-V6O-02", "VN-V6O-05"}


def test_other_countries_plans_judge_only_when_named() -> None:
    profiles = load_profiles()
    foreign = {"nl-internet-standards", "us-m-21-07", "cz-2024", "my-mgv6c"}
    assert {id for id, profile in profiles.items() if profile.only_by_name} == foreign
    today = {profile.id for profile in select_profiles(profiles, (), 1_795_600_000.0)}
    assert today == {"vn-base", "vn-dns-security", "vn-ipv6-only-2026", "vn-number-resources"}
    assert [profile.id for profile in select_profiles(profiles, ("cz-2024",), 1_795_600_000.0)] == ["cz-2024"]
    assert all(clause.basis is not Basis.LEGAL for id in foreign for clause in profiles[id].clauses)


def test_profiles_survive_a_round_trip(profiles: dict[str, Profile]) -> None:
    """A run holds its profiles whole."""
    for profile in profiles.values():
        assert msgspec.json.decode(msgspec.json.encode(profile), type=Profile) == profile
