"""The rooms keep to their walls: who may open sockets, what a check may import, what the tree may say."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOCKET_USERS = {
    "netaudit/net", "netaudit/lab", "netaudit/sources/door.py",
    "netaudit/serve/server.py", "netaudit/notify/mail.py", "netaudit/notify/webhook.py",
}  # fmt: skip
OPENERS = re.compile(
    r"socket\.socket\(|create_connection\(|create_datagram_endpoint\(|open_connection\(|start_server\("
    r"|connect_tcp\(|create_server\(|(?<!netaudit\.)dns\.(async)?query|(?<!netaudit\.)dns\.(async)?resolver|httpx\.(get|post|Client)\b|urlopen\("
    r"|smtplib\.SMTP"
)
CHECKS_MAY_IMPORT = ("netaudit.model", "netaudit.rules", "dns", "cryptography")
PURE_STDLIB = {
    "base64", "binascii", "bisect", "collections", "collections.abc", "dataclasses", "datetime", "difflib", "enum",
    "functools", "hashlib", "ipaddress", "itertools", "math", "operator", "re", "statistics", "string", "textwrap",
    "typing", "urllib.parse",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found


def test_only_the_network_room_and_the_lab_open_sockets() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked("netaudit/**.py", "checks/**.py")
        if not any(str(path.relative_to(ROOT)).startswith(room) for room in SOCKET_USERS)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if OPENERS.search(line)
    ]
    assert offenders == []


def test_only_the_browser_and_the_lab_start_programs() -> None:
    starters = re.compile(r"create_subprocess|subprocess\.(run|Popen|call|check_)|os\.(system|popen|exec|spawn)")
    found = {
        str(path.relative_to(ROOT))
        for path in tracked("netaudit/**.py", "checks/**.py")
        if starters.search(path.read_text())
    }
    assert {name for name in found if not name.startswith("netaudit/lab/")} == {"netaudit/net/devtools.py"}


@pytest.mark.parametrize("path", tracked("checks/**.py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_checks_import_only_models_rules_and_pure_libraries(path: Path) -> None:
    strangers = {
        name
        for name in imports_of(path)
        if name not in PURE_STDLIB and not any(name == ok or name.startswith(f"{ok}.") for ok in CHECKS_MAY_IMPORT)
    }
    assert strangers == set()
    assert not re.search(r"datetime\.now|\.utcnow|date\.today|\bopen\(", path.read_text()), (
        "a judge has no clock, no files"
    )


def test_scapy_is_imported_in_one_place_at_most_and_lazily() -> None:
    users = [path for path in tracked("netaudit/**.py") if "scapy" in path.read_text()]
    assert all("netaudit/net/" in str(path) for path in users)
    eager = [path for path in users if re.search(r"^(import|from) scapy", path.read_text(), re.MULTILINE)]
    assert eager == []


def test_the_repository_says_nothing_of_a_machine_or_a_registry() -> None:
    words = re.compile(
        r"(^|[^\w.-])/(home|root|work)/\w|https?://[^ \"]*/(simple|packages|dists|pool)/"
        r"|files\.pythonhosted|registry\.npmjs"
    )
    offenders = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".txt", ".html", ".css", ".sh", ""}
        and path != Path(__file__)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if words.search(line)
    ]
    assert offenders == []


def test_files_fit_in_the_head() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("netaudit/**.py", "checks/**.py")
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}
