"""A budget that an attack spent is seen by the user: in `netaudit check` and in the report, in both languages."""

from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from netaudit.model.common import Reason, Side
from netaudit.model.run import Run
from netaudit.model.verdict import Status
from tests.cli.command import DATA, netaudit, small_province

_CHAIN = "".join(f"      c{n} IN CNAME c{n + 1}\n" for n in range(1, 15)) + "      c15 IN CNAME www\n"
_CYCLE = "    records: |\n      mot IN NS ns.hai.vn.\n      hai IN NS ns.mot.vn.\n"


class Seen(NamedTuple):
    """What is asked for, which check tells it, and how."""

    name: str
    check: str
    reason: Reason
    side: Side
    en: str
    vi: str


SEEN = {
    "keytrap": Seen(
        "tinh.vn", "dnssec.chain_valid", Reason.BUDGET, Side.BUDGET, "the budget was used up", "đã dùng hết hạn mức"
    ),
    "aliases": Seen(
        "c1.tinh.vn", "dnssec.name_secure", Reason.BUDGET, Side.BUDGET, "the budget was used up", "đã dùng hết hạn mức"
    ),
    "tsuname": Seen(
        "mot.vn", "dns.authoritative", Reason.NAME_RESOLUTION, Side.TARGET,
        "zones wait for each other in a circle", "các vùng chờ lẫn nhau theo vòng",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world with colliding keys, a long chain of aliases, and two zones that wait for each other."""
    folder = tmp_path_factory.mktemp("hostile")
    text = (DATA / "world.yaml").read_text(encoding="utf-8")
    text = text.replace("    signing: {denial: nsec3}\n", "    signing: {denial: nsec3}\n" + _CYCLE, 1)
    chained = text.replace("      alias   IN CNAME www\n", "      alias   IN CNAME www\n" + _CHAIN, 1)
    assert chained != text and _CYCLE in text
    (folder / "tsuname.yaml").write_text(chained, encoding="utf-8")
    (folder / "aliases.yaml").write_text(chained, encoding="utf-8")
    trap = "\nfaults: [{id: bay, kind: colliding_keys, zone: tinh.vn}]\n"
    (folder / "keytrap.yaml").write_text(text + trap, encoding="utf-8")
    return folder


@pytest.mark.parametrize("attack", SEEN)
def test_the_verdict_is_could_not_test_with_its_reason(attack: str, world: Path) -> None:
    seen = SEEN[attack]
    done = netaudit("check", "--world", f"{attack}.yaml", "-q", "-f", "json", seen.name, cwd=world)
    run = msgspec.json.decode(done.stdout, type=Run)
    outcome = next(r.verdict.outcome for r in run.results if r.verdict.check == seen.check)
    assert outcome.status is Status.COULD_NOT_TEST and outcome.failure is not None
    assert (outcome.failure.reason, outcome.failure.side) == (seen.reason, seen.side)
    if attack == "keytrap":
        assert outcome.args["reason"] == "budget_colliding_keys"
        proved = [r.verdict.check for r in run.results if r.verdict.outcome.message == "bogus"]
        assert not proved, "a budget proves nothing"


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("attack", SEEN)
def test_check_says_it_in_words(attack: str, language: str, world: Path) -> None:
    seen = SEEN[attack]
    done = netaudit("check", "--world", f"{attack}.yaml", "-q", "--lang", language, seen.name, cwd=world)
    assert getattr(seen, language) in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "more keys than allowed share one key tag and algorithm"),
        ("vi", "số khóa trùng nhãn khóa và thuật toán vượt giới hạn"),
    ],
)
def test_the_report_says_it_in_both_languages(language: str, words: str, tmp_path: Path) -> None:
    folder = small_province(tmp_path, "{id: bay, kind: colliding_keys, zone: tinh.vn}")
    done = netaudit("scan", "inventory.yaml", "--kind", "zone", "-q", "--lang", language, cwd=folder)
    assert done.returncode in (1, 3), done.stderr
    page = (folder / "out/zone/tinh.vn.html").read_text(encoding="utf-8")
    assert words in page
    assert SEEN["keytrap"]._asdict()[language] in page
