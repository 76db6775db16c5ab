"""Master files as BIND reads them, and zones as BIND's signer leaves them."""

import subprocess
from pathlib import Path

import dns.name
import dns.rdatatype
import dns.zone
import pytest

from netaudit.authority.lint import lint
from netaudit.authority.lint_dnssec import lint_signatures
from netaudit.authority.masterfile import ZoneFile, read_zone_file
from netaudit.dns.anchors import DS, parse_anchors
from netaudit.dns.message import Response
from netaudit.dns.query import make_query
from netaudit.dns.validate import Validator
from netaudit.engine.proposal import Proposal
from netaudit.lab.world import Signing
from netaudit.model.exchange import Exchange
from netaudit.net.network import Network
from tests.lab.daemons import find_program
from tests.lab.requirements import unavailable
from tests.lab_python.client import FIRST, FIRST6, small_world
from tests.proposed.rehearsal import NOW, Rehearsal, name

pytestmark = pytest.mark.daemons

APEX = dns.name.from_text("tinh.vn")

WRITTEN = r"""$TTL 1h
@ IN SOA ns1 host ( 1 7200 ; refresh
     3600 1209600 300 )
  NS ns1
ns1 A 192.0.2.1
$GENERATE 1-3 may${0,3} 60 A 192.0.2.$
$GENERATE 0-4/2 x${10,0,x} CNAME may00$$.\$x
$GENERATE 15-17 ${0,3,n}.r IN PTR may$
$GENERATE 15-17 ${0,4,N}q IN PTR may$
$GENERATE 200-200 ${-3,1,n} PTR may$
$GENERATE 1-2 txt$ TXT "hai tu $"
$GENERATE 8-10 o${-8,3,o} A 192.0.2.1
$GENERATE 250-252 h${0,4,X} 300 IN A 192.0.2.$
a\.b A 192.0.2.4
\097\200 A 192.0.2.5
q  IN  10 A 192.0.2.7 ; "unclosed (
   1w2d A 192.0.2.8
( p A
  192.0.2.6 )
(
 z A 192.0.2.66 )
txt TXT "a;b" c\;d "" ( "e"
  f )
$INCLUDE con.inc con
   AAAA 2001:db8::1
$ORIGIN sau
@ A 192.0.2.9
raw TYPE65280 \# 3 0a0B0c
"""
INCLUDED = "www A 192.0.2.20\n$TTL 5\n$ORIGIN xa\n@ A 192.0.2.21\n"

UNSIGNED = f"""$TTL 300
@ SOA ns1 host 9 7200 3600 1209600 300
@ NS ns1
ns1 A {FIRST}
ns1 AAAA {FIRST6}
@ A 192.0.2.80
*.rong A 192.0.2.81
a.b.c TXT "below empty non-terminals"
con NS ns.example.
x.y.con2 NS ns.example.
ky NS ns.example.
ky DS 12345 13 2 {"ab" * 32}
"""


def program(command: str) -> str:
    found = find_program(command)
    if found is None:
        unavailable(f"needs {command}: see tests/apt-packages.txt")
    return found


def test_the_same_records(tmp_path: Path) -> None:
    (tmp_path / "zone").write_text(WRITTEN)
    (tmp_path / "con.inc").write_text(INCLUDED)
    command = [program("named-compilezone"), "-q", "-i", "none", "-k", "ignore", "-o", "out", "tinh.vn", "zone"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    theirs = dns.zone.from_file(str(tmp_path / "out"), APEX, relativize=False)
    ours = read_zone_file(tmp_path / "zone", APEX).content
    assert {(n, r.rdtype, r.ttl, frozenset(r)) for n, rrsets in ours.rrsets.items() for r in rrsets.values()} == {
        (n.canonicalize(), r.rdtype, r.ttl, frozenset(r)) for n, r in theirs.iterate_rdatasets()
    }


@pytest.fixture(params=["nsec", "nsec3", "optout"])
def signed(request: pytest.FixtureRequest, tmp_path: Path) -> ZoneFile:
    """A zone signed by dnssec-signzone."""
    flags = {"nsec": [], "nsec3": ["-3", "-"], "optout": ["-3", "c0ffee", "-A"]}[request.param]
    for more in ([], ["-f", "KSK"]):
        keygen = [program("dnssec-keygen"), "-q", "-a", "ECDSAP256SHA256", *more, "tinh.vn"]
        subprocess.run(keygen, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "zone").write_text(UNSIGNED)
    dates = ["-s", "20261101000000", "-e", "20270101000000"]
    command = [program("dnssec-signzone"), "-q", "-P", "-S", *dates, *flags, "-o", "tinh.vn", "-f", "signed", "zone"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return read_zone_file(tmp_path / "signed", APEX)


def test_what_bind_signs_is_clean(signed: ZoneFile) -> None:
    assert [*lint(signed), *lint_signatures(signed, NOW)] == []


QUESTIONS = {
    ("tinh.vn", "SOA"): "secure", ("nope.tinh.vn", "A"): "secure", ("x.nope.tinh.vn", "A"): "secure",
    ("x.rong.tinh.vn", "A"): "secure", ("x.rong.tinh.vn", "AAAA"): "secure", ("b.c.tinh.vn", "A"): "secure",
    ("c.tinh.vn", "A"): "secure", ("tinh.vn", "MX"): "secure", ("ky.tinh.vn", "DS"): "secure",
    ("con.tinh.vn", "DS"): "secure", ("x.y.con2.tinh.vn", "DS"): "secure", ("y.con2.tinh.vn", "A"): "secure",
}  # fmt: skip


async def test_every_answer_from_it_validates(signed: ZoneFile, tmp_path: Path) -> None:
    """Denial by NSEC, by NSEC3 and under opt-out, where nothing but insecurity can be proved."""
    opt_out = signed.content.nsec3 is not None and signed.content.nsec3[0] == bytes.fromhex("c0ffee")
    rehearsal = Rehearsal(tmp_path, small_world(signing=Signing()))
    ds = _ds_of(tmp_path)
    seen = await rehearsal.see(Proposal(APEX, signed, ds=ds))
    assert seen.verdict("dnssec.denial_valid")[0] == ("not_applicable" if opt_out else "pass")
    exchanges = [await _ask(seen.deployed.network, *asked) for asked in (("tinh.vn", "DNSKEY"), *QUESTIONS)]
    validator = Validator(exchanges, {APEX: ds}, NOW)
    for (owner, rdtype), expected in QUESTIONS.items():
        status = validator.status(name(owner), dns.rdatatype.from_text(rdtype)).status.value
        loose = opt_out and (owner.startswith(("nope", "x.nope", "x.rong", "con.", "x.y.con2", "y.con2")))
        assert status in ({expected, "insecure"} if loose else {expected}), (owner, rdtype, status)


async def _ask(network: Network, owner: str, rdtype: str) -> Exchange:
    exchange = await network.dns(make_query(name(owner), dns.rdatatype.from_text(rdtype)), FIRST)
    assert Response(exchange).message is not None
    return exchange


def _ds_of(folder: Path) -> tuple[DS, ...]:
    (line,) = (folder / "dsset-tinh.vn.").read_text().splitlines()
    return parse_anchors([line])[APEX]
