"""`netaudit facts`: the evidence behind results, readable and harmless."""

import re
from pathlib import Path

import pytest

from netaudit.model.facts import MailFact, WebFact
from netaudit.model.run import Run
from netaudit.store.facts import read_facts
from netaudit.store.runfolder import read_run
from tests.cli.command import netaudit, small_province
from tests.cli.conftest import Inside

pytestmark = pytest.mark.xdist_group("facts")

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = small_province(tmp_path_factory.mktemp("scanned"), "{id: h, kind: no_hsts, host: tinh.vn}")
    assert netaudit("scan", cwd=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def run(scanned: Path) -> Run:
    return read_run(scanned / "out" / "run.json")


def test_the_id_of_a_result_shows_every_fact_behind_it(scanned: Path, run: Run) -> None:
    result = next(r for r in run.results if r.verdict.check == "web.hsts")
    done = netaudit("facts", "show", result.id, cwd=scanned)
    assert done.returncode == 0
    assert done.stdout.startswith("web.hsts endpoint:https://tinh.vn:443: fail, ")
    assert result.verdict.outcome.facts
    for id in result.verdict.outcome.facts:
        assert f"\nweb {id}\n" in done.stdout
    assert re.search(r"^> GET https://tinh\.vn/ at 203\.0\.113\.10$", done.stdout, re.MULTILINE)
    assert re.search(r"^    names    tinh\.vn, www\.tinh\.vn, ", done.stdout, re.MULTILINE)
    assert re.search(r"^    issuer   CN=netaudit lab root$", done.stdout, re.MULTILINE)
    assert "< 200\n" in done.stdout


def test_a_dns_message_reads_like_dig(scanned: Path, run: Run) -> None:
    book = read_facts(scanned / "out" / "facts.jsonl.zst")
    exchange = next(e for e in book.exchanges if e.server == "2001:db8:113::53" and e.question[1].name == "SOA")
    done = netaudit("facts", "show", exchange.id, "out/facts.jsonl.zst", cwd=scanned)
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        f"dns {exchange.id}",
        "; dig @2001:db8:113::53 tinh.vn. SOA +norecurse +dnssec",
        f";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: {int.from_bytes(exchange.query[:2], 'big')}",
    ]
    assert ";; flags: qr aa; QUERY: 1, ANSWER: 2, AUTHORITY: 0, ADDITIONAL: 1" in lines
    assert any(re.match(r"tinh\.vn\. 300 IN SOA ns1\.tinh\.vn\. ", line) for line in lines)
    assert ";; SERVER: 2001:db8:113::53#53 (UDP)" in lines


def test_every_fact_of_a_scan_can_be_shown_and_is_listed(scanned: Path, inside: Inside) -> None:
    book = read_facts(scanned / "out" / "facts.jsonl.zst")
    listed = inside("facts", "list", cwd=scanned).stdout.splitlines()
    assert [line.split("  ")[0] for line in listed] == [fact.id for fact in book.facts]
    kinds = {line.split("  ")[1]: line.split("  ")[0] for line in listed}
    assert set(kinds) == {"scan", "self", "dns", "zone", "name", "web", "page", "connect_times", "mail", "job", "end"}
    for kind, id in kinds.items():
        done = inside("facts", "show", id, cwd=scanned)
        assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"{kind} {id}")
        assert not CONTROL.search(done.stdout)


def test_a_kind_can_be_listed_alone(scanned: Path, inside: Inside) -> None:
    book = read_facts(scanned / "out" / "facts.jsonl.zst")
    done = inside("facts", "list", "--kind", "mail", "--kind", "w*", "out", cwd=scanned)
    wanted = [fact.id for fact in book.facts if isinstance(fact, (MailFact, WebFact))]
    assert [line.split("  ")[0] for line in done.stdout.splitlines()] == wanted
    assert inside("facts", "list", "--kind", "khong", cwd=scanned).returncode == 2


def test_an_unknown_id_is_2_with_near_misses(scanned: Path, run: Run, inside: Inside) -> None:
    book = read_facts(scanned / "out" / "facts.jsonl.zst")
    exchange, result = book.exchanges[0], run.results[0]
    for typed, meant in ((exchange.id[:-1], exchange.id), (result.id[:9], result.id), ("zone-tinh.v", "zone-tinh.vn")):
        done = inside("facts", "show", typed, cwd=scanned)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"did you mean {meant}" in done.stderr
    assert "see netaudit facts list" in inside("facts", "show", "\x1b[2J", cwd=scanned).stderr


def test_what_is_no_run_is_2(scanned: Path, tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "facts.jsonl.zst").write_bytes(b"PK\x03\x04")
    for arguments in (["show", "x", "none"], ["list", "world.yaml"], ["show", "x", str(tmp_path)]):
        done = inside("facts", *arguments, cwd=scanned)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
