"""`netaudit trace`: the chain of trust, one exit code for each of the four words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from netaudit import rules
from netaudit.rules.algorithms import POLICIES, REGISTRY
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

WORLD = ("--world", "world.yaml", "--lang", "en")


def test_a_secure_name_is_0_with_every_zone_ds_and_key(province: Path) -> None:
    done = netaudit("trace", *WORLD, "www.tinh.vn", "AAAA", cwd=province)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("✓")] == [
        "✓ .  secure", "✓ vn  secure", "✓ tinh.vn  secure", "✓ www.tinh.vn AAAA: secure",
    ]  # fmt: skip
    root = lines[: lines.index("✓ vn  secure")]
    assert re.fullmatch(r"    DS      \d+ +ECDSAP256SHA256 +SHA-256 +trust anchor", root[1])
    tag = root[1].split()[1]
    assert any(re.fullmatch(rf"    DNSKEY  {tag} +ECDSAP256SHA256 +257 KSK +signs the DNSKEY RRset", r) for r in root)
    assert any(re.fullmatch(r"    DNSKEY  \d+ +ECDSAP256SHA256 +256 ZSK", row) for row in root)
    assert "    www.tinh.vn. 300 AAAA 2001:db8:113::10" in lines
    assert re.search(r"^    RRSIG AAAA by \d+ ECDSAP256SHA256 tinh\.vn\., \S+Z to \S+Z$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("fault", "code", "word", "said"),
    [
        ("expired_signature", 1, "bogus", "signature_expired, EDE 7 (Signature Expired)"),
        ("wrong_ds", 1, "bogus", "ds_mismatch, EDE 9 (DNSKEY Missing)"),
        ("no_ds", 0, "insecure", "no_ds"),
        ("unsigned", 0, "insecure", "no_ds"),
        ("silent_zone", 3, "indeterminate", "no_reachable_authority, EDE 22 (No Reachable Authority)"),
    ],
)
def test_each_status_has_its_code_and_reason(fault: str, code: int, word: str, said: str, tmp_path: Path) -> None:
    small_province(tmp_path, f"{{id: loi, kind: {fault}, zone: tinh.vn}}")
    done = netaudit("trace", *WORLD, "--timeout", "0.1", "tinh.vn", "A", cwd=tmp_path)
    assert done.returncode == code
    assert re.search(rf"^. tinh\.vn A: {word}$", done.stdout, re.MULTILINE)
    assert f"    {said}" in done.stdout.splitlines()
    assert "✓ vn  secure" in done.stdout


def test_a_ds_without_its_key_is_pointed_out(tmp_path: Path) -> None:
    small_province(tmp_path, "{id: sai, kind: wrong_ds, zone: tinh.vn}")
    assert re.search(r"DS .* no such key in the zone$", netaudit("trace", *WORLD, "tinh.vn", cwd=tmp_path).stdout, re.M)


def test_an_island_of_security_shows_its_keys(tmp_path: Path) -> None:
    """A signed zone without DS: its keys are there, and lead to no trust anchor (RFC 4033 section 2)."""
    small_province(tmp_path, "{id: dao, kind: no_ds, zone: tinh.vn}")
    done = netaudit("trace", *WORLD, "www.tinh.vn", "A", "--svg", "chain.svg", cwd=tmp_path)
    zone = done.stdout[done.stdout.index("– tinh.vn  insecure") :]
    assert len(re.findall(r"^    DNSKEY  \d+ .* not anchored$", zone, re.MULTILINE)) == 2
    assert "not anchored" not in done.stdout[: done.stdout.index("– tinh.vn  insecure")]
    assert (tmp_path / "chain.svg").read_text("utf-8").count("✗ not anchored") == 2


def test_a_time_to_come_can_be_asked_about(province: Path) -> None:
    done = netaudit("trace", *WORLD, "--at", "2040-01-01", "tinh.vn", cwd=province)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1] == "    the signature has expired"
    assert done.stdout.count("follows from the zone above") == 2


def test_absence_is_proved_and_shown(province: Path) -> None:
    done = netaudit("trace", *WORLD, "khongco.tinh.vn", "MX", cwd=province)
    assert done.returncode == 0
    assert "    NXDOMAIN, no such record" in done.stdout.splitlines()
    assert done.stdout.splitlines()[-1].endswith(" does not exist (NXDOMAIN): its signed zone proves that")
    assert re.search(r"^    .* NSEC ", done.stdout, re.MULTILINE)
    assert "✓ khongco.tinh.vn MX: secure" in done.stdout


@pytest.mark.parametrize(
    ("fault", "code", "word"),
    [
        ("", 0, "secure"),
        ("{id: loi, kind: unsigned, zone: xn--lm-ng-3qa2kyj.vn}", 0, "insecure"),
        ("{id: loi, kind: expired_signature, zone: xn--lm-ng-3qa2kyj.vn}", 1, "bogus"),
    ],
)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("ngoai.tinh.vn", "ngoai.tinh.vn → xn--lm-ng-3qa2kyj.vn (lâm-đông.vn)"),
        ("www.cu.tinh.vn", "www.cu.tinh.vn → www.xn--lm-ng-3qa2kyj.vn (www.lâm-đông.vn)"),
    ],
)
def test_of_a_chain_of_aliases_the_weakest_link_is_named(
    name: str, path: str, fault: str, code: int, word: str, tmp_path: Path
) -> None:
    small_province(tmp_path, fault)
    world = tmp_path / "world.yaml"
    aliases = "ngoai   IN CNAME xn--lm-ng-3qa2kyj.vn.\n      cu      IN DNAME xn--lm-ng-3qa2kyj.vn.\n      alias "
    text = world.read_text("utf-8").replace('hosts: {"@": web}\n', 'hosts: {"@": web, www: web}\n')
    world.write_text(text.replace("alias ", aliases, 1), "utf-8")
    done = netaudit("trace", *WORLD, name, "A", cwd=tmp_path)
    assert done.returncode == code, done.stderr
    lines = done.stdout.splitlines()
    assert re.search(rf"^. {re.escape(name)} A: {word}$", done.stdout, re.MULTILINE)
    assert f"    {path}" in lines
    assert any(
        re.fullmatch(rf"    {re.escape(name)}\. \d+ CNAME (www\.)?xn--lm-ng-3qa2kyj\.vn\.", line) for line in lines
    )
    weakest = "    decided by the weakest link of the aliases, xn--lm-ng-3qa2kyj.vn (lâm-đông.vn) "
    assert any(line.startswith(weakest) for line in lines) == (word != "secure")


def test_policies_and_registries_decide_what_counts(tmp_path: Path) -> None:
    """RSASHA1 is for software to validate and for operators to treat as unsupported (RFC 9905 section 2)."""
    small_province(tmp_path, "{id: cu, kind: old_algorithm, zone: tinh.vn}")
    said = {policy: netaudit("trace", *WORLD, "--policy", policy, "tinh.vn", cwd=tmp_path) for policy in POLICIES}
    words = {policy: done.stdout.rpartition("tinh.vn SOA: ")[2].split()[0] for policy, done in said.items()}
    assert words == {"software": "secure", "operator": "insecure", "historic": "secure"}
    shipped = Path(rules.__path__[0]) / f"dnssec-algorithms-{REGISTRY.date}.yaml"
    withdrawn = re.sub(r"(mnemonic: RSASHA1.*implement_validation: )MUST,", r"\1MUST NOT,", shipped.read_text())
    (tmp_path / "later.yaml").write_text(withdrawn)
    later = netaudit("trace", *WORLD, "--algorithms", "later.yaml", "tinh.vn", cwd=tmp_path)
    assert "? tinh.vn" not in later.stdout
    assert "– tinh.vn SOA: insecure" in later.stdout
    (tmp_path / "wrong.yaml").write_text("{}")
    wrong = netaudit("trace", *WORLD, "--algorithms", "wrong.yaml", "tinh.vn", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "wrong.yaml" in wrong.stderr and "date" in wrong.stderr


def test_hostile_records_stay_text(province: Path) -> None:
    done = netaudit("trace", *WORLD, "thu.tinh.vn", "TXT", cwd=province)
    assert r'thu.tinh.vn. 300 TXT "\027[31mdo\007"' in done.stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stdout)


def test_vietnamese_keeps_the_words_of_rfc_4035(province: Path) -> None:
    done = netaudit("trace", "--world", "world.yaml", "tinh.vn", cwd=province)
    assert "✓ tinh.vn SOA: secure (xác thực được)" in done.stdout
    assert "neo tin cậy" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tinh.vn", "QQ"], '"QQ" is no RR type'),
        (["tinh.vn", "ANY"], "no type that a zone holds"),
        (["tinh..vn"], "empty label"),
        (["tinh.vn", "--at", "today"], '"today" is no time'),
        (["tinh.vn", "--world", "none.yaml"], "none.yaml"),
        ([], "Missing argument"),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], said: str, province: Path, inside: Inside) -> None:
    done = inside("trace", *WORLD, *arguments, cwd=province)
    assert done.returncode == 2
    assert said in done.stderr


def test_the_chain_can_be_drawn_into_a_file(province: Path) -> None:
    done = netaudit("trace", *WORLD, "tinh.vn", "--svg", "chain.svg", cwd=province)
    assert done.returncode == 0, done.stderr
    picture = (province / "chain.svg").read_text("utf-8")
    tags = re.findall(r"DNSKEY  (\d+)", done.stdout)
    assert len(tags) >= 6
    assert all(re.search(rf">[KZC]SK {tag} ", picture) for tag in tags)
    ElementTree.fromstring(picture)


def test_a_picture_that_cannot_be_written_is_2(province: Path) -> None:
    done = netaudit("trace", *WORLD, "tinh.vn", "--svg", "missing/chain.svg", cwd=province)
    assert done.returncode == 2
    assert "chain.svg" in done.stderr
