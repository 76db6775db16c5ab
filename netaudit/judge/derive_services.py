"""Evidence about what services do: web sites and other endpoints, and mail domains."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import dns.name
import dns.rdatatype
import msgspec

from netaudit.judge.derive_mail import found_texts, senders_of
from netaudit.judge.derive_names import NameDeriver
from netaudit.judge.scope import all_closed, closed_lookup
from netaudit.model.common import Family
from netaudit.model.evidence import CertificateTrust, EndpointEvidence, HostEvidence, MailEvidence
from netaudit.model.facts import Lookup, NameFact, TlsObservation, WebFact
from netaudit.model.history import PastStatus
from netaudit.model.inventory import Service
from netaudit.model.senders import Senders
from netaudit.rules.fetches import addresses
from netaudit.rules.mta_sts import POLICY_PATH, policy_endpoint, policy_host
from netaudit.rules.security_txt import SECURITY_TXT
from netaudit.rules.zones import name_text

__all__ = ["ServiceDeriver"]

_EXCHANGERS = 10  # of one mail domain, as many as the probe talks to
_RECORDS = 100  # TXT records of one name


class ServiceDeriver:
    """Evidence about endpoints and mail domains, each derived once."""

    def __init__(self, names: NameDeriver, ready: Mapping[str, tuple[PastStatus, ...]]) -> None:
        self.names = names
        self._ready = ready
        self.by_endpoint = _grouped((s.endpoint, s) for s in names.inventory.services if s.scheme != "mail")
        self.by_domain = _grouped((s.host, s) for s in names.inventory.services if s.scheme == "mail")
        self._endpoints: dict[str, EndpointEvidence] = {}
        self._domains: dict[str, MailEvidence] = {}

    def endpoint(self, endpoint: str) -> EndpointEvidence:
        """An endpoint of the inventory."""
        if endpoint not in self._endpoints:
            self._endpoints[endpoint] = self._endpoint(endpoint)
        return self._endpoints[endpoint]

    def mail(self, domain: str) -> MailEvidence:
        """A mail domain of the inventory."""
        if domain not in self._domains:
            self._domains[domain] = self._mail(domain)
        return self._domains[domain]

    def _endpoint(self, endpoint: str) -> EndpointEvidence:
        book, services = self.names.book, self.by_endpoint[endpoint]
        web = _by_address(book.web.get(endpoint, ())) + self._plain(services[0])
        dialogues = tuple(sorted(book.dialogues.get(endpoint, ()), key=lambda fact: fact.address))
        found = {fact.id: self._first_session(fact) for fact in web}
        found |= {fact.id: self._trust(fact.tls) for fact in dialogues}
        return EndpointEvidence(
            **self.names.common,
            endpoint=endpoint,
            services=services,
            host=self.names.host(services[0].host),
            web=web,
            connects=tuple(sorted(book.connects.get(endpoint, ()), key=lambda fact: fact.address)),
            dialogues=dialogues,
            datagrams=tuple(sorted(book.datagrams.get(endpoint, ()), key=lambda fact: fact.address)),
            documents=self._documents(endpoint, SECURITY_TXT),
            controls=_by_address(book.controls.get(endpoint, ())),
            times=book.connect_times.get(endpoint),
            browser=book.browsers.get(endpoint),
            page=book.pages.get(endpoint),
            trust={id: trust for id, trust in found.items() if trust is not None},
            history=tuple(scan for scan in self._ready.get(endpoint, ()) if scan.at < self.names.now),
        )

    def _plain(self, service: Service) -> tuple[WebFact, ...]:
        """The fetches of plain HTTP at the same host: they belong to its first HTTPS endpoint."""
        rivals = self.names.services_by_host[service.host]
        first = next((s.endpoint for s in rivals if s.scheme == "https" and s.network == "public"), None)
        if service.endpoint != first:
            return ()
        return _by_address(self.names.book.web.get(f"http://{service.host}:80", ()))

    def _first_session(self, fact: WebFact) -> CertificateTrust | None:
        session = next((hop.tls for hop in fact.hops if hop.tls is not None), None)
        return self._trust(session)

    def _trust(self, session: TlsObservation | None) -> CertificateTrust | None:
        return self.names.trust.judge(session) if session is not None else None

    def _mail(self, domain: str) -> MailEvidence:
        services = self.by_domain[domain]
        fact = self.names.book.names.get(domain)
        mx = _lookup(fact, "MX", domain)
        spf, dmarc = _lookup(fact, "TXT", domain), _lookup(fact, "TXT", f"_dmarc.{domain}")
        if all_closed(services):
            mx, spf = closed_lookup(domain, "MX"), closed_lookup(domain, "TXT")
            dmarc = closed_lookup(f"_dmarc.{domain}", "TXT")
        exchangers, null_mx = self._exchangers(mx)
        dialogues = tuple(sorted(self.names.book.mail.get(domain, ()), key=lambda d: (d.exchanger, d.address, d.id)))
        policies = self._documents(policy_endpoint(domain), POLICY_PATH)
        trust = {dialogue.id: self._trust(dialogue.tls) for dialogue in dialogues}
        trust |= {policy.id: self._first_session(policy) for policy in policies}
        return MailEvidence(
            **self.names.common,
            domain=domain,
            services=services,
            mx=mx,
            spf=spf,
            dmarc=dmarc,
            exchangers=exchangers,
            null_mx=null_mx,
            records={"spf": self._texts(spf), "dmarc": self._texts(dmarc)},
            hosts={exchanger: self._exchanger(fact, exchanger) for exchanger in exchangers},
            dialogues=dialogues,
            trust={id: found for id, found in trust.items() if found is not None},
            security={"MX": self.names.security(domain, "MX")} if mx is not None and mx.facts else {},
            found=tuple(item for item in self.names.found(fact) if item.lookup.rdtype == "TLSA"),
            targets=self.names.targets.of_mail(fact, exchangers, self._texts) if fact is not None else (),
            senders=self._senders(fact),
            texts=found_texts(fact, domain, self._texts, self.names.targets.denies) if fact is not None else {},
            policy_host=self._policy_host(fact, domain),
            policies=policies,
            origins=self.names.origins,
        )

    def _senders(self, fact: NameFact | None) -> Senders:
        if fact is None:
            return Senders()
        return senders_of(fact, self._texts, lambda lookup: self._exchangers(lookup)[0])

    def _documents(self, endpoint: str, path: str) -> tuple[WebFact, ...]:
        """The fetches of a file that is not the page."""
        found = self.names.book.documents.get(endpoint, ())
        return _by_address(fact for fact in found if fact.document == path)

    def _policy_host(self, fact: NameFact | None, domain: str) -> HostEvidence | None:
        host = policy_host(domain)
        asked = fact is not None and fact.lookup("AAAA", host) is not None
        return self.names.host(host, fact) if asked else None

    def _exchanger(self, fact: NameFact | None, exchanger: str) -> HostEvidence:
        asked = fact is not None and fact.lookup("AAAA", exchanger) is not None
        host = self.names.host(exchanger, fact if asked else None)
        known = (address for family in Family for address in addresses(host, family))
        found = {a: records for a in known if fact is not None and (records := self.names.reverse(fact, a))}
        return msgspec.structs.replace(host, reverse=found) if found else host

    def _exchangers(self, mx: Lookup | None) -> tuple[tuple[str, ...], bool]:
        """The targets of the MX records by preference, and whether they are a null MX (RFC 7505)."""
        records = [(rdata.preference, name_text(rdata.exchange)) for rdata in self._rdatas(mx, dns.rdatatype.MX)]
        targets = tuple(dict.fromkeys(target for _, target in sorted(records)))
        found = tuple(target for target in targets if target != ".")[:_EXCHANGERS]
        return found, bool(targets) and not found

    def _texts(self, lookup: Lookup | None) -> tuple[str, ...]:
        """The TXT records, each with its strings put together (RFC 7208 section 3.3)."""
        found = (
            b"".join(rdata.strings).decode("utf-8", "replace") for rdata in self._rdatas(lookup, dns.rdatatype.TXT)
        )
        return tuple(sorted(dict.fromkeys(found))[:_RECORDS])

    def _rdatas(self, lookup: Lookup | None, rdtype: dns.rdatatype.RdataType) -> Iterable[Any]:
        """The records that a look-up ended at: those of its last exchange that holds any."""
        if lookup is None:
            return ()
        owner = dns.name.from_text(lookup.canonical or lookup.name)
        for exchange in reversed(self.names.book.exchanges_of(lookup.facts)):
            rrset = exchange.answer(owner, rdtype)
            if rrset:
                return rrset
        return ()


def _lookup(fact: NameFact | None, rdtype: str, name: str) -> Lookup | None:
    return fact.lookup(rdtype, name) if fact is not None else None


def _by_address(facts: Iterable[WebFact]) -> tuple[WebFact, ...]:
    return tuple(sorted(facts, key=lambda fact: (fact.address, fact.id)))


def _grouped(pairs: Iterable[tuple[str, Service]]) -> dict[str, tuple[Service, ...]]:
    found: dict[str, list[Service]] = defaultdict(list)
    for key, service in pairs:
        found[key].append(service)
    return {key: tuple(services) for key, services in found.items()}
