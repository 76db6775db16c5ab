"""The commands `checks` and `profiles`: what they print where, exit codes, and the reference in docs/checks."""

import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netaudit.cli.checks import checks
from netaudit.cli.profiles import profiles
from netaudit.content import content_path
from netaudit.judge.catalogue import load_catalogue
from netaudit.judge.profiles import load_profiles
from netaudit.writers.reference import GENERATED, INDEX, reference_pages

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def run_checks(*arguments: str) -> Result:
    return CliRunner().invoke(checks, arguments)


def run_profiles(*arguments: str) -> Result:
    return CliRunner().invoke(profiles, arguments)


def in_a_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "netaudit", *arguments], capture_output=True, text=True, check=False)


def columns(line: str) -> list[str]:
    return re.split(r" {2,}", line)


@pytest.fixture
def own_checks(tmp_path: Path) -> Path:
    """A copy of the checks, to be broken."""
    return Path(shutil.copytree(content_path("checks"), tmp_path / "checks"))


def replace(path: Path, old: str, new: str) -> int:
    """Replace the one `old` in a file; return its line."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_list_has_every_check_in_one_line_with_its_worst_severity() -> None:
    result = run_checks("list", "--lang", "en")
    assert result.exit_code == 0
    heading, *lines = result.stdout.splitlines()
    assert columns(heading) == ["CHECK", "TARGET", "SEVERITY", "PASSES WHEN"]
    rows = {row[0]: row[1:] for row in map(columns, lines)}
    assert list(rows) == list(load_catalogue().checks)
    assert rows["dns.tcp"] == ["zone", "medium", "Every name server answers over TCP"]
    # high for every service, critical for the portal: the worst counts
    assert rows["web.reachable"][1] == "critical"
    assert not CONTROL.search(result.stdout)


def test_list_takes_a_family_and_speaks_vietnamese() -> None:
    lines = run_checks("list", "--family", "dual_stack").stdout.splitlines()
    assert {line.split(".")[0] for line in lines[1:]} == {"dual_stack"}
    assert "Nội dung trang giống nhau qua IPv4 và IPv6" in "\n".join(lines)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("checks", "list", "--family", "dnsec"), 'did you mean "dnssec"?'),
        (("checks", "list", "--family", "zzz"), "dual_stack, ipv6"),
        (("checks", "show", "dns.tpc"), 'did you mean "dns.tcp"?'),
        (("checks", "show", "zzz"), "netaudit checks list"),
        (("profiles", "show", "vn-bas"), 'did you mean "vn-base"?'),
        (("profiles", "show", "zzz"), "vn-number-resources"),
        (("checks", "docs"), "--output"),
    ],
)
def test_what_is_unknown_ends_with_2_and_a_hint(arguments: tuple[str, ...], hint: str) -> None:
    result = in_a_process(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert hint in result.stderr


def test_an_unknown_id_can_not_steer_the_terminal() -> None:
    result = run_checks("show", "dns.\x1b[31mtcp\x07")
    assert result.exit_code == 2
    assert not CONTROL.search(result.stderr)


def test_show_explains_a_check() -> None:
    text = run_checks("show", "dns.ns_ipv6", "--lang", "en").stdout
    info = load_catalogue().infos["dns.ns_ipv6"]
    assert text.splitlines()[0] == f"dns.ns_ipv6  {info.title.en}"
    for part in (info.why.en, info.fix.en, info.recheck, *info.references, *(m.en for m in info.messages.values())):
        assert part in text
    assert "  - min_servers = 2" in text.splitlines()
    assert "BASE-DNS-06 (vn-base)" in text
    assert not CONTROL.search(text)


def test_show_tells_who_asks_the_worst_first_with_deadline_and_basis() -> None:
    lines = run_checks("show", "web.ipv6_ready", "--lang", "en").stdout.splitlines()
    asked = [line for line in lines if "(vn-ipv6-gov-2021)" in line]
    assert [line.split()[1] for line in asked] == ["VN-GOV-02", "VN-GOV-03", "VN-GOV-06"]
    assert asked[0].endswith("[high; national programme, source read; Deadline 31 Dec 2025]")
    assert asked[2].endswith("[medium; derived, source read; Deadline 31 Dec 2025]")


def test_show_speaks_vietnamese_by_default() -> None:
    text = run_checks("show", "dns.tcp").stdout
    assert "Mọi máy chủ tên miền đều trả lời qua TCP" in text
    assert "Vì sao quan trọng" in text
    assert "Why it matters" not in text


def test_profiles_list_says_when_each_is_in_effect() -> None:
    heading, *lines = run_profiles("list", "--lang", "en").stdout.splitlines()
    rows = {row[0]: row[1:] for row in map(columns, lines)}
    assert columns(heading)[0] == "PROFILE"
    assert list(rows) == list(load_profiles())
    assert rows["vn-ipv6-gov-2021"][1:] == [
        "in effect from 14 Jan 2021 to 31 Dec 2025", "10", "IPv6 For Gov programme (2021-2025)",
    ]  # fmt: skip
    assert rows["vn-dns-security"][1] == "in effect since 23 Oct 2014"


def test_profiles_show_prints_every_clause_with_deadline_basis_confidence_and_checks() -> None:
    text = run_profiles("show", "vn-dns-security", "--lang", "en").stdout
    blocks = {block.split()[0]: block.splitlines()[1:] for block in text.split("\n\n") if block.startswith("VN-")}
    assert list(blocks) == [clause.id for clause in load_profiles()["vn-dns-security"].clauses]
    assert blocks["VN-DNS-04"][:5] == [
        "  - Deadline: 1 Jun 2018",
        "  - Basis: legal text, secondary source",
        "  - Source: 32/2017/TT-BTTTT Đ15.4 (mirror); current force not verified",
        "  - Severity: high",
        "  - Checks: dnssec.name_secure",
    ]
    assert "  - Deadline: 31 Dec 2017 (source not verified)" in blocks["VN-DNS-01"]
    assert "  - Not before: 23 Mar 2018" in blocks["VN-DNS-02"]
    assert "  - Passes when: a person attests “registry_lock” in the inventory" in blocks["VN-DNS-06"]
    assert "derived" in blocks["VN-DNS-03"][1] and "legal" not in blocks["VN-DNS-03"][1]
    assert not CONTROL.search(text)


def test_profiles_show_names_kinds_in_words_of_the_language() -> None:
    text = run_profiles("show", "vn-ipv6-gov-2021").stdout
    assert "Đạt khi: 100\u00a0% số đo được trong: Cổng thông tin điện tử" in text
    assert "số đo được trong: mọi dịch vụ" in text


@pytest.mark.parametrize("arguments", [("profiles", "list"), ("checks", "list"), ("checks", "show", "dns.tcp")])
def test_only_a_terminal_gets_ornament(arguments: tuple[str, ...]) -> None:
    plain = in_a_process(*arguments)
    assert plain.returncode == 0
    assert not re.search(r"[─│┃━\x1b]", plain.stdout)
    main_end, terminal_end = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "netaudit", *arguments],
        stdout=terminal_end,
        stderr=subprocess.PIPE,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    ) as process:
        os.close(terminal_end)
        shown = read_all(main_end)
        os.close(main_end)
    assert process.returncode == 0
    assert re.search(r"[─│┃━\x1b]", shown)


def read_all(descriptor: int) -> str:
    found = b""
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # Linux reports EIO when the other end of a pseudo-terminal is closed
            piece = b""
        if not piece:
            return found.decode()
        found += piece


def test_lint_finds_nothing_in_what_is_shipped() -> None:
    result = in_a_process("checks", "lint")
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{len(load_catalogue().checks)} checks and {len(load_profiles())} profiles" in result.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("dns/tcp.yaml", "target: zone", "target: zoen", 'target can\'t be "zoen"'),
        ("dns/tcp.yaml", "id: dns.tcp", "id: dns.udp", 'the id must be "dns.tcp"'),
        (
            "dns/tcp.yaml",
            "each answering over TCP: {answered} of {total}.'",
            "each answering over TCP: {total}.'",
            "only one language has answered",
        ),
        ("dns/tcp.yaml", "dig +short NS {target}", "dig +short NS {tagret}", "no outcome has an argument tagret"),
        ("profiles/vn-base.yaml", "[dns.server_count]", "[dns.server_cuont]", 'did you mean "dns.server_count"?'),
        ("profiles/vn-base.yaml", "effective: 2018-07-12", "effective: soon", "effective"),
    ],
)
def test_lint_names_file_and_line_and_ends_with_2(
    own_checks: Path, file: str, old: str, new: str, message: str
) -> None:
    line = replace(own_checks / file, old, new)
    result = in_a_process("checks", "lint", str(own_checks))
    assert (result.returncode, result.stdout) == (2, "")
    # a text's key may stand on a line above the words that were broken
    near = [f"{own_checks / file}:{number}: " for number in (line, line - 1, line - 2)]
    assert any(where in problem and message in problem for where in near for problem in result.stderr.splitlines())


def test_lint_finds_a_check_without_texts(own_checks: Path) -> None:
    (own_checks / "dns" / "tcp.yaml").unlink()
    result = in_a_process("checks", "lint", str(own_checks))
    assert result.returncode == 2
    assert "tcp.yaml is missing beside it" in result.stderr


def test_reference_in_docs_is_what_the_catalogue_says() -> None:
    """`make docs` brings it up to date."""
    folder = Path(__file__).parents[2] / "docs" / "checks"
    wanted = reference_pages(load_catalogue().infos, [*load_profiles().values()])
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    assert there.keys() == wanted.keys(), "run make docs"
    stale = [name for name, text in wanted.items() if there[name] != text]
    assert not stale, "run make docs"


def test_docs_writes_an_index_and_a_page_a_check_in_both_languages(tmp_path: Path) -> None:
    result = run_checks("docs", "--output", str(tmp_path / "new" / "reference"))
    assert result.exit_code == 0
    assert result.stdout == ""
    folder = tmp_path / "new" / "reference"
    ids = set(load_catalogue().checks)
    assert {path.stem for path in folder.iterdir()} - {"README"} == ids
    index = (folder / INDEX).read_text(encoding="utf-8")
    assert set(re.findall(r"\]\(([^)]+)\.md\)", index)) == ids
    page = (folder / "dns.tcp.md").read_text(encoding="utf-8")
    assert page.index("## Every name server answers over TCP") < page.index(
        "## Mọi máy chủ tên miền đều trả lời qua TCP"
    )
    assert "```sh\nfor s in $(dig +short NS {target})" in page


def test_docs_are_the_same_twice_and_old_pages_of_its_own_go(tmp_path: Path) -> None:
    run_checks("docs", "--output", str(tmp_path))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "dns.gone.md").write_text(f"{GENERATED}\n\n# dns.gone\n", encoding="utf-8")
    (tmp_path / "by-hand.md").write_text("# Mine\n", encoding="utf-8")
    run_checks("docs", "--output", str(tmp_path))
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after == before | {"by-hand.md": b"# Mine\n"}


@pytest.mark.parametrize(
    ("group", "commands"), [("checks", ("list", "show", "lint", "docs")), ("profiles", ("list", "show"))]
)
def test_help_has_examples(group: str, commands: tuple[str, ...]) -> None:
    known = {"checks": checks, "profiles": profiles}[group]
    assert set(known.commands) == set(commands)
    for command in commands:
        text = CliRunner().invoke(known, [command, "--help"]).stdout
        assert f"netaudit {group} {command}" in text.partition("Examples:")[2]
