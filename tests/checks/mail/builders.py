"""Evidence about mail domains, built by hand."""

from msgspec.structs import replace

from netaudit.model.common import Failure, Reason, Side, family_of
from netaudit.model.evidence import CertificateTrust, FoundTexts, HostEvidence, MailEvidence
from netaudit.model.facts import Lookup, MailFact, SelfFact, WebFact
from netaudit.model.senders import Senders
from netaudit.rules.mta_sts import POLICY_PATH, policy_endpoint
from tests.checks.web.builders import NOW, TIMEOUT, fetch, hop, host, tls

DOMAIN, MX1, MX2 = "agency.example", "mx1.agency.example", "mx2.agency.example"


def talk(
    exchanger: str,
    address: str,
    *,
    starttls: bool = True,
    refusal: str = "",
    handshake: Failure | None = None,
    greeting: str = "",
    certificate: bytes = b"",
) -> MailFact:
    """A dialogue that came to a greeting: complete, or cut short by a `refusal` or a failed `handshake`."""
    fact = MailFact(
        id=f"mail-{exchanger}-{address}",
        domain=DOMAIN,
        exchanger=exchanger,
        address=address,
        family=family_of(address),
        at=NOW,
    )
    if refusal:
        return replace(fact, failure=Failure(reason=Reason.PROTOCOL, side=Side.TARGET, detail=refusal))
    session = tls(certificate=certificate) if starttls else None
    if handshake is not None:
        session = replace(tls(version=""), failure=handshake)
    return replace(
        fact,
        banner=greeting or f"{exchanger} ESMTP",
        capabilities=("PIPELINING", "STARTTLS") if starttls else ("PIPELINING",),
        starttls_offered=starttls,
        tls=session,
        failure=handshake,
    )


def silent(exchanger: str, address: str, failure: Failure = TIMEOUT, tries: int = 2) -> MailFact:
    """A dialogue that never began."""
    return replace(talk(exchanger, address, refusal="-"), failure=failure, tries=tries)


def found(label: str, *texts: str, nonexistent: bool = False, failure: Failure | None = None) -> dict[str, FoundTexts]:
    """TXT records below the domain."""
    lookup = Lookup(name=f"{label}.{DOMAIN}", rdtype="TXT", failure=failure, facts=(f"dns-{label}",))
    return {label: FoundTexts(lookup=lookup, texts=texts, nonexistent=nonexistent)}


def policy(
    address: str, text: str = "", *, status: int = 200, failure: Failure | None = None, tries: int = 2
) -> WebFact:
    """A fetch of the domain's MTA-STS policy."""
    made = hop(address, status, url="https://mta-sts", body=text.encode(), failure=failure, tries=tries)
    return replace(fetch(address, made, endpoint=policy_endpoint(DOMAIN)), document=POLICY_PATH)


def mail(
    exchangers: dict[str, tuple[str, ...]],
    *dialogues: MailFact,
    null: bool = False,
    failure: Failure | None = None,
    host_failure: Failure | None = None,
    alias: dict[str, str] | None = None,
    spf: tuple[str, ...] | None = (),
    dmarc: tuple[str, ...] | None = (),
    record_failure: Failure | None = None,
    trusts: dict[str, CertificateTrust] | None = None,
    vantage: SelfFact | None = None,
    allowed: tuple[str, ...] = (),
    senders: Senders | None = None,
    texts: dict[str, FoundTexts] | None = None,
    policy_host: HostEvidence | None = None,
    policies: tuple[WebFact, ...] = (),
) -> MailEvidence:
    """A mail domain. `trusts` maps addresses to what validation said of the certificate there.

    `spf` and `dmarc` None: not looked up. `alias` maps exchangers to the CNAME's target.
    """
    hosts = {
        name: host(*addresses, name=name, failure=host_failure, vantage=vantage, allowed=allowed)
        for name, addresses in exchangers.items()
    }
    for name, target in (alias or {}).items():
        found = hosts[name]
        assert found.a is not None
        hosts[name] = replace(found, a=replace(found.a, canonical=target))
    txt = Lookup(name=DOMAIN, rdtype="TXT", failure=record_failure, facts=("dns-txt",))
    shown = [(fact.id, fact.address) for fact in dialogues] + [(fact.id, fact.address) for fact in policies]
    return MailEvidence(
        now=NOW,
        vantage=vantage,
        allowed_special=allowed,
        domain=DOMAIN,
        services=(),
        mx=Lookup(name=DOMAIN, rdtype="MX", failure=failure, facts=("dns-mx",)),
        spf=None if spf is None else txt,
        dmarc=None if dmarc is None else txt,
        exchangers=tuple(exchangers),
        null_mx=null,
        records={"spf": spf or (), "dmarc": dmarc or ()},
        hosts=hosts,
        dialogues=dialogues,
        trust={id: (trusts or {})[address] for id, address in shown if address in (trusts or {})},
        senders=senders or Senders(),
        texts=texts or {},
        policy_host=policy_host,
        policies=policies,
    )
