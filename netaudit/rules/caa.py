"""CAA: which authorities may issue for a name (RFC 8659), and by which names they go there.

Authorities tell in their practice statements which names in CAA they take for themselves; CCADB collects them. The
table has those whose certificates are common in Việt Nam, as of its date; of others nothing is claimed.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import dns.rdtypes.ANY.CAA
from cryptography import x509
from cryptography.x509.oid import NameOID

from netaudit.model.evidence import FoundRecords

__all__ = ["AUTHORITIES", "CAA", "TABLE_DATE", "Policy", "authority_names", "caa_of", "issuer_organisation"]

TABLE_DATE = date(2026, 11, 1)

CAA = dns.rdtypes.ANY.CAA.CAA

_CRITICAL = 0x80
_KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})

_DIGICERT = ("digicert.com", "digicert.ne.jp", "cybertrust.ne.jp", "symantec.com", "thawte.com", "geotrust.com",
             "rapidssl.com")  # fmt: skip
_SECTIGO = ("sectigo.com", "comodo.com", "comodoca.com", "usertrust.com", "trust-provider.com", "zerossl.com")
_CERTUM = ("certum.pl", "certum.eu")
_GODADDY = ("godaddy.com", "starfieldtech.com")
_SSL = ("ssl.com",)

AUTHORITIES: dict[str, tuple[str, ...]] = {
    "actalis s.p.a.": ("actalis.it",),
    "amazon": ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com", "aws.amazon.com"),
    "asseco data systems s.a.": _CERTUM,
    "buypass as-983163327": ("buypass.com", "buypass.no"),
    "comodo ca limited": _SECTIGO,
    "digicert inc": _DIGICERT,
    "digicert, inc.": _DIGICERT,
    "entrust, inc.": ("entrust.net", "affirmtrust.com"),
    "geotrust inc.": _DIGICERT,
    "globalsign nv-sa": ("globalsign.com",),
    "godaddy.com, inc.": _GODADDY,
    "google trust services": ("pki.goog",),
    "google trust services llc": ("pki.goog",),
    "internet security research group": ("letsencrypt.org",),
    "let's encrypt": ("letsencrypt.org",),
    "microsoft corporation": ("microsoft.com",),
    "sectigo limited": _SECTIGO,
    "ssl corp": _SSL,
    "ssl corporation": _SSL,
    "starfield technologies, inc.": _GODADDY,
    "thawte, inc.": _DIGICERT,
    "unizeto technologies s.a.": _CERTUM,
    "zerossl": _SECTIGO,
    "zerossl gmbh": _SECTIGO,
}
"""Organisation of an issuer, in lower case -> its names in CAA."""


class Policy(NamedTuple):
    """A CAA RRset as an authority reads it before it issues. Names are in lower case; `;` alone allows nobody."""

    issue: tuple[str, ...] | None  # None: no such property, hence no limit
    issuewild: tuple[str, ...] | None
    critical: tuple[str, ...]  # critical properties that no standard has: nobody may issue (RFC 8659 section 4.1)

    @classmethod
    def of(cls, records: Iterable[CAA]) -> "Policy":
        """Read the records."""
        known = list(records)
        return cls(
            _names(known, "issue"),
            _names(known, "issuewild"),
            tuple(sorted({_tag(r) for r in known if int(r.flags) & _CRITICAL and _tag(r) not in _KNOWN})),
        )

    def allowed(self, *, wildcard: bool) -> tuple[str, ...] | None:
        """The authorities that may issue, empty for nobody, None for all (RFC 8659 sections 4.2 and 4.3)."""
        return self.issuewild if wildcard and self.issuewild is not None else self.issue


def caa_of(found: FoundRecords) -> tuple[CAA, ...]:
    """The CAA records of a look-up."""
    return tuple(rdata for rdata in found.rdatas if isinstance(rdata, CAA))


def issuer_organisation(certificate: bytes) -> str:
    """The organisation that issued a certificate (DER); empty when it names none or can't be read."""
    try:
        names = x509.load_der_x509_certificate(certificate).issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(names[0].value)[:200] if names else ""
    except Exception:  # the parser raises a dozen types on bytes that are no certificate
        return ""


def authority_names(organisation: str) -> tuple[str, ...]:
    """An issuer's names in CAA; none when the table does not know it."""
    return AUTHORITIES.get(organisation.strip().lower(), ())


def _names(records: Iterable[CAA], tag: str) -> tuple[str, ...] | None:
    """The issuers that properties of one tag name, parameters aside; None without such a property."""
    values = [r.value.decode("ascii", "replace").partition(";")[0].strip().lower() for r in records if _tag(r) == tag]
    return tuple(sorted({value for value in values if value})) if values else None


def _tag(record: CAA) -> str:
    return record.tag.decode("ascii", "replace").lower()
