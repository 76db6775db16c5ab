"""The keys of the lab's servers, and the TLSA records that name them (RFC 6698)."""

import hashlib
from collections.abc import Iterator

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from netaudit.lab.keyring import Keyring
from netaudit.lab.world import World

__all__ = ["server_key", "tlsa_records"]


def server_key(hosts: tuple[str, ...], condition: str, keyring: Keyring) -> ec.EllipticCurvePrivateKey:
    """The key of the certificate that names `hosts`, in good condition or a bad one."""
    key: ec.EllipticCurvePrivateKey = keyring.key(f"{condition} server {' '.join(hosts)}", "ECDSAP256SHA256")
    return key


def tlsa_records(world: World, keyring: Keyring) -> Iterator[tuple[dns.name.Name, dns.rdata.Rdata]]:
    """TLSA "3 1 1" of the good certificate of every site and mail server that wants it."""
    for site in world.websites:
        if site.tlsa:
            for host in site.hosts:
                yield _record(443, host, site.hosts, keyring)
    for server in world.mail:
        if server.tlsa:
            yield _record(25, server.host, (server.host,), keyring)


def _record(port: int, host: str, hosts: tuple[str, ...], keyring: Keyring) -> tuple[dns.name.Name, dns.rdata.Rdata]:
    public = server_key(hosts, "good", keyring).public_key()
    data = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = f"3 1 1 {hashlib.sha256(data).hexdigest()}"
    owner = dns.name.from_text(f"_{port}._tcp.{host}")
    return owner, dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TLSA, text)
