"""The route table, read back by mrtparse and by our own reader."""

from pathlib import Path
from typing import Any

import mrtparse
import pytest

from netaudit.lab.mrt import mrt_bytes
from netaudit.lab.world import Fault
from netaudit.routing.mrt import read_routes
from tests.lab_python.client import small_world

NOW = 1_790_000_000.0


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.mrt"
    path.write_bytes(mrt_bytes(small_world(), NOW))
    return path


def test_mrtparse_reads_what_the_world_says(table: Path) -> None:
    records = [entry.data for entry in mrtparse.Reader(str(table))]
    assert all(list(record["timestamp"]) == [int(NOW)] for record in records)
    peers = records[0]["peer_entries"]
    assert [(peer["peer_as"], peer["peer_ip"]) for peer in peers] == [
        ("64496", "192.0.2.201"),
        ("64497", "192.0.2.202"),
        ("64497", "2001:db8::202"),
    ]
    seen = {}
    for record in records[1:]:
        prefix = f"{record['prefix']}/{record['length']}"
        seen[prefix] = [
            (entry["peer_index"], _attribute(entry, 2)[0]["value"], entry["originated_time"])
            for entry in record["rib_entries"]
        ]
    paths = {prefix: [(index, path) for index, path, _ in entries] for prefix, entries in seen.items()}
    assert paths == {
        "192.0.2.0/24": [(0, ["64496", "64501", "64510"]), (1, ["64497", "64502", "64510", "64510"])],
        "2001:db8::/32": [(2, ["64497", "4200000001", "64510"])],
    }
    assert _attribute(records[2]["rib_entries"][0], 14)["next_hop"] == ["2001:db8::202"]
    assert _attribute(records[1]["rib_entries"][0], 3) == "192.0.2.201"


def _attribute(entry: dict[str, Any], kind: int) -> Any:
    return next(a["value"] for a in entry["path_attributes"] if next(iter(a["type"])) == kind)


def test_our_own_reader_agrees(table: Path) -> None:
    dump = read_routes(table, ["192.0.2.0/24", "2001:db8::/32"])
    assert dump.data_time == NOW
    assert sorted((route.prefix, route.as_path) for route in dump.routes) == sorted(
        (route.prefix, route.as_path) for route in small_world().routes
    )


def test_a_withdrawn_prefix_is_not_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "table.mrt"
    fault = Fault(id="gone", kind="withdrawn", prefix="192.0.2.0/24")
    path.write_bytes(mrt_bytes(small_world(fault), NOW))
    dump = read_routes(path, ["192.0.2.0/24", "2001:db8::/32"])
    assert {route.prefix for route in dump.routes} == {"2001:db8::/32"}
