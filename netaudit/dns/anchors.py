"""Where trust and resolution start on the Internet: the root's trust anchors and its name servers."""

from collections.abc import Mapping, Sequence

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.DS

__all__ = ["ROOT_ANCHORS", "ROOT_HINTS", "parse_anchors"]

ROOT_ANCHORS: tuple[str, ...] = (
    # KSK-2017 and KSK-2024, as https://data.iana.org/root-anchors/root-anchors.xml publishes them.
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
)

ROOT_HINTS: Mapping[str, tuple[str, ...]] = {
    "a.root-servers.net": ("198.41.0.4", "2001:503:ba3e::2:30"),
    "b.root-servers.net": ("170.247.170.2", "2801:1b8:10::b"),
    "c.root-servers.net": ("192.33.4.12", "2001:500:2::c"),
    "d.root-servers.net": ("199.7.91.13", "2001:500:2d::d"),
    "e.root-servers.net": ("192.203.230.10", "2001:500:a8::e"),
    "f.root-servers.net": ("192.5.5.241", "2001:500:2f::f"),
    "g.root-servers.net": ("192.112.36.4", "2001:500:12::d0d"),
    "h.root-servers.net": ("198.97.190.53", "2001:500:1::53"),
    "i.root-servers.net": ("192.36.148.17", "2001:7fe::53"),
    "j.root-servers.net": ("192.58.128.30", "2001:503:c27::2:30"),
    "k.root-servers.net": ("193.0.14.129", "2001:7fd::1"),
    "l.root-servers.net": ("199.7.83.42", "2001:500:9f::42"),
    "m.root-servers.net": ("202.12.27.33", "2001:dc3::35"),
}

DS = dns.rdtypes.ANY.DS.DS


def parse_anchors(lines: Sequence[str]) -> dict[dns.name.Name, tuple[DS, ...]]:
    """Read trust anchors: "NAME [TTL] [IN] DS TAG ALG TYPE DIGEST", or "TAG ALG TYPE DIGEST" for the root.

    "NAME IN DS none" is a negative trust anchor (RFC 7646): the zone is taken for insecure. Raises
    ValueError naming the line that can't be read.
    """
    anchors: dict[dns.name.Name, list[DS]] = {}
    for line in lines:
        try:
            name, rdata = _parse(line)
        except (dns.exception.DNSException, ValueError) as error:
            raise ValueError(f"not a DS record: {line[:120]!r}: {error}") from error
        anchors.setdefault(name, []).extend(() if rdata is None else (rdata,))
    return {name: tuple(records) for name, records in anchors.items()}


def _parse(line: str) -> tuple[dns.name.Name, DS | None]:
    words = line.split()
    upper = [word.upper() for word in words]
    name = dns.name.root
    if "DS" in upper:
        at = upper.index("DS")
        name = dns.name.from_text(words[0]) if at else dns.name.root
        words = words[at + 1 :]
        if words == ["none"]:
            return name, None
    rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DS, " ".join(words))
    if not isinstance(rdata, DS):
        raise ValueError("no DS record data")
    return name, rdata
