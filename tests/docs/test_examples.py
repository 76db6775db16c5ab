"""What the documents show is run, parsed and followed, so that they can't rot."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from netaudit.cli.main import main, run
from netaudit.content import content_path
from netaudit.dns.reasons import REASONS
from netaudit.model.common import Reason
from netaudit.model.verdict import Status
from netaudit.store.runfolder import read_run
from netaudit.writers import words
from netaudit.writers.wording import Wording
from tests.docs.markdown import blocks, command_lines, headings, links

_ROOT = Path(__file__).resolve().parents[2]
_WITH_COMMANDS = (
    "README.md", "README.vi.md", "docs/guide.md", "docs/guide.vi.md", "docs/facts.md", "docs/contributing.md",
    "docs/nightly.md", "docs/nightly.vi.md",
)  # fmt: skip
_IN_TWO_LANGUAGES = (
    ("README.md", "README.vi.md"), ("docs/guide.md", "docs/guide.vi.md"), ("docs/nightly.md", "docs/nightly.vi.md"),
)  # fmt: skip
_RUNNABLE, _OUTPUT = "python runnable", "text output"
_GROUPS = {"inventory", "checks", "profiles", "facts", "lab", "zone", "history", "schedule"}


def _documents() -> list[str]:
    found = [*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md")]
    return sorted(path.relative_to(_ROOT).as_posix() for path in found)


def _with_examples() -> list[str]:
    return [name for name in _documents() if any(block.info == _RUNNABLE for block in blocks(_ROOT / name))]


def test_the_documents_that_promise_examples_have_them() -> None:
    assert {"docs/dns.md", "docs/facts.md"} <= set(_with_examples())


@pytest.mark.parametrize("name", _with_examples())
def test_examples_run_and_print_what_the_document_says(
    name: str, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a document share their names, in order, beside a run folder called `out`."""
    monkeypatch.chdir(run_folder.parent)
    names: dict[str, object] = {"__name__": "example"}
    found = list(blocks(_ROOT / name))
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.info != _RUNNABLE:
            continue
        code = compile("\n" * (block.line - 1) + block.text, str(_ROOT / name), "exec")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(code, names)
        expected = following.text if following is not None and following.info == _OUTPUT else ""
        assert printed.getvalue() == expected, f"{name}:{block.line}"


