"""From a world and a time to what every machine serves: signed zones, trust anchors and root hints.

Faults that are a matter of data (another DS, old signatures, an address that is missing) are in the
zones made here; those that are a matter of behaviour (refusal, silence) are named beside them. Real
daemons serve the same content: `ServedZone.text` is a master file.
"""

import io
import ipaddress
from dataclasses import dataclass

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DS
import dns.zonefile

from netaudit.lab.flaws import Flaws, served_addresses
from netaudit.lab.keyring import Keyring
from netaudit.lab.keys import SHORT_RSA, ZoneKeys, make_keys
from netaudit.lab.tlsa import tlsa_records
from netaudit.lab.world import Signing, World, WorldZone
from netaudit.lab.zonedata import Nsec3Parameters, ZoneData
from netaudit.model.common import Family
from netaudit.rules.signal_names import bootstrap_name

__all__ = ["Contents", "ServedZone", "read_records", "zone_contents"]

_IN = dns.rdataclass.IN
_DAY = 86_400
_STALE_DAYS = 10
_COLLISIONS = 8
_OLD_NSEC3: Nsec3Parameters = (bytes.fromhex("ab12cd34"), 100)


@dataclass(frozen=True)
class ServedZone:
    """A zone as one machine has it. Two machines share `data` unless one of them is behind."""

    machine: str
    name: str  # "." or "lamdong.gov.vn"
    data: ZoneData
    lame: frozenset[Family]  # families over which the machine does not know the zone
    silent: bool  # its queries are dropped

    @property
    def text(self) -> str:
        """The zone as a master file (RFC 1035 section 5), signed, all names absolute."""
        return "\n".join(self.data.lines()) + "\n"


@dataclass(frozen=True)
class Contents:
    """What all machines serve, and where trust and resolution start."""

    zones: tuple[ServedZone, ...]
    anchors: tuple[str, ...]  # DS lines of the root's KSK; empty when the root is not signed
    hints: dict[str, tuple[str, ...]]  # root server -> addresses


def zone_contents(world: World, now: float, keyring: Keyring | None = None) -> Contents:
    """Make the zones of `world` with fresh keys and signatures around `now` (seconds since 1970, UTC)."""
    builder = _Builder(world, int(now), keyring or Keyring())
    flaws = builder.flaws
    served: list[ServedZone] = []
    for zone in world.zones:
        fresh = builder.build(zone)
        stale: ZoneData | None = None
        foreign: ZoneData | None = None
        for server, machine in zone.servers.items():
            data = fresh
            if flaws.server(zone.name, server, "stale_secondary"):
                data = stale = stale or builder.build(zone, stale=True)
            elif flaws.server(zone.name, server, "cds_mismatch"):
                data = foreign = foreign or builder.build(zone, foreign=True)
            lame = flaws.server(zone.name, server, "lame_server")
            served.append(ServedZone(machine, zone.name, data, lame, flaws.zone(zone.name, "silent_zone")))
    return Contents(tuple(served), builder.anchors(), builder.hints())


def read_records(zone: WorldZone, ttl: int) -> list[tuple[dns.name.Name, dns.rdata.Rdata]]:
    """Read a zone's further records. Raises dns.exception.DNSException."""
    origin = dns.name.from_text(zone.name)
    rrsets = dns.zonefile.read_rrsets(
        io.StringIO(zone.records), default_ttl=ttl, origin=origin, relativize=False, rdclass=None
    )
    return [(rrset.name, rdata) for rrset in rrsets for rdata in rrset]


