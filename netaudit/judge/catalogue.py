"""The catalogue: every check of `checks/`, its judge and its texts, loaded once a process."""

import hashlib
import importlib
import inspect
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from netaudit.content import content_path
from netaudit.judge.documents import ContentError, Problem, read_struct
from netaudit.model.profile import CheckInfo
from netaudit.model.verdict import Outcome, TargetKind

__all__ = ["Catalogue", "CatalogueError", "Check", "load_catalogue"]

Judge = Callable[..., Outcome]

_PACKAGE = "netaudit._checks"
_NAME = re.compile(r"[a-z0-9][a-z0-9_]*")
_NO_FAMILY = {"profiles", "__pycache__"}


class CatalogueError(ContentError):
    """The checks can't be loaded."""


@dataclass(frozen=True)
class Check:
    """A check: what it is about, its judge, and where its texts stand."""

    info: CheckInfo
    judge: Judge
    path: Path
    lines: Mapping[str, int]

    def line(self, key: str) -> int:
        """The line of a key of the YAML file, such as `messages.ok`."""
        return self.lines.get(f"$.{key}", 0)


@dataclass(frozen=True)
class Catalogue:
    """All checks by id. `sha256` is of their content, so that a run names what judged it."""

    checks: Mapping[str, Check]
    sha256: str

    def about(self, kind: TargetKind) -> tuple[Check, ...]:
        """The checks that look at targets of one kind."""
        return self._by_kind.get(kind, ())

    def resolve(self, id: str) -> str | None:
        """The id of the check that is or was called `id`; None when there is none."""
        return id if id in self.checks else self._aliases.get(id)

    @cached_property
    def infos(self) -> dict[str, CheckInfo]:
        """What each check is about."""
        return {id: check.info for id, check in self.checks.items()}

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return {alias: id for id, check in self.checks.items() for alias in check.info.aliases}

    @cached_property
    def _by_kind(self) -> dict[TargetKind, tuple[Check, ...]]:
        return {kind: tuple(c for c in self.checks.values() if c.info.target is kind) for kind in TargetKind}


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Load the checks of a folder; without one, those that belong to this program.

    `FAMILY/NAME.py` holds the judge and `FAMILY/NAME.yaml` the texts; their id is `FAMILY.NAME`. Files
    that begin with _ are helpers. The judges become modules of the private package `netaudit._checks`.
    Raises CatalogueError with every problem found.
    """
    return _load((folder or content_path("checks")).resolve())


@cache
def _load(folder: Path) -> Catalogue:
    package = _package(folder)
    problems: list[Problem] = []
    checks: dict[str, Check] = {}
    for family, name in _stems(folder, problems):
        try:
            check = _check(folder, package, family, name)
        except ContentError as error:
            problems += error.problems
        else:
            checks[check.info.id] = check
    if problems:
        raise CatalogueError(problems)
    return Catalogue(checks=checks, sha256=_digest(folder))


def _package(folder: Path) -> str:
    """Make the private package whose modules are the files of `folder`; another folder gets another name."""
    own = folder == content_path("checks").resolve()
    name = _PACKAGE if own else f"{_PACKAGE}_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    return name


def _stems(folder: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Family and name of each check; a file without its other half is a problem."""
    for family in sorted(e for e in folder.iterdir() if e.is_dir() and e.name not in _NO_FAMILY):
        stems = {
            suffix: {path.stem for path in family.glob(f"*{suffix}") if not path.name.startswith("_")}
            for suffix in (".py", ".yaml")
        }
        for name in sorted(stems[".py"] ^ stems[".yaml"]):
            have, lack = (".py", ".yaml") if name in stems[".py"] else (".yaml", ".py")
            problems.append(Problem(str(family / f"{name}{have}"), 0, f"{name}{lack} is missing beside it"))
        for name in sorted(stems[".py"] & stems[".yaml"]):
            if _NAME.fullmatch(name) and _NAME.fullmatch(family.name):
                yield family.name, name
            else:
                problems.append(
                    Problem(str(family / f"{name}.py"), 0, "a name of small letters, digits and _ is wanted")
                )


def _check(folder: Path, package: str, family: str, name: str) -> Check:
    path = folder / family / f"{name}.yaml"
    info, document = read_struct(path, CheckInfo)
    if info.id != f"{family}.{name}":
        raise CatalogueError([Problem(str(path), document.line("$.id"), f'the id must be "{family}.{name}"')])
    judge = _judge(package, folder / family / f"{name}.py", family, name)
    wanted = {p.name for p in inspect.signature(judge).parameters.values() if p.kind is p.KEYWORD_ONLY}
    if wanted != set(info.parameters):
        listed = ", ".join(sorted(wanted)) or "none"
        line = document.line("$.parameters")
        raise CatalogueError([Problem(str(path), line, f"parameters must be those of the judge: {listed}")])
    return Check(info, judge, path, document.lines)


def _judge(package: str, path: Path, family: str, name: str) -> Judge:
    try:
        module = importlib.import_module(f"{package}.{family}.{name}")
    except SyntaxError as error:
        raise CatalogueError([Problem(str(path), error.lineno or 0, f"not Python: {error.msg}")]) from error
    except Exception as error:  # whatever a module may do wrong while it is imported
        raise CatalogueError([Problem(str(path), _line_in(path, error), f"can't be imported: {error}")]) from error
    judge: Judge | None = getattr(module, "judge", None)
    if not inspect.isfunction(judge):
        raise CatalogueError([Problem(str(path), 0, "it has no function called judge")])
    return judge


def _line_in(path: Path, error: BaseException) -> int:
    """The line of the file in which an import failed."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _digest(folder: Path) -> str:
    """Of all that judges: helpers too, profiles not, for a run holds its profiles whole."""
    digest = hashlib.sha256()
    files = (path for path in folder.glob("*/*") if path.suffix in (".py", ".yaml"))
    for path in sorted(path for path in files if path.parent.name not in _NO_FAMILY):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