@pytest.mark.parametrize("name", _WITH_COMMANDS)
def test_every_command_line_of_a_document_parses(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Command, options and values exist; only that a file exists is taken on trust."""
    monkeypatch.setattr(click.Path, "convert", lambda self, value, param, ctx: Path(value))
    found = list(command_lines(_ROOT / name))
    assert found
    problems = [f"{name}:{line}: {problem}" for line, words in found if (problem := _problem(words))]
    assert not problems, "\n".join(problems)


def _problem(words: list[str]) -> str:
    """Why the command line would be refused; parses as far as the command that does the work, and runs nothing."""
    command: click.Command = main
    context: click.Context | None = None
    try:
        while isinstance(command, click.Group):
            if not words:
                return ""  # the command itself is spoken of
            if words[0].startswith("-"):
                command.make_context(command.name, list(words), parent=context)
                return ""
            found = command.get_command(click.Context(command), words[0])
            if found is None:
                return f"there is no command {words[0]!r}"
            context = click.Context(command, info_name=command.name, parent=context)
            command, words = found, words[1:]
        command.make_context(command.name, list(words), parent=context)
    except click.exceptions.Exit:  # --help, --version
        return ""
    except click.ClickException as error:
        return "" if _is_named_only(error, words) else error.format_message()
    return ""


def _is_named_only(error: click.ClickException, words: list[str]) -> bool:
    """Whether a sentence names the bare command (`netaudit judge`) and shows no use of it."""
    return isinstance(error, click.MissingParameter) and not words


def test_a_wrong_command_line_would_be_noticed() -> None:
    assert "zone.txt" in _problem(["inventory", "init", "zone.txt"])
    assert "--nope" in _problem(["scan", "--nope"])
    assert "urgent" in _problem(["scan", "--fail-on", "urgent"])
    assert _problem(["frobnicate"])
    assert not _problem(["scan", "-i", "inventory.yaml", "--fail-on", "medium"])


@pytest.mark.parametrize("name", ["docs/guide.md", "docs/guide.vi.md"])
def test_a_guide_shows_every_command(name: str) -> None:
    shown = {tuple(words[: 2 if words[0] in _GROUPS else 1]) for _, words in command_lines(_ROOT / name) if words}
    wanted: set[tuple[str, ...]] = set()
    for command in main.list_commands(click.Context(main)):
        found = main.get_command(click.Context(main), command)
        if isinstance(found, click.Group):
            wanted |= {(command, sub) for sub in found.list_commands(click.Context(found))}
        else:
            wanted.add((command,))
    assert wanted - shown == set()


@pytest.mark.parametrize(("name", "language"), [("docs/guide.md", "en"), ("docs/guide.vi.md", "vi")])
def test_a_guide_says_of_every_reason_what_to_do(name: str, language: str) -> None:
    """Every reason has its row, which says what the report says."""
    text = (_ROOT / name).read_text(encoding="utf-8")
    rows = {word: (says, remedy) for word, says, remedy in re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", text, re.M)}
    wording = Wording(language)
    assert {word: (says, remedy.replace("`", "'")) for word, (says, remedy) in rows.items()} == {
        str(reason): (wording.gettext(words.REASONS[reason]), wording.gettext(words.REMEDIES[reason]))
        for reason in Reason
    }


@pytest.mark.parametrize(("english", "vietnamese"), _IN_TWO_LANGUAGES)
def test_both_languages_show_the_same(english: str, vietnamese: str) -> None:
    """The same commands in the same order, the same number of headings; the English one asks for English output."""
    assert _shown(vietnamese) == _shown(english)
    assert len(headings(_ROOT / vietnamese)) == len(headings(_ROOT / english))
    assert not re.search(r"--lang en", (_ROOT / vietnamese).read_text(encoding="utf-8"))


def _shown(name: str) -> list[str]:
    """The command lines in code blocks."""
    text = {number for block in blocks(_ROOT / name) for number in _lines_of(block.text, block.line)}
    found = [words for line, words in command_lines(_ROOT / name) if line in text]
    return [" ".join(words).replace(" --lang en", "") for words in found]


def _lines_of(text: str, first: int) -> range:
    return range(first, first + len(text.splitlines()))


@pytest.mark.parametrize("name", _documents())
def test_relative_links_lead_somewhere(name: str) -> None:
    path = _ROOT / name
    problems = []
    for line, target in links(path):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        if not linked.exists():
            problems.append(f"{name}:{line}: {target}: no such file")
        elif anchor and linked.suffix == ".md" and anchor not in headings(linked):
            problems.append(f"{name}:{line}: {target}: no such heading")
    assert not problems, "\n".join(problems)


def test_the_check_that_contributing_md_adds_works(run_folder: Path, tmp_path: Path) -> None:
    """In a copy of the checkout: its files are written, lint finds nothing, its cases hold, facts are judged by it."""
    for name in ("netaudit", "checks", "reports", "tests/checks"):
        shutil.copytree(_ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "pyproject.toml", tmp_path)
    files = [block for block in blocks(_ROOT / "docs/contributing.md") if "file=" in block.info]
    assert len(files) == 3
    for block in files:
        (tmp_path / block.info.partition("file=")[2]).write_text(block.text, encoding="utf-8")
    _in_copy(tmp_path, "netaudit", "checks", "lint")
    _in_copy(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests/checks/dns/test_servers_apart.py")
    _in_copy(tmp_path, "netaudit", "judge", str(run_folder), "-o", "again", "--fail-on", "never", "--allow-incomplete")
    results = [result for result in read_run(tmp_path / "again/run.json").results]
    found = {r.verdict.target.name: r.verdict.outcome.status for r in results if r.verdict.check == "dns.servers_apart"}
    assert found == {"lamdong.gov.vn": Status.PASS}


def _in_copy(folder: Path, module: str, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_dns_md_lists_every_reason_with_its_extended_error() -> None:
    text = (_ROOT / "docs/dns.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([a-z0-9_]+)` \| (\d*) ?\|", text, re.MULTILINE))
    assert listed == {word: "" if reason.ede is None else str(reason.ede) for word, reason in REASONS.items()}


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder called `out`, with the facts, run and report of a small scan in the lab."""
    output = tmp_path_factory.mktemp("documents") / "out"
    arguments = ["scan", str(content_path("inventory.yaml")), "--target", "lamdong.gov.vn", "-o", str(output), "-q"]
    assert run(arguments) in (0, 1, 3)
    return output
