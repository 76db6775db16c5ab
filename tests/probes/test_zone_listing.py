"""What is kept of a zone file and of a permitted transfer: names, types and where records lead."""

import asyncio
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rrset

from netaudit.model.common import Reason, Side, Transport
from netaudit.model.exchange import Exchange
from netaudit.model.targets import ListedName, ListedTarget, ZoneListing
from netaudit.probes.extras import without_data
from netaudit.probes.zone_listing import read_listing, transferred

APEX = dns.name.from_text("agency.example")
SOA = "@ 300 IN SOA ns1 hostmaster 1 7200 1800 1209600 300"
LINES = """
@ 300 IN NS ns1
ns1 300 IN A 192.0.2.1
www 300 IN CNAME Shop.Provider.Example.
@ 300 IN MX 0 .
@ 300 IN TXT "v=spf1 include:_spf.partner.example a:%{d}.macro.example -all ip4:192.0.2.1"
@ 300 IN TXT "secret"
_x._tcp 300 IN SRV 0 0 0 .
app 300 IN HTTPS 0 app.provider.example.
self 300 IN HTTPS 1 . alpn=h2
branch 300 IN NS ns.branch
ns.branch 300 IN A 192.0.2.9
host.branch 300 IN CNAME occluded.example.
"""


def axfr(*, cut: bool = False, rcode: int = dns.rcode.NOERROR, soa: str = SOA) -> Exchange:
    query = dns.message.make_query(APEX, "AXFR")
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.Rcode(rcode))
    lines = [soa, *LINES.strip().splitlines(), *([] if cut else [soa])] if rcode == dns.rcode.NOERROR else []
    for line in lines:
        name, ttl, _, rdtype, data = line.split(" ", 4)
        owner = dns.name.from_text(name, APEX)
        rdata = dns.rdata.from_text("IN", rdtype, data, origin=APEX, relativize=False)
        response.answer.append(dns.rrset.from_rdata(owner, int(ttl), rdata))
    return Exchange.new(
        server="192.0.2.1", transport=Transport.TCP, query=query.to_wire(), at=0.0,
        response=response.to_wire(max_size=65_535),
    )  # fmt: skip


def listed(exchange: Exchange, apex: dns.name.Name = APEX, *, more: Exchange | None = None) -> ZoneListing | None:
    messages = [e.response for e in (exchange, more) if e is not None and e.response is not None]
    return transferred(messages, exchange.server, apex)


def test_a_transfer_is_listed_without_its_data() -> None:
    listing = listed(axfr())
    assert listing is not None
    assert listing.complete
    assert listing.source == "192.0.2.1"
    assert {item.name: item.types for item in listing.names} == {
        "agency.example": ("NS", "SOA", "MX", "TXT"),
        "ns1.agency.example": ("A",),
        "www.agency.example": ("CNAME",),
        "_x._tcp.agency.example": ("SRV",),
        "app.agency.example": ("HTTPS",),
        "self.agency.example": ("HTTPS",),
        "branch.agency.example": ("NS",),
    }
    assert set(listing.targets) == {
        ListedTarget(owner="agency.example", rdtype="NS", target="ns1.agency.example"),
        ListedTarget(owner="agency.example", rdtype="SPF", target="_spf.partner.example"),
        ListedTarget(owner="www.agency.example", rdtype="CNAME", target="shop.provider.example"),
        ListedTarget(owner="app.agency.example", rdtype="HTTPS", target="app.provider.example"),
        ListedTarget(owner="branch.agency.example", rdtype="NS", target="ns.branch.agency.example"),
    }
    assert "secret" not in repr(listing)


def test_a_transfer_that_goes_on_is_a_part() -> None:
    listing = listed(axfr(cut=True))
    assert listing is not None
    assert not listing.complete


def test_what_is_no_transfer_is_no_listing() -> None:
    assert listed(axfr(rcode=dns.rcode.REFUSED)) is None
    assert listed(axfr(), dns.name.from_text("other.example")) is None
    assert listed(without_data(axfr())) is None
    assert transferred([b"\1\2\3"], "192.0.2.1", APEX) is None
    assert transferred([], "192.0.2.1", APEX) is None


def test_a_transfer_that_ends_with_another_soa_is_a_part() -> None:
    """The zone was changed meanwhile, or what came is of two zones."""
    listing = listed(axfr(cut=True), more=axfr(soa=SOA.replace(" 1 7200", " 2 7200")))
    assert listing is not None
    assert not listing.complete


def test_a_zone_file_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "agency.zone"
    path.write_text(f"$ORIGIN agency.example.\n{SOA}\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.1\n")
    listing = asyncio.run(read_listing(path, APEX))
    assert listing.failure is None
    assert listing.source == "agency.zone"
    assert ListedName(name="ns1.agency.example", types=("A",)) in listing.names


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.zone"
    path.write_text("$ORIGIN agency.example.\nwww 300 IN A nonsense\n")
    broken, gone = asyncio.run(read_listing(path, APEX)), asyncio.run(read_listing(tmp_path / "none.zone", APEX))
    assert broken.failure is not None
    assert (broken.failure.reason, broken.failure.side) == (Reason.MALFORMED, Side.OURS)
    assert "broken.zone" in broken.failure.detail
    assert str(tmp_path) not in broken.failure.detail
    assert gone.failure is not None
    assert gone.failure.reason is Reason.NO_DATA
