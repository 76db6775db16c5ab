"""One response judged with the keys of its zone: answers, wildcards, aliases and denials (RFC 4035 section 5)."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import dns.name
import dns.rdatatype
import dns.rrset

from netaudit.dns.budget import Budget, BudgetExceeded, Meter
from netaudit.dns.denial import (
    Nsec,
    Nsec3Zone,
    Proof,
    nsec_denial,
    nsec_ds_denial,
    nsec_no_closer_match,
    read_nsec,
    read_nsec3,
)
from netaudit.dns.message import Kind, Response, malformed_records, substitute
from netaudit.dns.signatures import (
    DNSKEY,
    SignatureOutcome,
    SignatureState,
    SignatureVerifier,
    Verification,
)
from netaudit.dns.unreadable import ds_as_sent
from netaudit.model.security import SecurityStatus
from netaudit.rules.signed_data import owner_labels

__all__ = ["AnswerJudge", "DsFinding", "Finding", "Trusted"]

_SECURE, _INSECURE, _BOGUS = SecurityStatus.SECURE, SecurityStatus.INSECURE, SecurityStatus.BOGUS
_DENIAL_TYPES = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)


class Trusted(NamedTuple):
    """A zone whose keys the chain of trust vouches for."""

    zone: dns.name.Name
    keys: tuple[DNSKEY, ...]


class Finding(NamedTuple):
    """What a response comes to; `target` is set when it is an alias that must be followed.

    `unasked` names the zone cut whose absence from the evidence leaves it open.
    """

    status: SecurityStatus
    reason: str
    detail: str = ""
    target: dns.name.Name | None = None
    unasked: dns.name.Name | None = None


class DsFinding(NamedTuple):
    """What a parent's response says of a zone's DS: the RRset, or with `rrset` None that there is none."""

    status: SecurityStatus
    reason: str
    detail: str = ""
    rrset: dns.rrset.RRset | None = None
    unasked: dns.name.Name | None = None


class _Denial(NamedTuple):
    """The verified denial records of a response; `failed` is the best of those that did not verify."""

    nsec: list[Nsec]
    nsec3: Nsec3Zone
    failed: Verification | None

    @property
    def empty(self) -> bool:
        return not self.nsec and not self.nsec3.records


class AnswerJudge:
    """Judges responses one at a time. An exhausted budget is the finding `indeterminate`, never an exception."""

    def __init__(self, verifier: SignatureVerifier, budget: Budget, explored: Callable[[dns.name.Name], bool]) -> None:
        """`explored` tells whether the evidence says of a name if there is a zone cut."""
        self._verifier = verifier
        self._budget = budget
        self._explored = explored

    def judge(self, response: Response, trusted: Trusted) -> Finding:
        """Judge a response to the question it was asked."""
        meter = Meter("signatures_per_response", self._budget.signatures_per_response)
        try:
            if response.kind is Kind.ANSWER:
                return self._answer(response, trusted, meter)
            if response.kind is Kind.ALIAS:
                return self._alias(response, trusted, meter)
            return self._negative(response, trusted, meter)
        except BudgetExceeded as error:
            return Finding(SecurityStatus.INDETERMINATE, error.reason, error.detail)

    def delegation(self, response: Response, child: dns.name.Name, parent: Trusted) -> DsFinding:
        """Judge what the parent says of the DS of `child`: in an answer about DS, or in a referral."""
        meter = Meter("signatures_per_response", self._budget.signatures_per_response)
        section = response.authority if response.kind is Kind.REFERRAL else response.answer
        try:
            rrset = ds_as_sent(response, child)
            if rrset is None:
                return self._no_ds(response, child, parent, meter)
            found = self._verify(response, section, rrset, parent, meter)
        except BudgetExceeded as error:
            return DsFinding(SecurityStatus.INDETERMINATE, error.reason, error.detail)
        if found.valid and not _expanded(found, rrset):
            return DsFinding(_SECURE, "validated", found.best.detail, rrset)
        if found.valid:
            return DsFinding(_BOGUS, "signature_invalid", "made from a wildcard", rrset)
        status, reason, detail, _, unasked = self._refused(found, response, rrset.name, parent)
        return DsFinding(status, reason, detail, rrset, unasked)

    def _answer(self, response: Response, trusted: Trusted, meter: Meter) -> Finding:
        rrset = response.find(response.answer, response.name, response.rdtype)
        if response.rdtype == dns.rdatatype.DS:
            rrset = ds_as_sent(response, response.name)
        assert rrset is not None  # Kind.ANSWER says so
        return self._positive(response, rrset, trusted, meter)

    def _alias(self, response: Response, trusted: Trusted, meter: Meter) -> Finding:
        """A CNAME, signed by itself, or made from a DNAME that is (RFC 6672 section 5.3)."""
        cname = response.find(response.answer, response.name, dns.rdatatype.CNAME)
        dname = response.dname(response.name)
        if dname is None:
            assert cname is not None  # Kind.ALIAS says so
            return self._positive(response, cname, trusted, meter)._replace(target=response.alias())
        target = substitute(response.name, dname)
        finding = self._positive(response, dname, trusted, meter)
        if finding.status is not _SECURE:
            return finding._replace(target=target)
        if target is None or (cname is not None and response.alias() != target):
            return Finding(_BOGUS, "alias_invalid", f"the CNAME does not fit the DNAME of {dname.name}")
        return finding._replace(target=target)

    def _positive(self, response: Response, rrset: dns.rrset.RRset, trusted: Trusted, meter: Meter) -> Finding:
        found = self._verify(response, response.answer, rrset, trusted, meter)
        if not found.valid:
            return self._refused(found, response, rrset.name, trusted)
        if not _expanded(found, rrset):
            return Finding(_SECURE, "validated", found.best.detail)
        return self._wildcard(response, rrset.name, found.best.labels, trusted, meter)

    def _wildcard(
        self, response: Response, name: dns.name.Name, labels: int, trusted: Trusted, meter: Meter
    ) -> Finding:
        """An answer made from a wildcard must prove that nothing closer exists (RFC 4035 section 5.3.4)."""
        denial = self._denial(response, trusted, meter)
        if nsec_no_closer_match(name, labels, denial.nsec):
            return Finding(_SECURE, "validated", "expanded from a wildcard")
        if self._too_many_iterations(denial):
            return _heavy(denial)
        proof = denial.nsec3.no_closer_match(name, labels)
        if proof is Proof.OPT_OUT:
            return Finding(_INSECURE, "opt_out", "expanded from a wildcard, beside an opt-out span")
        if proof is not Proof.NOTHING:
            return Finding(_SECURE, "validated", "expanded from a wildcard")
        return self._unproved(denial, response, trusted, "nothing proves that no name is closer than the wildcard")

    def _negative(self, response: Response, trusted: Trusted, meter: Meter) -> Finding:
        """NODATA and NXDOMAIN: the SOA must be signed, and the records must prove it (RFC 4035 section 5.4)."""
        soa = response.soa()
        if soa is not None and soa.name == trusted.zone:
            found = self._verify(response, response.authority, soa, trusted, meter)
            if not found.valid:
                return self._refused(found, response, response.name, trusted)
        denial = self._denial(response, trusted, meter)
        # the RCODE is not signed: one that the records do not prove was tampered with, or is a mistake
        wanted = (Proof.NODATA if response.kind is Kind.NODATA else Proof.NXDOMAIN, Proof.NXNAME)
        proof = nsec_denial(response.name, response.rdtype, denial.nsec)
        if proof in wanted:
            return Finding(_SECURE, "validated", f"{response.kind} proved by NSEC")
        if self._too_many_iterations(denial):
            return _heavy(denial)
        proof = denial.nsec3.denial(response.name, response.rdtype, nodata=response.kind is Kind.NODATA)
        if proof in wanted:
            return Finding(_SECURE, "validated", f"{response.kind} proved by NSEC3")
        if proof is Proof.OPT_OUT:
            return Finding(_INSECURE, "opt_out", "an opt-out span covers the name")
        return self._unproved(denial, response, trusted, f"they do not prove {response.kind} of {response.name}")

    def _no_ds(self, response: Response, child: dns.name.Name, parent: Trusted, meter: Meter) -> DsFinding:
        denial = self._denial(response, parent, meter)
        proof = nsec_ds_denial(child, denial.nsec)
        if proof is Proof.NOTHING and self._too_many_iterations(denial):
            return DsFinding(*_heavy(denial)[:3])
        if proof is Proof.NOTHING:
            proof = denial.nsec3.ds_denial(child)
        if proof is Proof.UNSIGNED_DELEGATION:
            return DsFinding(_INSECURE, "no_ds", f"proved by {parent.zone}")
        if proof is Proof.OPT_OUT:
            return DsFinding(_INSECURE, "opt_out", f"an opt-out span of {parent.zone} covers it")
        if proof is Proof.NO_CUT:
            return DsFinding(_BOGUS, "ds_denial_invalid", f"{parent.zone} proves that there is no delegation")
        finding = self._unproved(denial, response, parent, "they do not prove that there is no DS")
        reason = "ds_denial_invalid" if finding.reason == "denial_invalid" else finding.reason
        return DsFinding(finding.status, reason, finding.detail, unasked=finding.unasked)

    def _denial(self, response: Response, trusted: Trusted, meter: Meter) -> _Denial:
        """The NSEC and NSEC3 records of the response that the zone signed."""
        held = [rrset for rrset in response.authority if rrset.rdtype in _DENIAL_TYPES]
        records = Meter("nsec3_records", self._budget.nsec3_records)
        signed: list[dns.rrset.RRset] = []
        failed: list[Verification] = []
        for rrset in held:
            for _ in rrset if rrset.rdtype == dns.rdatatype.NSEC3 else ():
                records.spend()
            found = self._verify(response, response.authority, rrset, trusted, meter)
            # a denial record is never made from a wildcard: one that claims it was stolen from elsewhere
            if found.valid and not _expanded(found, rrset):
                signed.append(rrset)
            elif not found.valid:
                failed.append(found)
        hashes = Meter("nsec3_hashes", self._budget.nsec3_hashes)
        return _Denial(
            nsec=read_nsec(signed, trusted.zone),
            nsec3=read_nsec3(signed, trusted.zone, hashes),
            failed=failed[0] if failed else None,
        )

    def _verify(
        self,
        response: Response,
        section: list[dns.rrset.RRset],
        rrset: dns.rrset.RRset,
        trusted: Trusted,
        meter: Meter,
    ) -> Verification:
        signatures: Iterable[object] = response.signatures(section, rrset) or ()
        return self._verifier.verify(rrset, signatures, trusted.zone, trusted.keys, meter)

    def _too_many_iterations(self, denial: _Denial) -> bool:
        """Whether an NSEC3 record costs more than validators pay (RFC 9276 section 3.2)."""
        return denial.nsec3.iterations > self._budget.nsec3_iterations

    def _refused(self, found: Verification, response: Response, owner: dns.name.Name, trusted: Trusted) -> Finding:
        """Why an RRset without a valid signature is not believed.

        Between the zone and the owner name there may be a zone cut that the evidence lost, at the signer of a
        foreign signature, or anywhere when there is none: then nothing is proved, one way or the other.
        """
        signer = found.best.signer
        suspects: list[dns.name.Name] = []
        if found.best.state is SignatureState.FOREIGN and signer is not None and owner.is_subdomain(signer):
            suspects = [signer]
        elif found.best.state is SignatureState.MISSING:
            held = _deepest_zone(response, owner)
            suspects = [held.split(labels)[1] for labels in range(len(trusted.zone) + 1, len(held) + 1)]
        for name in suspects:
            if name != trusted.zone and name.is_subdomain(trusted.zone) and not self._explored(name):
                detail = f"whether {name} is a zone"
                return Finding(SecurityStatus.INDETERMINATE, "evidence_missing", detail, unasked=name)
        return Finding(_BOGUS, found.reason, _detail(found, response))

    def _unproved(self, denial: _Denial, response: Response, trusted: Trusted, detail: str) -> Finding:
        """Nothing was proved: for want of records, for their signatures, or for what they say."""
        if not denial.empty:
            return Finding(_BOGUS, "denial_invalid", detail)
        if denial.failed is not None and denial.failed.best.state is not SignatureState.MISSING:
            return self._refused(denial.failed, response, response.name, trusted)
        unsigned = Verification(SignatureOutcome(SignatureState.MISSING))
        refused = self._refused(unsigned, response, response.name, trusted)
        if refused.unasked is not None:
            return refused
        return Finding(_BOGUS, "nsec_missing", "; ".join((detail, *malformed_records(response.exchange)[:1])))


def _deepest_zone(response: Response, owner: dns.name.Name) -> dns.name.Name:
    """The deepest name whose zone a response can have come from: an absence names its zone in the SOA."""
    if response.kind is Kind.NXDOMAIN or response.kind is Kind.NODATA:
        soa = response.soa()
        if soa is not None:
            return soa.name
    holds_no_apex = response.kind is Kind.NXDOMAIN or response.rdtype == dns.rdatatype.DS
    return owner.parent() if holds_no_apex and len(owner) > 1 else owner


def _expanded(found: Verification, rrset: dns.rrset.RRset) -> bool:
    """Whether the signature is over a wildcard that the server expanded (RFC 4035 section 5.3.1)."""
    return found.best.labels < owner_labels(rrset.name)


def _heavy(denial: _Denial) -> Finding:
    return Finding(_INSECURE, "nsec3_iterations", f"{denial.nsec3.iterations} iterations")


def _detail(found: Verification, response: Response) -> str:
    parts: Sequence[str] = (found.best.detail, *malformed_records(response.exchange)[:1])
    return "; ".join(part for part in parts if part)