class _Builder:
    def __init__(self, world: World, now: int, keyring: Keyring) -> None:
        self.flaws = Flaws(world)
        self._keyring = keyring
        self._now = now
        self._ttl = world.ttl
        self._machines = {machine.id: machine.addresses for machine in world.machines}
        self._zones = {dns.name.from_text(zone.name): zone for zone in world.zones}
        self._keys: dict[str, ZoneKeys] = {}
        self._children: dict[str, list[WorldZone]] = {zone.name: [] for zone in world.zones}
        self._hosts: dict[str, dict[dns.name.Name, tuple[str, ...]]] = {zone.name: {} for zone in world.zones}
        self._tlsa: dict[str, list[tuple[dns.name.Name, dns.rdata.Rdata]]] = {zone.name: [] for zone in world.zones}
        for name, zone in self._zones.items():
            if name != dns.name.root:
                self._children[self._holder(name.parent()).name].append(zone)
        for name, zone in self._zones.items():
            for label, machine in zone.hosts.items():
                self._place(dns.name.from_text(label, name) if label != "@" else name, machine)
            for server, machine in zone.servers.items():
                self._place(dns.name.from_text(server), machine)
        for owner, record in tlsa_records(world, keyring):
            self._tlsa[self._holder(owner).name].append((owner, record))

    def build(self, zone: WorldZone, *, stale: bool = False, foreign: bool = False) -> ZoneData:
        """One zone; `stale` makes it as it was ten days ago, with signatures that have ended since.

        `foreign`: what it asks its parent for is a key of somebody else.
        """
        name = dns.name.from_text(zone.name)
        data = ZoneData(name, self._ttl)
        self._add_apex(data, zone, stale)
        for host, addresses in self._hosts[zone.name].items():
            alias = self.flaws.alias(host.to_text(omit_final_dot=True))
            if alias:
                data.add(host, _rdata("CNAME", str(dns.name.from_text(alias))))
            else:
                _add_addresses(data, host, addresses)
        self._add_records(data, zone)
        self._add_signals(data)
        for child in self._children[zone.name]:
            self._delegate(data, child)
        signing = self._signing(zone)
        if signing is not None:
            self._ask_parent(data, zone, signing, foreign or self.flaws.zone_wide(zone.name, "cds_mismatch"))
        data.finish()
        if signing is not None:
            inception, expiration = self._validity(zone, signing, stale)
            collisions = _COLLISIONS if self.flaws.zone(zone.name, "colliding_keys") else 0
            data.sign(self._keys_of(zone), inception, expiration, self._nsec3(zone, signing), collisions=collisions)
        return data

    def anchors(self) -> tuple[str, ...]:
        """The root's DS as presentation lines."""
        root = self._zones[dns.name.root]
        if self._signing(root) is None:
            return ()
        return (f". IN DS {self._keys_of(root).ds().to_text()}",)

    def hints(self) -> dict[str, tuple[str, ...]]:
        """The root servers and their addresses."""
        root = self._zones[dns.name.root]
        return {name: self._addresses(name, machine) for name, machine in root.servers.items()}

    def _place(self, name: dns.name.Name, machine: str) -> None:
        """Give `name` its addresses in the deepest zone that holds it."""
        text = name.to_text(omit_final_dot=True)
        self._hosts[self._holder(name).name].setdefault(name.canonicalize(), self._addresses(text, machine))

    def _holder(self, name: dns.name.Name) -> WorldZone:
        while name not in self._zones:
            name = name.parent()
        return self._zones[name]

    def _addresses(self, host: str, machine: str) -> tuple[str, ...]:
        return served_addresses(self._machines[machine], host.rstrip(".").lower(), self.flaws)

    def _add_apex(self, data: ZoneData, zone: WorldZone, stale: bool) -> None:
        serial = (zone.serial - _STALE_DAYS * 100) % 2**32 if stale else zone.serial  # serials are YYYYMMDDnn
        contact = dns.name.Name((b"hostmaster", *data.apex.labels))
        first = dns.name.from_text(next(iter(zone.servers)))
        data.add(data.apex, _rdata("SOA", f"{first} {contact} {serial} 7200 1800 1209600 {self._ttl}"))
        for server in zone.servers:
            data.add(data.apex, _rdata("NS", str(dns.name.from_text(server))))
        for target in self.flaws.targets(zone.name, "unregistered_ns"):
            data.add(data.apex, _rdata("NS", str(dns.name.from_text(target))))
        for target in self.flaws.targets(zone.name, "unregistered_mx"):
            data.add(data.apex, _rdata("MX", f"20 {dns.name.from_text(target)}"))

    def _add_records(self, data: ZoneData, zone: WorldZone) -> None:
        without_spf = self.flaws.zone(zone.name, "no_spf")
        without_dmarc = self.flaws.zone(zone.name, "no_dmarc")
        dmarc = dns.name.Name((b"_dmarc", *data.apex.labels))
        for name, rdata in read_records(zone, self._ttl):
            if without_dmarc and name == dmarc:
                continue
            if name == data.apex and rdata.to_text().lower().startswith('"v=spf1'):
                if without_spf:
                    continue
                for target in self.flaws.targets(zone.name, "unregistered_spf"):
                    rdata = _rdata("TXT", rdata.to_text().replace("v=spf1", f"v=spf1 include:{target}", 1))
            data.add(name, rdata)
        for name, rdata in self._tlsa[zone.name]:
            data.add(name, rdata)

    def _add_signals(self, data: ZoneData) -> None:
        """Bootstrap signals of the zones whose name servers have their names in this one (RFC 9615 section 4)."""
        for name, zone in self._zones.items():
            if zone.signing is None or not zone.signing.bootstrap:
                continue
            for server in map(dns.name.from_text, zone.servers):
                owner = bootstrap_name(name, server)
                if owner is None or server.is_subdomain(name) or self._holder(server).name != data.apex.to_text(True):
                    continue
                data.add(owner, _rdata("CDS", self._keys_of(zone).ds().to_text()))
                data.add(owner, _rdata("CDNSKEY", self._keys_of(zone).ksk.dnskey.to_text()))

    def _delegate(self, data: ZoneData, child: WorldZone) -> None:
        """NS, glue and DS of a child (RFC 1034 section 4.2.1, RFC 4035 section 2.4)."""
        name = dns.name.from_text(child.name)
        servers = list(child.servers.items())
        if self.flaws.zone(child.name, "ns_mismatch"):
            servers = servers[:-1]
        without_aaaa = self.flaws.zone(child.name, "missing_glue")
        for server, machine in servers:
            target = dns.name.from_text(server)
            data.add(name, _rdata("NS", str(target)))
            if target.is_subdomain(name):
                addresses = self._addresses(server, machine)
                _add_addresses(data, target, [a for a in addresses if not (without_aaaa and ":" in a)])
            elif target.is_subdomain(data.apex) and self._holder(target).name != data.apex.to_text(True):
                _add_addresses(data, target, self._addresses(server, machine))  # a sibling's server (RFC 9471)
        for unregistered in self.flaws.targets(child.name, "unregistered_ns"):
            data.add(name, _rdata("NS", str(dns.name.from_text(unregistered))))
        ds = self._ds(child)
        if ds is not None:
            data.add(name, ds)

    def _ask_parent(self, data: ZoneData, zone: WorldZone, signing: Signing, foreign: bool) -> None:
        """CDS and CDNSKEY (RFC 7344): of the zone's own KSK, or of a key that it does not have."""
        if not signing.cds and not foreign:
            return
        algorithm = self._algorithm(zone, signing)
        keys = make_keys(data.apex, algorithm, self._keyring, former=True) if foreign else self._keys_of(zone)
        data.add(data.apex, _rdata("CDS", keys.ds().to_text()))
        data.add(data.apex, _rdata("CDNSKEY", keys.ksk.dnskey.to_text()))

    def _ds(self, child: WorldZone) -> dns.rdtypes.ANY.DS.DS | None:
        signing = self._signing(child)
        if signing is None or self.flaws.zone(child.name, "no_ds"):
            return None
        keys = self._keys_of(child)
        if self.flaws.zone(child.name, "wrong_ds"):
            keys = make_keys(keys.zone, self._algorithm(child, signing), self._keyring, former=True)
        return keys.ds("SHA1" if self.flaws.zone(child.name, "sha1_digest") else "SHA256")

    def _signing(self, zone: WorldZone) -> Signing | None:
        return None if self.flaws.zone(zone.name, "unsigned") else zone.signing

    def _keys_of(self, zone: WorldZone) -> ZoneKeys:
        keys = self._keys.get(zone.name)
        if keys is None:
            assert zone.signing is not None
            keys = make_keys(dns.name.from_text(zone.name), self._algorithm(zone, zone.signing), self._keyring)
            self._keys[zone.name] = keys
        return keys

    def _algorithm(self, zone: WorldZone, signing: Signing) -> str:
        if self.flaws.zone(zone.name, "short_keys"):
            return SHORT_RSA
        if not self.flaws.zone(zone.name, "old_algorithm"):
            return signing.algorithm
        return "RSASHA1" if self._nsec3(zone, signing) is None else "RSASHA1NSEC3SHA1"

    def _nsec3(self, zone: WorldZone, signing: Signing) -> Nsec3Parameters | None:
        if self.flaws.zone(zone.name, "nsec3_iterations"):
            return _OLD_NSEC3
        if signing.denial == "nsec":
            return None
        return bytes.fromhex(signing.nsec3_salt), signing.nsec3_iterations

    def _validity(self, zone: WorldZone, signing: Signing, stale: bool) -> tuple[int, int]:
        """Inception and expiration of the signatures."""
        begin, end = self._now - _DAY, self._now + int(signing.days * _DAY)
        if stale:
            begin, end = self._now - (_STALE_DAYS + 1) * _DAY, self._now - 3 * _DAY
        elif self.flaws.zone(zone.name, "expired_signature"):
            begin, end = self._now - _STALE_DAYS * _DAY, self._now - _DAY
        elif self.flaws.zone(zone.name, "signature_ends_soon"):
            end = self._now + 2 * _DAY
        return begin, end


def _add_addresses(data: ZoneData, name: dns.name.Name, addresses: tuple[str, ...] | list[str]) -> None:
    for address in addresses:
        data.add(name, _rdata("AAAA" if ipaddress.ip_address(address).version == 6 else "A", address))


def _rdata(rdtype: str, text: str) -> dns.rdata.Rdata:
    return dns.rdata.from_text(_IN, rdtype, text)
