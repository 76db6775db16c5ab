"""A chain of trust for a terminal: zone by zone from the trust anchor, then the status of the name."""

from collections.abc import Iterable, Iterator, Sequence

import click
import dns.dnssec
import dns.edns
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.rdtypes.ANY.RRSIG import RRSIG

from netaudit.dns.reasons import explain
from netaudit.model.common import Failure
from netaudit.model.exchange import Exchange
from netaudit.model.security import ChainLink, Security, SecurityStatus
from netaudit.rules.algorithms import algorithm_name, digest_name
from netaudit.rules.rrsig import utc
from netaudit.writers import words
from netaudit.writers.details import detail_text
from netaudit.writers.names import both_ways
from netaudit.writers.safe import one_line
from netaudit.writers.wording import Wording

__all__ = ["SECURITY", "absence_line", "chain_text", "failure_line"]


def _(message: str) -> str:
    return message


SECURITY: dict[SecurityStatus, str] = {
    SecurityStatus.SECURE: _("secure"),
    SecurityStatus.INSECURE: _("insecure"),
    SecurityStatus.BOGUS: _("bogus"),
    SecurityStatus.INDETERMINATE: _("indeterminate"),
}
_MARKS = {
    SecurityStatus.SECURE: "✓", SecurityStatus.INSECURE: "–", SecurityStatus.BOGUS: "✗",
    SecurityStatus.INDETERMINATE: "?",
}  # fmt: skip
_COLOURS = {
    SecurityStatus.SECURE: "green", SecurityStatus.INSECURE: "yellow", SecurityStatus.BOGUS: "red",
    SecurityStatus.INDETERMINATE: "cyan",
}  # fmt: skip
_SEP, _REVOKE = 0x0001, 0x0080
_ROWS = 40
_ACRONYMS = {"DNSKEY": "DNSKEY", "DS": "DS", "DNSSEC": "DNSSEC", "NSEC": "NSEC", "NSEC3": "NSEC3", "RRSIGS": "RRSIGs"}


def chain_text(
    name: str,
    rdtype: str,
    security: Security,
    answers: Iterable[Exchange],
    language: str,
    *,
    aliases: Sequence[str] = (),
    colour: bool = False,
) -> str:
    """Return the chain as lines: per zone its DS and keys, then the answers, then the status and why.

    `answers` are the exchanges about the name itself, `aliases` the names that they lead through, from the one that
    was asked. `language` is `vi` or `en`; DNS stays DNS in both.
    """
    writer = _Chain(Wording(language), colour)
    lines = [*writer.links(security), *writer.answers(answers), "", *writer.status(name, rdtype, security, aliases)]
    return "\n".join(lines) + "\n"


def absence_line(name: str, rdtype: str, nonexistent: bool, security: Security, language: str) -> str:
    """Return that what was asked for is not there, so that nobody takes a proved denial for an answer."""
    wording = Wording(language)
    said = _("%(name)s does not exist (NXDOMAIN)") if nonexistent else _("%(name)s has no %(rdtype)s record")
    proved = security.status is SecurityStatus.SECURE
    doubt = _("its signed zone proves that") if proved else _("nothing signed proves that")
    text = wording.gettext(said) % {"name": both_ways(name), "rdtype": rdtype}
    return one_line(f"    {text}: {wording.gettext(doubt)}", 400)


def failure_line(failure: Failure, language: str) -> str:
    """Return why a look-up below the chain gave nothing. `language` is `vi` or `en`."""
    wording = Wording(language)
    return one_line(
        f"    {wording.gettext(words.REASONS[failure.reason])}: {detail_text(failure.detail, wording)}", 400
    )


