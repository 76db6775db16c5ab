"""The lab's DNS answers, read with dnspython: sections, flags, signatures and proofs of denial."""

from collections.abc import AsyncIterator

import dns.dnssec
import dns.flags
import dns.message
import dns.name
import dns.node
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import pytest

from netaudit.lab.world import Signing
from tests.lab_python.client import FIRST, ROOT, SECOND, TLD, Client, flags, types
from tests.lab_python.conftest import Serve

SIGNINGS = {
    "nsec": Signing(),
    "nsec3": Signing(denial="nsec3"),
    "salted": Signing(denial="nsec3", nsec3_iterations=2, nsec3_salt="c0ffee"),
    "rsa": Signing(algorithm="RSASHA256", denial="nsec3"),
    "p384": Signing(algorithm="ECDSAP384SHA384"),
    "ed25519": Signing(algorithm="ED25519"),
}


@pytest.fixture(params=list(SIGNINGS.values()), ids=list(SIGNINGS))
async def signed(request: pytest.FixtureRequest, serve: Serve) -> AsyncIterator[Client]:
    async with serve(signing=request.param) as client:
        yield client


async def verify(client: Client, response: dns.message.Message, server: str = FIRST, zone: str = "tinh.vn") -> None:
    """Every RRset of the response is signed by the zone's keys, but for the NS and glue of a referral."""
    apex = dns.name.from_text(zone)
    keys = await client.ask(zone, "DNSKEY", server)
    known: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {
        apex: keys.find_rrset(keys.answer, apex, dns.rdataclass.IN, dns.rdatatype.DNSKEY)
    }
    for section in (response.answer, response.authority):
        for rrset in section:
            if rrset.rdtype == dns.rdatatype.RRSIG or (
                rrset.rdtype == dns.rdatatype.NS and not response.flags & dns.flags.AA
            ):
                continue
            if rrset.rdtype == dns.rdatatype.CNAME and any(r.rdtype == dns.rdatatype.DNAME for r in section):
                continue  # made from the DNAME, which is signed
            signature = response.get_rrset(section, rrset.name, rrset.rdclass, dns.rdatatype.RRSIG, covers=rrset.rdtype)
            assert signature is not None, f"{rrset.name} {rrset.rdtype} is not signed"
            dns.dnssec.validate(rrset, signature, known)


async def test_an_answer_is_authoritative_and_signed(signed: Client) -> None:
    response = await signed.ask("www.tinh.vn", "AAAA")
    assert flags(response) == {"QR", "AA"}
    assert types(response.answer) == ["AAAA", "RRSIG(AAAA)"]
    assert response.ednsflags & dns.flags.DO
    await verify(signed, response)


@pytest.mark.parametrize("rdtype", ["SOA", "NS", "DNSKEY", "MX", "TXT"])
async def test_the_apex(client: Client, rdtype: str) -> None:
    response = await client.ask("tinh.vn", rdtype)
    assert types(response.answer) == [rdtype, f"RRSIG({rdtype})"]
    await verify(client, response)


async def test_signatures_come_only_when_asked_for(client: Client) -> None:
    response = await client.ask("www.tinh.vn", "A", dnssec=False)
    assert types(response.answer) == ["A"]
    assert not response.ednsflags & dns.flags.DO
    response = await client.ask("nope.tinh.vn", "A", dnssec=False)
    assert types(response.authority) == ["SOA"]


@pytest.mark.parametrize("name", ["nope.tinh.vn", "x.y.z.tinh.vn", "x.a.b.c.tinh.vn", "0.tinh.vn", "zzz.tinh.vn"])
async def test_a_name_that_does_not_exist_is_denied(signed: Client, name: str) -> None:
    response = await signed.ask(name, "A")
    assert response.rcode() == dns.rcode.NXDOMAIN
    assert flags(response) == {"QR", "AA"}
    assert types(response.answer) == []
    await verify(signed, response)
    proof = Denial(response, "tinh.vn")
    encloser = dns.name.from_text({"x.a.b.c.tinh.vn": "a.b.c.tinh.vn"}.get(name, "tinh.vn"))
    proof.assert_denied(dns.name.from_text(name), encloser)
    proof.assert_denied(dns.name.Name((b"*", *encloser.labels)), encloser)


