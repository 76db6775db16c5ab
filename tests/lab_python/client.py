"""A client of the lab written from the protocols alone, and the small world that the tests serve."""

import asyncio
import ipaddress
import ssl
import struct
from collections.abc import Iterable

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import msgspec

from netaudit.lab.run import RunningLab
from netaudit.lab.world import Fault, Machine, MailServer, RouteEntry, Signing, TimeServer, Website, World, WorldZone

ROOT, TLD, FIRST, SECOND = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"
FIRST6, SECOND6 = "2001:db8::3", "2001:db8::4"
WEB, WEB6, MAIL, MAIL6 = "192.0.2.80", "2001:db8::80", "192.0.2.25", "2001:db8::25"

_RECORDS = """
*.rong      IN A     192.0.2.81
*.bidanh    IN CNAME www
www2        IN CNAME www
xa          IN CNAME ngoai.example.
vong        IN CNAME vong2
vong2       IN CNAME vong
a.b.c       IN TXT   "below two empty non-terminals"
@           IN MX    10 mail
@           IN TXT   "v=spf1 mx -all"
@           IN TXT   "other text"
_dmarc      IN TXT   "v=DMARC1; p=reject"
cu          IN DNAME moi
www.moi     IN A     192.0.2.82
lon         IN TXT   "{0}" "{0}" "{0}" "{0}" "{0}" "{0}"
""".format("x" * 250)


def small_world(*faults: Fault, signing: Signing | None = Signing(), **changes: object) -> World:  # noqa: B008
    """The root, vn, tinh.vn with the given signing on two servers, its signed and its unsigned child."""
    world = World(
        schema=1,
        name="small",
        machines=(
            Machine(id="root", addresses=(ROOT, "2001:db8::1")),
            Machine(id="tld", addresses=(TLD, "2001:db8::2")),
            Machine(id="first", addresses=(FIRST, FIRST6)),
            Machine(id="second", addresses=(SECOND, SECOND6)),
            Machine(id="web", addresses=(WEB, WEB6)),
            Machine(id="mail", addresses=(MAIL, MAIL6)),
        ),
        zones=(
            WorldZone(name=".", servers={"a.root-lab": "root"}),
            WorldZone(name="vn", servers={"a.dns.vn": "tld"}, signing=Signing(denial="nsec3")),
            WorldZone(
                name="tinh.vn",
                servers={"ns1.tinh.vn": "first", "ns2.tinh.vn": "second"},
                hosts={"@": "web", "www": "web", "mail": "mail"},
                records=_RECORDS,
                signing=signing,
            ),
            WorldZone(name="con.tinh.vn", servers={"ns1.tinh.vn": "first"}, hosts={"@": "web"}, signing=None),
            WorldZone(name="ky.tinh.vn", servers={"ns.ky.tinh.vn": "second"}, hosts={"@": "web"}),
        ),
        websites=(Website(machine="web", hosts=("tinh.vn", "www.tinh.vn"), title="Cổng <thử>", paths={"/hong": 503}),),
        mail=(MailServer(machine="mail", host="mail.tinh.vn", clients=True),),
        time=(TimeServer(machine="first", host="ns1.tinh.vn"),),
        routes=(
            RouteEntry(
                prefix="192.0.2.0/24", peer_asn=64496, peer_address="192.0.2.201", as_path=(64496, 64501, 64510)
            ),
            RouteEntry(
                prefix="192.0.2.0/24", peer_asn=64497, peer_address="192.0.2.202", as_path=(64497, 64502, 64510, 64510)
            ),
            RouteEntry(
                prefix="2001:db8::/32", peer_asn=64497, peer_address="2001:db8::202", as_path=(64497, 4200000001, 64510)
            ),
        ),
        faults=faults,
    )
    return msgspec.structs.replace(world, **changes)


