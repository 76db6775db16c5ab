"""Live sources in an inventory: what is read, and what is wrong with a line number."""

from datetime import date
from pathlib import Path

import pytest

from netaudit.inventory import InventoryError
from netaudit.inventory.loader import load_bytes
from netaudit.model.inventory import Inventory

HEAD = """schema: 1
network: {network}
province: {{id: p, name: {{vi: Tỉnh, en: Province}}}}
contact: {{name: P}}
authorisation: {{text: allowed}}
tiers: [{{id: t, name: {{vi: Cấp, en: Tier}}}}]
units: [{{id: a, name: {{vi: A, en: A}}, tier: t}}]
services: []
"""
GOOD = """sources:
  - {kind: ripestat, url: "https://stat.ripe.net", sourceapp: my-province, max_age_hours: 8}
  - {kind: ris_whois, host: riswhois.ripe.net}
  - {kind: rdap}
  - {kind: irr, host: whois.radb.net}
  - {kind: irr, host: whois.apnic.net, port: 4343}
  - {kind: rtr, host: 10.0.0.5, port: 3323}
  - {kind: vrps, url: "https://rpki.example.vn/json"}
  - {kind: delegated, url: "https://ftp.apnic.net/stats/apnic/delegated-apnic-extended-latest"}
"""


def read(text: str, network: str = "internet") -> Inventory:
    content = HEAD.format(network=network) + text
    return load_bytes(content.encode(), Path("inventory.yaml"), date(2026, 11, 26)).inventory


def test_sources_are_read_and_named() -> None:
    assert [source.name for source in read(GOOD).sources] == [
        "ripestat:stat.ripe.net",
        "ris_whois:riswhois.ripe.net:43",
        "rdap",
        "irr:whois.radb.net:43",
        "irr:whois.apnic.net:4343",
        "rtr:10.0.0.5:3323",
        "vrps:rpki.example.vn/json",
        "delegated:ftp.apnic.net/stats/apnic/delegated-apnic-extended-latest",
    ]
    assert read(GOOD).sources[0].max_age_hours == 8
    assert read("").sources == ()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{kind: ripestat}", "needs its url"),
        ("{kind: rtr}", "needs its host"),
        ('{kind: rtr, url: "https://rpki.example.vn"}', "has no url"),
        ('{kind: vrps, host: rpki.example.vn, url: "https://rpki.example.vn"}', "has no host"),
        ('{kind: vrps, url: "https://rpki.example.vn", port: 8080}', "has no port of its own"),
        ('{kind: vrps, url: "https://rpki.example.vn", sourceapp: x}', "only RIPEstat"),
        ('{kind: vrps, url: "http://rpki.example.vn/json"}', "not read over HTTPS"),
        ('{kind: vrps, url: "file:///etc/passwd"}', "is no URL"),
        ('{kind: vrps, url: "ftp://ftp.apnic.net/x"}', "not read over HTTPS"),
        ('{kind: vrps, url: "https://a:b@rpki.example.vn/"}', "holds credentials"),
        ('{kind: vrps, url: "https://rpki.example.vn:99999/"}', "is no URL"),
        ('{kind: vrps, url: "https://rpki.example.vn/a b"}', "is no URL"),
        ('{kind: ripestat, url: "https://stat.ripe.net/?a=b"}', "is no base URL"),
        ("{kind: irr, host: 'whois radb'}", "not a host name"),
        ("{kind: irr, host: tỉnh.vn}", "is not in A-labels"),
        ("{kind: irr, host: whois.radb.net, max_age_hours: -1}", "max_age_hours"),
        ("{kind: looking_glass, host: x.vn}", "it is one of"),
        ("{kind: irr, host: whois.radb.net, prot: 43}", 'unknown key "prot"'),
    ],
)
def test_what_is_wrong_is_said_with_its_line(source: str, message: str) -> None:
    with pytest.raises(InventoryError) as caught:
        read(f"sources:\n  - {{kind: rdap}}\n  - {source}\n")
    (problem,) = caught.value.problems
    assert problem.line == len(HEAD.splitlines()) + 3
    assert message in str(problem)


def test_a_source_is_listed_once() -> None:
    with pytest.raises(InventoryError, match=r'"irr:whois\.radb\.net:43" is listed twice'):
        read("sources:\n  - {kind: irr, host: whois.radb.net}\n  - {kind: irr, host: whois.radb.net, port: 43}\n")


@pytest.mark.parametrize(
    "source",
    ["{kind: rdap}", "{kind: irr, host: whois.radb.net}", "{kind: rtr, host: localhost.localdomain}",
     "{kind: rtr, host: 192.0.2.1}", '{kind: vrps, url: "https://rpki.example.vn/"}'],
)  # fmt: skip
def test_in_the_lab_a_source_must_be_on_this_machine(source: str) -> None:
    with pytest.raises(InventoryError, match="in the lab a source must have a loopback address"):
        read(f"sources: [{source}]\n", "lab")


def test_in_the_lab_a_loopback_address_will_do() -> None:
    sources = 'sources: [{kind: rtr, host: "::1", port: 3323}, {kind: vrps, url: "http://127.0.0.1:8080/json"}]\n'
    assert [source.name for source in read(sources, "lab").sources] == ["rtr:[::1]:3323", "vrps:127.0.0.1:8080/json"]
