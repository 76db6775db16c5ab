"""The digest of a zone file (RFC 8976), with the example of its appendix A.1 and a zone that the lab signed."""

from pathlib import Path

import dns.name
import dns.zone
import dns.zonetypes
import pytest

from netaudit.authority.lint_zonemd import lint_zonemd
from netaudit.authority.masterfile import read_zone_file
from netaudit.lab.world import Signing
from tests.lab_python.client import small_world
from tests.proposed.rehearsal import Rehearsal

EXAMPLE = """\
example. 86400 IN SOA ns1.example. admin.example. 2018031900 1800 900 604800 86400
example. 86400 IN NS ns1.example.
example. 86400 IN NS ns2.example.
ns1.example. 3600 IN A 203.0.113.63
ns2.example. 3600 IN AAAA 2001:db8::63
"""
SHA384 = "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c"


def zonemd(*rest: str) -> str:
    return "".join(f"example. 86400 IN ZONEMD {text}\n" for text in rest)


def codes(folder: Path, text: str, zone: str = "example") -> list[tuple[str, bool]]:
    path = folder / "example.zone"
    path.write_text(text)
    found = list(lint_zonemd(read_zone_file(path, dns.name.from_text(zone))))
    assert all("ZONEMD" in text.splitlines()[finding.place.line - 1] for finding in found if finding.place is not None)
    return [(finding.code, finding.is_error) for finding in found]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((), []),
        ((f"2018031900 1 1 {SHA384}",), []),
        ((f"2018031900 1 1 {SHA384[:-1]}d",), [("zonemd_mismatch", True)]),
        ((f"2018031901 1 1 {SHA384}",), [("zonemd_serial", True)]),
        ((f"2018031900 1 1 {SHA384}", f"2018031900 1 1 {SHA384[:-1]}d"), [("zonemd_duplicate", True)] * 2),
        ((f"2018031900 1 240 {SHA384}", f"2018031900 1 1 {SHA384}"), [("zonemd_unknown", False)]),
        ((f"2018031900 240 1 {SHA384}",), [("zonemd_unknown", False)]),
    ],
)
def test_the_example_of_the_standard(
    tmp_path: Path, records: tuple[str, ...], expected: list[tuple[str, bool]]
) -> None:
    assert codes(tmp_path, EXAMPLE + zonemd(*records)) == expected


def test_a_record_changed_since(tmp_path: Path) -> None:
    text = EXAMPLE.replace("203.0.113.63", "203.0.113.64") + zonemd(f"2018031900 1 1 {SHA384}")
    assert codes(tmp_path, text) == [("zonemd_mismatch", True)]


@pytest.mark.parametrize("algorithm", [1, 2], ids=["SHA-384", "SHA-512"])
@pytest.mark.parametrize("denial", ["nsec", "nsec3"])
def test_a_signed_zone(tmp_path: Path, algorithm: int, denial: str) -> None:
    """Signatures, glue and the hashed chain belong to the digest; the record itself and its signature do not."""
    text = Rehearsal(tmp_path, small_world(signing=Signing(denial=denial))).text("tinh.vn")  # type: ignore[arg-type]
    whole = dns.zone.from_text(text, "tinh.vn", relativize=False)
    made = whole.compute_digest(dns.zonetypes.DigestHashAlgorithm(algorithm))
    good = text + f"tinh.vn. 300 IN ZONEMD {made.to_text()}\n"
    assert codes(tmp_path, good, "tinh.vn") == []
    signature = next(line for line in good.splitlines() if " RRSIG " in line)
    assert codes(tmp_path, good.replace(f"{signature}\n", "", 1), "tinh.vn") == [("zonemd_mismatch", True)]
