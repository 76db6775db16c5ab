"""`netaudit scan` of what is not live yet, and `netaudit zone lint`, as a user runs them."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from netaudit.lab.authority import zone_contents
from netaudit.lab.keyring import Keyring
from netaudit.lab.worldfile import load_world
from netaudit.model.change import Difference
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from netaudit.store.runfolder import read_run
from tests.cli.conftest import Inside

ZONE = """$TTL 300
@ IN SOA ns1 host 2030010101 7200 3600 1209600 300
@ NS ns1
@ NS ns2
@ A 203.0.113.10
@ AAAA 2001:db8:113::10
ns1 A 203.0.113.53
ns1 AAAA 2001:db8:113::53
ns2 A 198.51.100.53
ns2 AAAA 2001:db8:100::53
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ns", "ns1.tinh.vn"], "name it with --zonefile or --delegation"),
        (["--zonefile", "tinh.vn"], "write ZONE=FILE"),
        (["--zonefile", "tinh.vn=nowhere"], "nowhere: No such file"),
        (["--zonefile", "tinh.vn=broken.zone"], "broken.zone:3: not the data of a A record"),
        (["--zonefile", "a..b=zone"], "a..b"),
        (["--zonefile", ".=zone"], "the root has no parent"),
        (["--delegation", "tinh.vn", "--delegation", "b.vn", "--ns", "ns1.tinh.vn"], "one zone"),
        (["--delegation", "tinh.vn", "--ns", "ns1.tinh.vn=x"], "ns1.tinh.vn=x"),
        (["--delegation", "tinh.vn", "--ds", "1 2 3"], "not a DS record"),
        (["--delegation", "tinh.vn", "--ds", "@nowhere"], "No such file"),
        (["--delegation", "tinh.vn", "--ds", "b.vn. IN DS 1 13 2 " + "ab" * 32], "b.vn is not proposed"),
        (["--delegation", "tinh.vn", "--delegation", "b.vn", "--ds", "none"], "write the zone in front"),
        (["--delegation", "tinh.vn", "--resume"], "a proposal is scanned anew"),
        (["--delegation", "tinh.vn", "--kind", "nothing"], "nothing selected"),
        (["--delegation", "khong.vn"], "khong.vn is not delegated yet: name its servers with --ns"),
    ],
)
def test_wrong_usage(province: Path, inside: Inside, options: list[str], said: str) -> None:
    (province / "broken.zone").write_text("$TTL 5\n@ NS ns1\nns1 A x\n")
    (province / "zone").write_text(ZONE)
    done = inside("scan", *options, "-q", "--lang", "en", cwd=province)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_new_zone_is_scanned_as_if_it_were_there(province: Path, inside: Inside) -> None:
    (province / "moi.zone").write_text(ZONE)
    done = inside(
        "scan",
        "--zonefile",
        "moi.vn=moi.zone",
        "--check",
        "dns.*",
        "--fail-on",
        "low",
        "-q",
        "--lang",
        "en",
        cwd=province,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "taken for granted that the parent will prove that there is no DS" in done.stdout
    assert "Could not be tested, and would be good" in done.stdout
    run = json.loads((province / "out" / "run.json").read_text())
    assert {r["verdict"]["target"]["name"] for r in run["results"]} == {"moi.vn"}
    live = json.loads((province / "out" / "live" / "run.json").read_text())
    assert {r["verdict"]["outcome"]["status"] for r in live["results"]} == {"could_not_test", "not_applicable"}
    page = (province / "out" / "index.html").read_text()
    assert "As if it were live already:</b> moi.vn: zone file moi.zone (" in page


def test_the_records_of_a_proposed_zone_are_followed(province: Path, inside: Inside) -> None:
    """Only the proposed zone's content is known; what is live is not told from the file."""
    (province / "moi.zone").write_text(f"{ZONE}cu CNAME www.hethan.vn.\nthunghiem A 203.0.113.9\n")
    inside("scan", "--zonefile", "moi.vn=moi.zone", "--kind", "zone", "-q", cwd=province)

    def messages(folder: Path) -> dict[str, str]:
        results = json.loads((folder / "run.json").read_text())["results"]
        return {r["verdict"]["check"]: r["verdict"]["outcome"]["message"] for r in results}

    proposed, live = messages(province / "out"), messages(province / "out" / "live")
    assert (proposed["dns.dangling_records"], proposed["dns.unlisted_names"]) == ("unregistered", "unlisted")
    assert "unlisted" not in live.values()


def test_a_change_is_told_in_vietnamese_and_ends_with_1(province: Path, inside: Inside) -> None:
    (province / "tinh.zone").write_text(ZONE)
    done = inside(
        "scan", "--zonefile", "tinh.vn=tinh.zone", "--kind", "zone", "--target", "tinh.vn", "-q", cwd=province
    )
    assert done.returncode == 1
    assert "Hiện nay → đề xuất" in done.stdout
    assert "lỗi: DS " in done.stdout
    assert "dnssec.ds_matches" in done.stdout
    assert "\x1b[" not in done.stdout


def test_the_report_holds_what_would_change(province: Path, inside: Inside) -> None:
    """The terminal, run.json, the index and the zone's page say the same of live and proposed."""
    wrong = "1 13 2 " + "ab" * 32
    done = inside(
        "scan", "--delegation", "tinh.vn", "--ds", wrong, "--kind", "zone", "-q", "--lang", "en", cwd=province
    )
    assert done.returncode == 1, done.stdout + done.stderr
    run = msgspec.json.decode((province / "out" / "run.json").read_bytes(), type=Run)
    live = msgspec.json.decode((province / "out" / "live" / "run.json").read_bytes(), type=Run)
    assert run.comparison is not None
    assert (run.comparison.before, live.comparison) == (live.id, None)
    broken = {c.check: c for c in run.comparison.changes if c.difference is Difference.BROKEN}
    change = broken["dnssec.ds_matches"]
    assert change.before is not None and change.after is not None
    assert (change.before.outcome.status, change.after.outcome.status) == (Status.PASS, Status.FAIL)
    changed = sum(change.after is not None for change in run.comparison.changes)
    assert sum(run.comparison.unchanged.values()) + changed == len(run.results)
    assert run.comparison.unchanged[Status.PASS] > 5
    for page in ("index.html", "zone/tinh.vn.html"):
        text = (province / "out" / page).read_text("utf-8")
        section = text[text.index('<section id="comparison"') :]
        section = section[: section.index("</section>")]
        assert f"Would fail, and does not now: {len(broken)}" in section
        row = section[section.index("dnssec.ds_matches.html") :].partition("</tr>")[0]
        assert ">pass</span>: " in row and ">fail</span>: " in row
    other = (province / "out" / "live" / "run.json").parent / "index.html"
    assert not other.exists(), "the live run has no report of its own"
    assert "Would fail, and does not now" in done.stdout
    again = inside("report", "out", "--lang", "vi", cwd=province)
    assert again.returncode == 0, again.stderr
    assert "Sẽ không đạt (hiện nay thì không phải vậy)" in (province / "out" / "index.html").read_text("utf-8")
    judged_again = inside("judge", "out", "--lang", "en", cwd=province)
    assert judged_again.returncode == 1, judged_again.stderr
    assert read_run(province / "out" / "run.json").comparison == run.comparison
    fewer = inside("judge", "out", "-o", "fewer", "--check", "dnssec.ds_matches", "--lang", "en", cwd=province)
    assert fewer.returncode == 1, fewer.stderr
    compared = read_run(province / "fewer" / "run.json").comparison
    assert compared is not None
    assert [c.check for c in compared.changes] == ["dnssec.ds_matches"], "both runs are judged by the same checks"


def test_a_file_signed_with_the_same_keys_changes_nothing(province: Path, inside: Inside) -> None:
    """The lab's keys are kept beside the facts, so that a later scan is of the same lab."""
    assert inside("collect", "--kind", "zone", "-q", cwd=province).returncode == 0
    keys = Keyring(province / "out" / "lab-keys.json")
    world = load_world(province / "world.yaml")
    text = next(z.text for z in zone_contents(world, time.time(), keys).zones if z.name == "tinh.vn")
    (province / "tinh.zone").write_text(text)
    done = inside("scan", "--zonefile", "tinh.vn=tinh.zone", "--kind", "zone", "-q", "--lang", "en", cwd=province)
    assert "No verdict would change." in done.stdout
    assert "warning: the serial" in done.stdout
    assert done.returncode == 0, done.stdout + done.stderr


def test_errors_in_a_file_end_a_scan_with_1_unless_nothing_may(province: Path, inside: Inside) -> None:
    (province / "moi.zone").write_text(ZONE + "a CNAME b\na TXT x\n")
    options = ("scan", "--zonefile", "moi.vn=moi.zone", "--check", "dns.tcp", "-q", "--lang", "en")
    done = inside(*options, cwd=province)
    assert "moi.zone:11: error: a.moi.vn has a CNAME and other data: TXT" in done.stdout
    assert done.returncode == 1
    assert json.loads((province / "out" / "run.json").read_text())["exit_code"] == 1
    assert inside(*options, "--fail-on", "never", cwd=province).returncode == 0


def test_lint(tmp_path: Path, inside: Inside) -> None:
    (tmp_path / "good").write_text(ZONE)
    (tmp_path / "bad").write_text(ZONE + "@ NS ns3\n")
    (tmp_path / "broken").write_text("$TTL 5\n@ NS (\n")
    (tmp_path / "dsset").write_text(f"tinh.vn. IN DS 1 13 2 {'AB' * 20} {'AB' * 12} ; one\n")
    good = inside("zone", "lint", "good", "--origin", "tinh.vn", cwd=tmp_path)
    assert (good.returncode, good.stdout) == (0, "")
    assert good.stderr == "good: tinh.vn, 8 RRset, 0 lỗi, 0 cảnh báo\n"
    bad = inside("zone", "lint", "bad", "--origin", "tinh.vn", "--lang", "en", cwd=tmp_path)
    assert bad.returncode == 1
    assert bad.stdout.startswith("bad:3: error: tinh.vn NS points to ns3.tinh.vn")
    broken = inside("zone", "lint", "broken", "--origin", "tinh.vn", cwd=tmp_path)
    assert (broken.returncode, broken.stdout) == (1, "broken:2: a parenthesis is never closed\n")
    with_ds = inside("zone", "lint", "good", "--origin", "tinh.vn", "--ds", "@dsset", "--lang", "en", cwd=tmp_path)
    assert with_ds.returncode == 1
    assert "error: DS 1 13 2 fits none of the zone's keys (–)" in with_ds.stdout
    assert inside("zone", "lint", "nowhere", "--origin", "tinh.vn", cwd=tmp_path).returncode == 2
