import sys
from pathlib import Path

import pytest

from netaudit.judge.catalogue import CatalogueError, load_catalogue
from netaudit.judge.lint import lint_catalogue
from netaudit.model.evidence import Evidence
from netaudit.model.verdict import TargetKind

JUDGE = '''"""Whether it is so."""

from netaudit.model.evidence import ZoneEvidence
from netaudit.model.verdict import Outcome, passed

from ._helpers import WORD


def judge(evidence: ZoneEvidence, *, least: int) -> Outcome:
    """Judge."""
    return passed("ok", word=WORD, least=least)
'''
TEXTS = """id: fruit.ripe
target: zone
title: {vi: Chín, en: Ripe}
why: {vi: Vì sao, en: Why}
fix: {vi: Sửa, en: Fix}
messages:
  ok: {vi: "Có {word}", en: "There is {word}"}
recheck: dig {target} {word}
references: [RFC 1035]
parameters: {least: 3}
stable: [word]
aliases: [fruit.mature]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue of one check."""
    family = tmp_path / "fruit"
    family.mkdir()
    (family / "_helpers.py").write_text('WORD = "apple"\n')
    (family / "ripe.py").write_text(JUDGE)
    (family / "ripe.yaml").write_text(TEXTS)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "plan.yaml").write_text("id: plan\n")
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_a_check_is_its_judge_and_its_texts(folder: Path) -> None:
    catalogue = load_catalogue(folder)
    check = catalogue.checks["fruit.ripe"]
    outcome = check.judge(Evidence(now=0.0, vantage=None), **check.info.parameters)
    assert outcome.args == {"word": "apple", "least": 3}
    assert catalogue.about(TargetKind.ZONE) == (check,)
    assert catalogue.about(TargetKind.HOST) == ()
    assert catalogue.resolve("fruit.mature") == "fruit.ripe"
    assert catalogue.resolve("fruit.rotten") is None
    assert lint_catalogue(catalogue) == []


def test_the_catalogue_is_loaded_once(folder: Path) -> None:
    first = load_catalogue(folder)
    (folder / "fruit" / "ripe.yaml").unlink()
    assert load_catalogue(folder) is first


def test_judges_of_the_program_are_modules_of_a_private_package() -> None:
    catalogue = load_catalogue()
    modules = {check.judge.__module__ for check in catalogue.checks.values()}
    assert modules == {f"netaudit._checks.{id}" for id in catalogue.checks}
    assert "checks.dns.tcp" not in modules
    assert "netaudit._checks.dns.tcp" in sys.modules


def test_the_digest_names_the_content_of_the_checks_and_of_their_helpers(folder: Path, tmp_path: Path) -> None:
    first = load_catalogue(folder).sha256
    copies = []
    for number, (name, text) in enumerate(
        (("fruit/_helpers.py", 'WORD = "pear"\n'), ("fruit/ripe.yaml", TEXTS + "\n"), ("profiles/plan.yaml", "id: x\n"))
    ):
        other = tmp_path / f"copy{number}"
        for path in ("fruit/_helpers.py", "fruit/ripe.py", "fruit/ripe.yaml", "profiles/plan.yaml"):
            (other / path).parent.mkdir(parents=True, exist_ok=True)
            (other / path).write_bytes((folder / path).read_bytes())
        (other / name).write_text(text)
        copies.append(load_catalogue(other).sha256)
    assert first not in copies[:2]
    assert copies[2] == first  # a run holds its profiles whole


