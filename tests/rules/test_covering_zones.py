"""Which zone holds a name, by names alone."""

import pytest

from netaudit.rules.covering import covering_zone, is_registry, likely_zones


@pytest.mark.parametrize(
    ("name", "zones", "expected"),
    [
        ("a.b.example.vn", ("example.vn", "b.example.vn", "vn"), "b.example.vn"),
        ("example.vn", ("example.vn",), "example.vn"),
        ("example.vn", ("ample.vn", "a.example.vn"), None),
        ("example.vn", (".",), "."),
        ("example.vn", (), None),
    ],
)
def test_the_nearest_zone_holds_a_name(name: str, zones: tuple[str, ...], expected: str | None) -> None:
    assert covering_zone(name, zones) == expected


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["www.lamdong.gov.vn", "lamdong.gov.vn", "motcua.dalat.lamdong.gov.vn"], ("lamdong.gov.vn",)),
        (["www.dalat.vn", "mail.truong.edu.vn", "a.b.example.com"], ("dalat.vn", "truong.edu.vn", "example.com")),
        (["gov.vn"], ("gov.vn",)),
        (["www.net.example"], ("net.example",)),
        (["localhost"], ("localhost",)),
    ],
)
def test_likely_zones_are_the_registered_domains(hosts: list[str], expected: tuple[str, ...]) -> None:
    assert likely_zones(hosts) == expected


@pytest.mark.parametrize("zone", [".", "vn", "com", "gov.vn", "com.vn", "co.uk"])
def test_a_registry_registers_names_right_below_it(zone: str) -> None:
    assert is_registry(zone)


@pytest.mark.parametrize("zone", ["lamdong.gov.vn", "example.com", "com.example", "provider.vn"])
def test_other_zones_are_nobodys_registry(zone: str) -> None:
    assert not is_registry(zone)