@pytest.mark.parametrize("name", ["www.tinh.vn", "tinh.vn", "b.c.tinh.vn", "c.tinh.vn", "ns1.tinh.vn"])
async def test_a_type_that_does_not_exist_is_denied(signed: Client, name: str) -> None:
    response = await signed.ask(name, "CAA")
    assert response.rcode() == dns.rcode.NOERROR
    assert response.answer == []
    await verify(signed, response)
    Denial(response, "tinh.vn").assert_no_type(dns.name.from_text(name), dns.rdatatype.CAA)


async def test_a_wildcard_answers_with_a_proof_that_nothing_is_closer(signed: Client) -> None:
    response = await signed.ask("x.y.rong.tinh.vn", "A")
    assert types(response.answer) == ["A", "RRSIG(A)"]
    assert response.answer[0].name == dns.name.from_text("x.y.rong.tinh.vn")
    assert response.answer[1][0].labels == 3
    await verify(signed, response)
    Denial(response, "tinh.vn").assert_denied(
        dns.name.from_text("x.y.rong.tinh.vn"), dns.name.from_text("rong.tinh.vn"), matched=False
    )


async def test_a_wildcard_without_the_type_is_denied(signed: Client) -> None:
    response = await signed.ask("x.rong.tinh.vn", "AAAA")
    assert response.rcode() == dns.rcode.NOERROR
    assert response.answer == []
    await verify(signed, response)
    proof = Denial(response, "tinh.vn")
    proof.assert_denied(dns.name.from_text("x.rong.tinh.vn"), dns.name.from_text("rong.tinh.vn"))
    proof.assert_no_type(dns.name.from_text("*.rong.tinh.vn"), dns.rdatatype.AAAA)


async def test_an_alias_is_followed_within_the_zone(signed: Client) -> None:
    response = await signed.ask("www2.tinh.vn", "A")
    assert types(response.answer) == ["CNAME", "RRSIG(CNAME)", "A", "RRSIG(A)"]
    await verify(signed, response)
    response = await signed.ask("x.bidanh.tinh.vn", "A")
    assert types(response.answer) == ["CNAME", "RRSIG(CNAME)", "A", "RRSIG(A)"]
    await verify(signed, response)


async def test_an_alias_out_of_the_zone_ends_the_answer(client: Client) -> None:
    response = await client.ask("xa.tinh.vn", "A")
    assert types(response.answer) == ["CNAME", "RRSIG(CNAME)"]
    assert response.authority == []


async def test_a_loop_of_aliases_ends(client: Client) -> None:
    response = await client.ask("vong.tinh.vn", "A")
    assert types(response.answer) == ["CNAME", "RRSIG(CNAME)"] * 2


async def test_a_dname_makes_an_alias(signed: Client) -> None:
    response = await signed.ask("www.cu.tinh.vn", "A", SECOND)
    assert types(response.answer)[:3] == ["DNAME", "RRSIG(DNAME)", "CNAME"]
    assert response.answer[2][0].target == dns.name.from_text("www.moi.tinh.vn")
    await verify(signed, response)


async def test_a_signed_delegation(client: Client) -> None:
    response = await client.ask("www.tinh.vn", "A", TLD)
    assert flags(response) == {"QR"}
    assert types(response.authority) == ["NS", "DS", "RRSIG(DS)"]
    assert types(response.additional) == ["A", "AAAA", "A", "AAAA"]
    await verify(client, response, TLD, "vn")


@pytest.mark.parametrize("signing", [Signing(), Signing(denial="nsec3")], ids=["nsec", "nsec3"])
async def test_an_unsigned_delegation_is_proved(serve: Serve, signing: Signing) -> None:
    async with serve(signing=signing) as client:
        response = await client.ask("www.con.tinh.vn", "A", SECOND)  # which does not serve the child
        denial = "NSEC" if signing.denial == "nsec" else "NSEC3"
        assert types(response.authority) == ["NS", denial, f"RRSIG({denial})"]
        Denial(response, "tinh.vn").assert_no_type(dns.name.from_text("con.tinh.vn"), dns.rdatatype.DS)
        await verify(client, response, SECOND)