@pytest.mark.parametrize("lacking", ["ripe.py", "ripe.yaml"])
def test_half_a_check_is_refused(folder: Path, lacking: str) -> None:
    (folder / "fruit" / lacking).unlink()
    other = {"ripe.py": "ripe.yaml", "ripe.yaml": "ripe.py"}[lacking]
    assert problems(folder) == [f"fruit/{other}: {lacking} is missing beside it"]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("id: fruit.ripe", "id: fruit.green", 'fruit/ripe.yaml:1: the id must be "fruit.ripe"'),
        ("target: zone", "target: zoon", "fruit/ripe.yaml:2: target can't be"),
        ("target: zone", "tarqet: zone", 'fruit/ripe.yaml:2: unknown key "tarqet"  (did you mean "target"?)'),
        ("fix: {vi: Sửa, en: Fix}", "fix: {vi: Sửa}", 'fruit/ripe.yaml:5: the key "en" is missing'),
        ("{least: 3}", "{most: 3}", "fruit/ripe.yaml:10: parameters must be those of the judge: least"),
        ("id: fruit.ripe", "id: [", "fruit/ripe.yaml:3: not YAML"),
    ],
)
def test_a_wrong_text_file_is_named_with_its_line(folder: Path, old: str, new: str, wanted: str) -> None:
    (folder / "fruit" / "ripe.yaml").write_text(TEXTS.replace(old, new))
    assert problems(folder)[0].startswith(wanted)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("return passed", "return passed(", "fruit/ripe.py:11: not Python: "),
        ("import WORD", "import WURD", "fruit/ripe.py:6: can't be imported: "),
        ("def judge", "def juge", "fruit/ripe.py: it has no function called judge"),
    ],
)
def test_a_wrong_judge_is_named_with_its_line(folder: Path, old: str, new: str, wanted: str) -> None:
    (folder / "fruit" / "ripe.py").write_text(JUDGE.replace(old, new))
    assert problems(folder)[0].startswith(wanted)


def test_every_problem_is_told_at_once(folder: Path) -> None:
    (folder / "fruit" / "raw.yaml").write_text("id: fruit.raw\n")
    (folder / "fruit" / "ripe.yaml").write_text("")
    assert problems(folder) == ["fruit/raw.yaml: raw.py is missing beside it", "fruit/ripe.yaml: the file is empty"]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("There is {word}", "There it is", "fruit/ripe.yaml:7: messages.ok: only one language has word"),
        ('{vi: "Có {word}", en: "There is {word}"}', '{vi: "Có {weight}", en: "Is {weight}"}', "argument weight"),
        ("{vi: Chín, en: Ripe}", '{vi: Chín, en: " "}', "fruit/ripe.yaml:3: title is empty in one language"),
        ("{vi: Vì sao, en: Why}", "{vi: Why, en: Why}", "fruit/ripe.yaml:4: why is the same in both languages"),
        ("dig {target} {word}", "dig {taget}", "fruit/ripe.yaml:8: recheck: no outcome has an argument taget"),
        ("[RFC 1035]", "[]", "fruit/ripe.yaml:9: at least one reference is wanted"),
        ("stable: [word]", "stable: [sword]", "fruit/ripe.yaml:11: no outcome has an argument sword"),
        ("stable: [word]", "explained_by: [fruit.ripened]", 'unknown check fruit.ripened did you mean "fruit.ripe"?'),
        ("stable: [word]", "explained_by: [fruit.ripe]", "a check can't explain itself"),
        ("[fruit.mature]", "[fruit.ripe]", "fruit/ripe.yaml:12: fruit.ripe is the id of a check"),
        ("target: zone", "target: host", "a judge of a host takes evidence: HostEvidence"),
        ("messages:", "messages:\n  gone: {vi: Hết, en: Gone}", "fruit/ripe.yaml:7: no outcome has the message gone"),
        ("messages:", "messages:\n  not_observed: {vi: Hết, en: Gone}", "not_observed is what judging itself says"),
    ],
)
def test_lint_names_what_loading_does_not_mind(folder: Path, old: str, new: str, wanted: str) -> None:
    (folder / "fruit" / "ripe.yaml").write_text(TEXTS.replace(old, new))
    found = [str(problem) for problem in lint_catalogue(load_catalogue(folder))]
    assert len(found) == 1
    assert wanted in found[0]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ('passed("fine", word=WORD, least=least)', ["the judge gives the message fine, which has no text"]),
        ('passed("ok" if least else "fine", word=WORD, least=least)', ["the judge gives the message fine, which has"]),
        ('passed("judge_failed", word=WORD, least=least)', ["judge_failed is what judging itself says"]),
        ('passed(f"o{WORD}", word="ok", least=least)', []),
    ],
)
def test_lint_names_messages_without_a_text(folder: Path, given: str, wanted: list[str]) -> None:
    judge = JUDGE.replace('passed("ok", word=WORD, least=least)', given) + '\n\nOTHER = "ok"\n'
    (folder / "fruit" / "ripe.py").write_text(judge)
    found = [problem.message for problem in lint_catalogue(load_catalogue(folder))]
    assert len(found) == len(wanted)
    assert all(message.startswith(start) for message, start in zip(found, wanted, strict=True))


def test_the_checks_of_the_program_have_nothing_to_lint() -> None:
    assert lint_catalogue() == []