class _Chain:
    def __init__(self, wording: Wording, colour: bool) -> None:
        self._wording = wording
        self._colour = colour

    def links(self, security: Security) -> Iterator[str]:
        above = SecurityStatus.SECURE
        for number, link in enumerate(security.links):
            yield self._paint(f"{_MARKS[link.status]} {both_ways(link.zone)}  {self._word(link.status)}", link.status)
            if link.status is not SecurityStatus.SECURE:
                inherited = above is not SecurityStatus.SECURE
                why = self._say("follows from the zone above") if inherited else self._why(link.reason)
                yield f"    {why}"
            above = link.status
            origin = self._say("trust anchor") if number == 0 else ""
            yield from self._delegation(link, origin)
            yield from self._keys(link)
            if link.server:
                answered = self._say("answered by %(server)s") % {"server": one_line(link.server)}
                yield f"    {answered}"

    def answers(self, exchanges: Iterable[Exchange]) -> Iterator[str]:
        """What was answered about the name: records, and who signed them until when."""
        for exchange in exchanges:
            name, rdtype = exchange.question
            message = exchange.message
            if message is None:
                continue
            yield one_line(f"  {both_ways(_plain(name.to_text()))} {dns.rdatatype.to_text(rdtype)}  @{exchange.server}")
            section = message.answer or message.authority
            if not message.answer:
                absent = self._say("no such record")
                yield f"    {dns.rcode.to_text(message.rcode())}, {absent}"
            for rrset in section[:_ROWS]:
                yield from (f"    {line}" for line in self._rrset(rrset))

    def status(self, name: str, rdtype: str, security: Security, aliases: Sequence[str]) -> Iterator[str]:
        line = f"{_MARKS[security.status]} {both_ways(name)} {rdtype}: {self._word(security.status)}"
        yield self._paint(line, security.status)
        if len(aliases) > 1:
            yield one_line(f"    {' → '.join(map(both_ways, aliases))}", 400)
        yield f"    {self._why(security.reason)}"
        if security.status is SecurityStatus.SECURE:
            return
        words = [security.reason]
        if security.ede is not None:
            words.append(f"EDE {security.ede} ({_ede_name(security.ede)})")
        yield f"    {', '.join(words)}"
        place = {
            "rrset": f"{both_ways(security.name)} {security.rdtype}",
            "zone": both_ways(security.zone),
            "server": one_line(security.server),
        }
        if security.name and len(aliases) > 1:
            yield self._say("    decided by the weakest link of the aliases, %(rrset)s") % place
        elif security.name:
            yield self._say("    decided by %(rrset)s") % place
        if security.zone:
            yield self._say("    of the zone %(zone)s") % place
        if security.server:
            yield self._say("    as %(server)s answered") % place
        if security.detail:
            yield f"    {one_line(security.detail)}"

    def _delegation(self, link: ChainLink, origin: str) -> Iterator[str]:
        keys = {_pair(key) for key in link.keys}
        for record in link.ds[:_ROWS]:
            tag, algorithm, digest = (int(word) for word in record.split())
            note = origin
            if link.keys and _pair(record) not in keys:
                note = ", ".join(part for part in (origin, self._say("no such key in the zone")) if part)
            yield f"    DS      {tag:<5}  {algorithm_name(algorithm):<16}  {digest_name(digest):<8}  {note}".rstrip()

    def _keys(self, link: ChainLink) -> Iterator[str]:
        pointed = {_pair(record) for record in link.ds}
        for key in link.keys[:_ROWS]:
            tag, algorithm, flags = (int(word) for word in key.split())
            role = "KSK" if flags & _SEP else "ZSK"
            notes = [self._say("signs the DNSKEY RRset")] if tag in link.signed_by and _pair(key) in pointed else []
            notes += [self._say("revoked")] if flags & _REVOKE else []
            notes += [self._say("not anchored")] if link.status is SecurityStatus.INSECURE else []
            kind = f"{flags} {role}"
            yield f"    DNSKEY  {tag:<5}  {algorithm_name(algorithm):<16}  {kind:<8}  {', '.join(notes)}".rstrip()

    def _rrset(self, rrset: dns.rrset.RRset) -> Iterator[str]:
        for rdata in list(rrset)[:_ROWS]:
            if not isinstance(rdata, RRSIG):
                rdtype = dns.rdatatype.to_text(rrset.rdtype)
                yield one_line(f"{rrset.name.to_text()} {rrset.ttl} {rdtype} {rdata.to_text()}", 400)
                continue
            values = {
                "covered": dns.rdatatype.to_text(rdata.type_covered),
                "key": f"{rdata.key_tag} {algorithm_name(int(rdata.algorithm))} {rdata.signer.to_text()}",
                "begin": utc(rdata.inception),
                "end": utc(rdata.expiration),
            }
            yield one_line(self._say("RRSIG %(covered)s by %(key)s, %(begin)s to %(end)s") % values, 400)

    def _why(self, reason: str) -> str:
        return one_line(self._wording.gettext(explain(reason)))

    def _word(self, status: SecurityStatus) -> str:
        """The word of RFC 4035, with the reader's own behind it where it differs."""
        own = self._say(SECURITY[status])
        return status.value if own == status.value else f"{status.value} ({own})"

    def _say(self, message: str) -> str:
        return self._wording.gettext(message)

    def _paint(self, text: str, status: SecurityStatus) -> str:
        return click.style(text, fg=_COLOURS[status], bold=True) if self._colour else text


def _pair(text: str) -> tuple[str, str]:
    """Key tag and algorithm of a DS or a key."""
    tag, algorithm, *_ = text.split()
    return tag, algorithm


def _plain(name: str) -> str:
    return name if name == "." else name.rstrip(".")


def _ede_name(code: int) -> str:
    """A name of the IANA registry as it is written there: `Signature Expired`, `DNSKEY Missing`."""
    try:
        words = dns.edns.EDECode(code).name.split("_")
    except ValueError:
        return str(code)
    return " ".join(_ACRONYMS.get(word, word.capitalize()) for word in words)