async def test_ds_is_answered_by_the_parent_side(client: Client) -> None:
    response = await client.ask("ky.tinh.vn", "DS", SECOND)  # serves parent and child
    assert types(response.answer) == ["DS", "RRSIG(DS)"]
    await verify(client, response, SECOND, "tinh.vn")
    response = await client.ask("con.tinh.vn", "DS")
    assert types(response.authority) == ["SOA", "RRSIG(SOA)", "NSEC", "RRSIG(NSEC)"]
    assert response.authority[0].name == dns.name.from_text("tinh.vn")


async def test_ds_at_a_server_of_the_child_only(client: Client) -> None:
    response = await client.ask("tinh.vn", "DS")
    assert flags(response) == {"QR", "AA"}
    assert response.authority[0].name == dns.name.from_text("tinh.vn")
    assert response.answer == []


async def test_the_chain_of_trust_holds_from_the_anchor_down(serve: Serve) -> None:
    async with serve() as client:
        parent_ds = set(client.lab.trust_anchors)
        for zone, server in ((".", ROOT), ("vn", TLD), ("tinh.vn", FIRST), ("ky.tinh.vn", SECOND)):
            name = dns.name.from_text(zone)
            keys = await client.ask(zone, "DNSKEY", server)
            rrset = keys.answer[0]
            digests = {f". IN DS {dns.dnssec.make_ds(name, key, 'SHA256')}" for key in rrset if key.flags == 257}
            assert digests == parent_ds
            dns.dnssec.validate(rrset, keys.answer[1], {name: rrset})
            child = {".": "vn", "vn": "tinh.vn", "tinh.vn": "ky.tinh.vn"}.get(zone)
            if child:
                answer = await client.ask(child, "DS", SECOND if zone == "tinh.vn" else server)
                parent_ds = {f". IN DS {ds}" for ds in answer.answer[0]}


async def test_both_families_and_transports_agree(client: Client) -> None:
    answers = [
        await client.ask("tinh.vn", "SOA", server, tcp=tcp)
        for server in (FIRST, SECOND, "2001:db8::3", "2001:db8::4")
        for tcp in (False, True)
    ]
    assert len({answer.answer[0].to_text() for answer in answers}) == 1


async def test_what_does_not_fit_is_truncated(client: Client) -> None:
    response = await client.ask("lon.tinh.vn", "TXT", size=4096, retry=False)  # more than 1232 is never sent
    assert "TC" in flags(response)
    assert response.answer == []
    whole = await client.ask("lon.tinh.vn", "TXT", tcp=True)
    assert types(whole.answer) == ["TXT", "RRSIG(TXT)"]
    assert len(whole.to_wire()) > 1232


async def test_the_clients_size_is_honoured(serve: Serve) -> None:
    async with serve(signing=Signing(algorithm="RSASHA256")) as client:
        small, large = [await client.ask("nope.tinh.vn", "A", size=size, retry=False) for size in (512, 1232)]
    assert "TC" in flags(small)
    assert "TC" not in flags(large)


async def test_without_edns_at_most_512_bytes_and_no_opt(client: Client) -> None:
    query = dns.message.make_query("lon.tinh.vn", "TXT", use_edns=False)
    reply = await client.udp(query.to_wire(), FIRST)
    assert reply is not None
    response = dns.message.from_wire(reply[1:])
    assert "TC" in flags(response)
    assert response.edns == -1


async def test_a_later_edns_version_is_refused(client: Client) -> None:
    query = dns.message.make_query("tinh.vn", "SOA", use_edns=1)
    reply = await client.udp(query.to_wire(), FIRST)
    assert reply is not None
    response = dns.message.from_wire(reply[1:])
    assert (response.rcode(), response.edns) == (dns.rcode.BADVERS, 0)


