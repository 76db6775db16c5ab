"""Where each target stands in the inventory: all kinds, what is listed and what was only met."""

import pytest

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.judge.asked import left_out
from netaudit.judge.locations import locations_of_run
from netaudit.model.location import Location
from netaudit.model.verdict import Target, TargetKind

LOADED = load(content_path("inventory.yaml"))
LINES = content_path("inventory.yaml").read_text(encoding="utf-8").splitlines()
KNOWN = {
    "inventory": Location(file="inventory.yaml"),
    **{name: Location(file="inventory.yaml", line=line) for name, line in LOADED.lines.items()},
}


def line_of(target: Target, known: dict[str, Location] = KNOWN) -> Location:
    return locations_of_run([target], LOADED.inventory, known)[str(target)]


def test_every_target_that_an_inventory_lists_stands_where_it_is_named() -> None:
    targets = left_out(LOADED.inventory, 1_795_528_800.0, ())
    assert {target.kind for target in targets} == set(TargetKind)
    for target in targets:
        name = target.name.partition("://")[2].rpartition(":")[0] or target.name.partition("/")[0]
        location = line_of(target)
        entry = "\n".join(LINES[location.line - 1 : location.line + 3])
        assert name in entry, (target, location.line)


@pytest.mark.parametrize(
    ("kind", "name", "named"),
    [
        (TargetKind.ZONE, "gov.vn", "lamdong.gov.vn"),  # met above the first service
        (TargetKind.MAIL, "lamdong.gov.vn", "scheme: mail"),
    ],
)
def test_what_is_not_listed_by_itself_stands_at_its_first_service(kind: TargetKind, name: str, named: str) -> None:
    location = line_of(Target(kind=kind, name=name))
    assert location.line > 1
    assert named in "\n".join(LINES[location.line - 1 : location.line + 5])


def test_what_nobody_named_stands_for_the_inventory_as_a_whole() -> None:
    assert line_of(Target(kind=TargetKind.ZONE, name="example")) == Location(file="inventory.yaml", line=1)


def test_an_owner_in_a_proposed_zone_file_stands_there() -> None:
    there = Location(file="zones/lamdong.zone", line=12)
    known = {**KNOWN, "owner:www.lamdong.gov.vn": there}
    for kind, name in (
        (TargetKind.HOST, "www.lamdong.gov.vn"), (TargetKind.ENDPOINT, "https://www.lamdong.gov.vn:443")
    ):  # fmt: skip
        assert line_of(Target(kind=kind, name=name), known) == there
    assert line_of(Target(kind=TargetKind.ZONE, name="lamdong.gov.vn"), known).file == "inventory.yaml"


def test_facts_without_lines_give_none() -> None:
    assert locations_of_run([Target(kind=TargetKind.ZONE, name="lamdong.gov.vn")], LOADED.inventory, {}) == {}