class Client:
    """Speaks to simulated addresses through the lab's listener."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab

    async def ask(
        self,
        name: str,
        rdtype: str,
        server: str = FIRST,
        *,
        dnssec: bool = True,
        tcp: bool = False,
        size: int = 1232,
        retry: bool = True,
    ) -> dns.message.Message:
        """A DNS question with EDNS, parsed; asked again over TCP when the answer was truncated."""
        query = dns.message.make_query(name, rdtype, use_edns=0, payload=size, want_dnssec=dnssec)
        reply = await (self.tcp_query if tcp else self.udp)(query.to_wire(), server)
        assert reply is not None
        assert reply[0] == 0, f"the listener said {reply[0]}"
        response = dns.message.from_wire(reply[1:])
        assert query.is_response(response)
        if retry and not tcp and response.flags & dns.flags.TC:
            return await self.ask(name, rdtype, server, dnssec=dnssec, tcp=True)
        return response

    async def udp(self, payload: bytes, server: str, port: int = 53, wait: float = 5.0) -> bytes | None:
        """Send a datagram; the reply with the listener's byte, or None after `wait` seconds of silence."""
        return await self.raw_udp(proxy_header(server, port, datagram=True) + payload, wait)

    async def raw_udp(self, data: bytes, wait: float) -> bytes | None:
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[bytes] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Receiver(reply), remote_addr=("127.0.0.1", self.lab.map.udp_port)
        )
        try:
            transport.sendto(data)
            return await asyncio.wait_for(reply, wait)
        except TimeoutError:
            return None
        finally:
            transport.close()
            await asyncio.sleep(0)

    async def connect(
        self, address: str, port: int, wait: float = 5.0
    ) -> tuple[int | None, asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection; the listener's byte, None for silence. The caller closes the writer."""
        reader, writer = await self.raw_tcp()
        writer.write(proxy_header(address, port, datagram=False))
        try:
            return (await asyncio.wait_for(reader.readexactly(1), wait))[0], reader, writer
        except TimeoutError:
            return None, reader, writer

    async def raw_tcp(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.lab.map.tcp_port)  # noqa: TID251 - the lab's own client

    async def fate(self, address: str, port: int, wait: float = 5.0) -> int | None:
        """Only the listener's byte."""
        byte, _, writer = await self.connect(address, port, wait)
        await close(writer)
        return byte

    async def tcp_query(self, query: bytes, server: str) -> bytes | None:
        """One DNS message over TCP, with the listener's byte in front."""
        byte, reader, writer = await self.connect(server, 53)
        try:
            if byte != 0:
                return None if byte is None else bytes((byte,))
            writer.write(struct.pack("!H", len(query)) + query)
            (length,) = struct.unpack("!H", await reader.readexactly(2))
            return b"\0" + await reader.readexactly(length)
        finally:
            await close(writer)

    async def get(
        self,
        url_host: str,
        address: str = WEB,
        *,
        path: str = "/",
        tls: ssl.SSLContext | None = None,
        head: bool = False,
    ) -> str:
        """One HTTP/1.1 exchange; the whole response as text."""
        byte, reader, writer = await self.connect(address, 443 if tls else 80)
        assert byte == 0
        try:
            if tls:
                await writer.start_tls(tls, server_hostname=url_host)
            method = "HEAD" if head else "GET"
            writer.write(f"{method} {path} HTTP/1.1\r\nHost: {url_host}\r\n\r\n".encode())
            return (await asyncio.wait_for(reader.read(), 5)).decode()
        finally:
            await close(writer)

    def trusting(self) -> ssl.SSLContext:
        """A client context that trusts the lab's CA and nothing else, and checks names and dates."""
        return ssl.create_default_context(cadata="".join(self.lab.roots))


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except (OSError, ssl.SSLError):
        writer.transport.abort()


def proxy_header(address: str, port: int, *, datagram: bool, extension: bytes = b"") -> bytes:
    """PROXY protocol v2, section 2.2 of its specification."""
    to = ipaddress.ip_address(address)
    source = ipaddress.ip_address("2001:db8:ffff::250" if to.version == 6 else "192.0.2.250")
    body = source.packed + to.packed + struct.pack("!HH", 40000, port) + extension
    kind = (0x20 if to.version == 6 else 0x10) | (2 if datagram else 1)
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes((0x21, kind)) + struct.pack("!H", len(body)) + body


def flags(response: dns.message.Message) -> set[str]:
    """The flags that a server decides; RD is copied from the query."""
    return set(dns.flags.to_text(response.flags).split()) - {"RD"}


def types(section: Iterable[dns.rrset.RRset]) -> list[str]:
    """The types in a section in order, signatures as RRSIG(TYPE)."""
    return [
        f"RRSIG({dns.rdatatype.to_text(rrset.covers)})" if rrset.covers else dns.rdatatype.to_text(rrset.rdtype)
        for rrset in section
    ]


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, reply: asyncio.Future[bytes]) -> None:
        self._reply = reply

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._reply.done():
            self._reply.set_result(data)