async def test_other_opcodes_are_not_implemented(client: Client) -> None:
    query = dns.message.make_query("tinh.vn", "SOA", use_edns=False)
    query.set_opcode(dns.opcode.NOTIFY)
    reply = await client.udp(query.to_wire(), FIRST)
    assert reply is not None
    response = dns.message.from_wire(reply[1:])
    assert (response.rcode(), response.opcode()) == (dns.rcode.NOTIMP, dns.opcode.NOTIFY)


@pytest.mark.parametrize(("name", "rdtype"), [("example.com", "A"), ("vn", "SOA"), ("tinh.vn", "AXFR")])
async def test_what_it_does_not_serve_is_refused(client: Client, name: str, rdtype: str) -> None:
    response = await client.ask(name, rdtype, tcp=rdtype == "AXFR")
    assert response.rcode() == dns.rcode.REFUSED


async def test_the_case_of_the_question_is_kept(client: Client) -> None:
    query = dns.message.make_query("wWw.TiNh.vN", "A")
    reply = await client.udp(query.to_wire(), FIRST)
    assert reply is not None
    assert b"\x03wWw\x04TiNh\x02vN\0" in reply
    assert dns.message.from_wire(reply[1:]).answer[0].rdtype == dns.rdatatype.A


async def test_any_and_rrsig(client: Client) -> None:
    response = await client.ask("www.tinh.vn", "ANY", dnssec=False, tcp=True)
    assert sorted(types(response.answer)) == ["A", "AAAA", "NSEC"]
    response = await client.ask("www.tinh.vn", "RRSIG", tcp=True)
    assert sorted(types(response.answer)) == ["RRSIG(A)", "RRSIG(AAAA)", "RRSIG(NSEC)"]


async def test_an_unsigned_zone(serve: Serve) -> None:
    async with serve(signing=None) as client:
        response = await client.ask("nope.tinh.vn", "A")
        assert response.rcode() == dns.rcode.NXDOMAIN
        assert types(response.authority) == ["SOA"]
        assert types((await client.ask("tinh.vn", "CAA")).authority) == ["SOA"]
        assert types((await client.ask("tinh.vn", "A")).answer) == ["A"]


class Denial:
    """The NSEC or NSEC3 records of a response, read as RFC 4035 section 5.4 and RFC 5155 section 8 say."""

    def __init__(self, response: dns.message.Message, zone: str) -> None:
        self.zone = dns.name.from_text(zone)
        self.nsec = {r.name: r[0] for r in response.authority if r.rdtype == dns.rdatatype.NSEC}
        self.nsec3 = {
            r.name.labels[0].decode().upper(): r[0] for r in response.authority if r.rdtype == dns.rdatatype.NSEC3
        }
        assert bool(self.nsec) != bool(self.nsec3)

    def assert_denied(self, name: dns.name.Name, encloser: dns.name.Name, *, matched: bool = True) -> None:
        if self.nsec:
            assert any(self._between(owner, name, rdata.next) for owner, rdata in self.nsec.items()), name
            return
        if matched:
            assert self._hash(encloser) in self.nsec3, "the closest encloser is not matched"
        closer = name.split(len(encloser) + 1)[1]
        assert any(_covers(owner, rdata, self._hash(closer)) for owner, rdata in self.nsec3.items()), closer

    def assert_no_type(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> None:
        record = self.nsec3.get(self._hash(name)) if self.nsec3 else self.nsec.get(name)
        if record is None:
            assert self.nsec, "an NSEC3 must match"
            assert any(self._between(o, name, r.next) and r.next.is_subdomain(name) for o, r in self.nsec.items())
            return
        assert dns.rdatatype.to_text(rdtype) not in record.to_text().split()

    def _hash(self, name: dns.name.Name) -> str:
        sample = next(iter(self.nsec3.values()))
        return dns.dnssec.nsec3_hash(name, sample.salt, sample.iterations, "SHA1")

    def _between(self, owner: dns.name.Name, name: dns.name.Name, following: dns.name.Name) -> bool:
        return bool(owner < name and (following == self.zone or name < following))


def _covers(owner: str, rdata: dns.rdata.Rdata, hashed: str) -> bool:
    following = rdata.to_text().split()[4].upper()
    if owner < following:
        return owner < hashed < following
    return hashed > owner or hashed < following
