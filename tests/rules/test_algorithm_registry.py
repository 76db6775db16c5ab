"""The dated registry of algorithms and digests: what it holds, what policies make of it, what is no such file."""

from datetime import date
from pathlib import Path

import dns.dnssectypes
import pytest

from netaudit.rules.algorithms import (
    HISTORIC,
    OPERATOR,
    POLICIES,
    REGISTRY,
    SOFTWARE,
    Policy,
    Registry,
    RegistryError,
    Use,
    algorithm_name,
    digest_name,
)

SHIPPED = sorted(Path("netaudit/rules").glob("dnssec-algorithms-*.yaml"))
# What dnspython does not know yet: RFC 9563, RFC 9558, and the marker of RFC 8078 section 4.
NEWER_ALGORITHMS = {0: "DELETE", 17: "SM2SM3", 23: "ECC-GOST12"}
NOT_THERE = {4}  # reserved for ECC and never used
NEWER_DIGESTS = {5: "GOST R 34.11-2012", 6: "SM3"}


def test_it_holds_every_algorithm_and_digest_that_is_assigned() -> None:
    known = {int(item): item.name for item in dns.dnssectypes.Algorithm if int(item) not in NOT_THERE}
    assert set(REGISTRY.algorithms) == set(known) | set(NEWER_ALGORITHMS)
    names = {number: item.mnemonic for number, item in REGISTRY.algorithms.items()}
    assert {number: names[number].replace("-", "") for number in known} == {
        number: name.replace("-", "") for number, name in known.items()
    }
    assert {number: names[number] for number in NEWER_ALGORITHMS} == NEWER_ALGORITHMS
    digests = {int(item) for item in dns.dnssectypes.DSDigest}
    assert set(REGISTRY.digests) == digests | set(NEWER_DIGESTS)
    assert {number: digest_name(number) for number in NEWER_DIGESTS} == NEWER_DIGESTS
    assert (algorithm_name(99), digest_name(99)) == ("algorithm 99", "digest type 99")


def test_its_name_tells_its_day() -> None:
    (path,) = SHIPPED
    assert path.stem == f"dnssec-algorithms-{REGISTRY.date.isoformat()}"
    assert date(2025, 11, 1) <= REGISTRY.date, "RFC 9904, 9905 and 9906 are of November 2025"
    assert Registry.from_file(path) == REGISTRY


def test_what_rfc_9905_and_9906_withdrew() -> None:
    signing = {number for number, known in REGISTRY.algorithms.items() if known.signing is Use.MUST_NOT}
    assert signing == {0, 1, 2, 3, 5, 6, 7, 12, 252}
    assert {number for number, known in REGISTRY.digests.items() if known.delegation is Use.MUST_NOT} == {0, 1, 3}
    gost = REGISTRY.algorithms[12]
    assert {gost.signing, gost.validation, gost.implement_signing, gost.implement_validation} == {Use.MUST_NOT}


def test_both_verdicts_software_must_validate_what_operators_must_not_rely_on() -> None:
    """RFC 9905 section 2, of RSASHA1 and RSASHA1-NSEC3-SHA1 as signing algorithms; not of the digest SHA-1."""
    assert SOFTWARE.algorithms - OPERATOR.algorithms == {5, 7}
    assert OPERATOR.algorithms < SOFTWARE.algorithms < HISTORIC.algorithms
    assert SOFTWARE.digests == OPERATOR.digests == HISTORIC.digests == {1, 2, 4}
    assert {policy.name for policy in POLICIES.values()} == set(POLICIES) == {"operator", "software", "historic"}
    for number in (5, 7):
        item = REGISTRY.algorithms[number]
        assert (item.implement_validation, item.relied_on) == (Use.MUST, False)


def test_what_a_specification_alone_registered_is_may_and_is_not_verified_here() -> None:
    """RFC 9904 section 2: without a standards action nothing is more than MAY."""
    for number in (17, 18, 23, 253, 254):
        item = REGISTRY.algorithms[number]
        assert {item.signing, item.validation, item.implement_signing, item.implement_validation} == {Use.MAY}
        assert number not in HISTORIC.algorithms


def test_a_caller_brings_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    text = SHIPPED[0].read_text()
    now = "{number: 8, mnemonic: RSASHA256, signing: RECOMMENDED, validation: RECOMMENDED"
    assert now in text
    file.write_text(text.replace(now, now.replace("validation: RECOMMENDED", "validation: MUST NOT")))
    assert OPERATOR.algorithms - Policy.from_file(file, "operator").algorithms == {8}
    assert Policy.from_file(file) == SOFTWARE


USES = "signing: MAY, validation: MAY, implement_signing: MAY, implement_validation: MAY"
ENTRY = f"{{number: 8, mnemonic: RSASHA256, {USES}}}"
DIGEST = f"{{number: 2, mnemonic: SHA-256, {USES.replace('signing', 'delegation')}}}"


def written(algorithms: str = f"[{ENTRY}]", digests: str = f"[{DIGEST}]", day: str = "2026-01-01") -> str:
    return f"{{date: {day}, sources: [x], algorithms: {algorithms}, digests: {digests}}}"


def test_a_small_registry_is_one(tmp_path: Path) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text(written())
    policy = Policy.of(Registry.from_file(file))
    assert policy.algorithms == frozenset({8})
    assert policy.digests == frozenset({2})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "expected the node content"),
        ("", "object"),
        (f"{{date: 2026-01-01, sources: [x], algorithms: [{ENTRY}]}}", "digests"),
        (written(day="yesterday"), "$.date"),
        (written(algorithms=f"[{ENTRY}, {ENTRY}]"), "algorithms: number 8 is there twice"),
        (written(algorithms=f"[{ENTRY[:-1]}, safe: yes}}]"), "$.algorithms[0]"),
        (written(algorithms=f"[{ENTRY.replace('8', '300', 1)}]"), "$.algorithms[0].number"),
        (written(digests=f"[{DIGEST.replace('MAY', 'SHOULD', 1)}]"), "$.digests[0].delegation"),
    ],
)
def test_what_is_no_registry_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "registry.yaml"
    file.write_text(text)
    with pytest.raises(RegistryError) as caught:
        Registry.from_file(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_a_policy_has_a_name_that_is_known() -> None:
    with pytest.raises(ValueError, match="operator, software, historic"):
        Policy.of(REGISTRY, "strict")
