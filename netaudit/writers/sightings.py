"""What judges saw, which verdicts keep in short English, in the reader's language; field terms and data stay."""

import re
from functools import cache

from netaudit.dns.reasons import REASONS
from netaudit.model.common import Reason
from netaudit.model.security import SecurityStatus
from netaudit.writers import words
from netaudit.writers.chain import SECURITY
from netaudit.writers.details import detail_text, pattern_of
from netaudit.writers.messages import argument_text
from netaudit.writers.wording import Wording

__all__ = ["SIGHTINGS", "sighting_text"]


def _(message: str) -> str:
    return message


# The first that fits is taken, so what is more special stands first.
SIGHTINGS = (
    _("stalls after connecting"),
    _("comes with segments of %(octets)s octets"),
    _("%(number)s octets came, in segments of up to %(octets)s"),
    _("announces segments for packets of %(octets)s octets"),
    _("reply in %(time)s ms"),
    _("connected in %(time)s ms"),
    _("the target answered"),
    _("no PTR record"),
    _("%(names)s, which has not this address"),
    _("segments of up to %(before)s octets before, %(after)s after a message of %(mtu)s"),
    _("authoritative answer over %(family)s"),
    _("no authoritative answer over %(family)s (RCODE %(number)s)"),
    _("no authoritative answer: %(what)s"),
    _("authoritative answer"),
    _("%(rrset)s RCODE %(number)s, not authoritative"),
    _("not authoritative"),
    _("no route to host"),
    _("no route was seen"),
    _("failed in %(number)s of %(rounds)s rounds: %(what)s"),
    _("failed in %(number)s of %(rounds)s rounds"),
    _("no ordinary answer"),
    _("gives no ordinary answer with EDNS"),
    _("no such record"),
    _("no response"),
    _("no header"),
    _("no such key"),
    _("no match"),
    _("no known weakness"),
    _("no address known"),
    _("no address of the public Internet"),
    _("no %(kind)s address"),
    _("IPv4 alone"),
    _("seen in a browser: %(kinds)s"),
    _("not loaded whole in a browser"),
    _("no MX record"),
    _("no IPv6 prefix declared"),
    _("no STARTTLS"),
    _("no DNSKEY"),
    _("no zone key"),
    _("no NSID"),
    _("no AAAA"),
    _("no DS"),
    _("answered"),
    _("truncated at %(octets)s octets"),
    _("%(octets)s octets over UDP"),
    _("lost: %(what)s"),
    _("redirects lead back to %(url)s"),
    _("meets the rule"),
    _("does not meet the rule"),
    _("no scan"),
    _("could not be tested"),
    _("open"),
    _("closed"),
    _("exists"),
    _("current"),
    _("expired"),
    _("invalid"),
    _("valid"),
    _("announced"),
    _("ok"),
    _("steady"),
    _("not signing"),
    _("port 80 refuses"),
    _("declared and observed"),
    _("declared, not observed"),
    _("observed, not declared"),
    _("glue"),
    _("in the zone itself"),
    _("in the zone %(zone)s"),
    _("its address is looked up there"),
    _("documentation"),
    _("unique local"),
    _("global unicast"),
    _("DS none"),
    _("DNSKEY none"),
    _("signing keys none"),
    _("signing keys %(keys)s"),
    _("state: %(what)s"),
    _("signature: %(what)s"),
    _("proved by %(zone)s"),
    _("nxdomain proved by %(record)s"),
    _("nodata proved by %(record)s"),
    _("by key %(key)s, ended at %(date)s"),
    _("by key %(key)s"),
    _("first end %(date)s (%(rrset)s, %(days)s days left)"),
    _("last signed %(date)s (%(rrset)s)"),
    _("%(rrset)s: RRSIG by key %(key)s, %(begin)s to %(end)s, %(what)s"),
    _("RRSIG/%(rrset)s by %(key)s, %(what)s"),
    _("NSEC3 hash %(hash)s, %(number)s iterations, salt %(salt)s"),
    _("EDNS version %(version)s, %(size)s bytes"),
    _("DNSKEY response: %(size)s octets"),
    _("DNSKEY %(key)s: DS at the parent, signs DNSKEY"),
    _("DNSKEY %(key)s: signs DNSKEY"),
    _("DNSKEY %(key)s: signs data"),
    _("DNSKEY %(key)s: %(size)s bits"),
    _("A: parent %(parent)s"),
    _("AAAA: parent %(parent)s"),
    _("zone %(addresses)s"),
    _("issuer %(name)s"),
    _("until %(date)s"),
    _("valid %(begin)s to %(end)s"),
    _("not tested: %(targets)s"),
    _("organisation: declared %(declared)s, counted %(counted)s"),
    _("person: declared %(declared)s, counted %(counted)s"),
    _("organisation %(pseudonym)s, until %(date)s"),
    _("person %(pseudonym)s, until %(date)s"),
    _("%(number)s bytes compared"),
    _("%(percent)s like IPv4, elements %(elements)s"),
    _("control %(percent)s"),
    _("%(number)s tries"),
    _("one sample"),
    _("seen in %(number)s of %(samples)s samples"),
    _("%(number)s samples"),
    _("no peer sees it"),
    _("not enough data: %(number)s peers"),
    _("not enough data"),
    _("effective %(number)s: %(upstreams)s"),
    _("without %(asns)s: %(number)s of %(peers)s peers left"),
    _("%(asn)s on every way of %(number)s of %(peers)s peers"),
    _("no transit in common"),
    _("%(asn)s not observed"),
    _("short enough"),
    _("longer than most networks accept"),
    _("no part announced"),
    _("%(number)s parts announced"),
    _("not declared: %(parts)s"),
    _("by others: %(parts)s"),
    _("AS path %(path)s"),
    _("%(asn)s is sent %(number)s routes"),
    _("%(number)s peers"),
    _("seen by %(number)s of %(peers)s peers with a full table"),
    _("origin %(asn)s, %(number)s routes"),
    _("valid: %(roas)s"),
    _("invalid asn: %(roas)s"),
    _("invalid length: %(roas)s"),
    _("no ROA"),
    _("also authorised: %(asns)s"),
    _("no object"),
    _("registry not told"),
    _("another origin, in %(registry)s"),
    _("in the ASPA"),
    _("not in the ASPA"),
    _("only points to another registry"),
    _("a national registry decides"),
    _("not registered"),
    _("no record"),
    _("observed"),
    _("declared"),
    _("%(number)s days left"),
    _("%(roa)s: nothing longer than the prefix"),
    _("%(roa)s: %(announced)s of %(number)s parts of %(length)s announced"),
    _("observed %(number)s: %(upstreams)s"),
    _("HTTP %(status)s at %(url)s"),
    _("bogus (%(what)s)"),
    _("insecure (%(what)s)"),
    _("indeterminate (%(what)s)"),
    _("%(what)s (%(number)s tries)"),
)
"""What the judges say in evidence. What targets say of themselves stays as it is."""

_RECORDS = re.compile(r"(TXT|HTTPS|SVCB|CAA|TLSA|CSYNC|ZONEMD|MX|NS|\d{3}) ")  # and banners of SMTP: others' own words
_LONGEST = 1_000  # characters: what we say ourselves is shorter, and others may say a hundred thousand
_TIMES = {"date", "begin", "end"}
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,3})?")
_REASONS = {str(reason).replace("_", " "): reason for reason in Reason}


def sighting_text(text: str, wording: Wording) -> str:
    """Return a row of evidence in the reader's language, part by part; what is not ours stays as it is."""
    if _RECORDS.match(text):
        return text
    return "; ".join(_part(part, wording) for part in text.split("; "))


def _part(part: str, wording: Wording) -> str:
    if len(part) > _LONGEST:
        return part
    for pattern, message in _patterns():
        match = pattern.fullmatch(part)
        if match is not None:
            return wording.gettext(message) % {k: _value(k, v, wording) for k, v in match.groupdict().items()}
    head, colon, rest = part.partition(": ")
    said = _word(head, wording)
    if said is None:  # a server, a zone, a key: what is said of it follows
        return f"{head}: {_part(rest, wording)}" if colon else detail_text(part, wording)
    told = _part(rest, wording) if colon else said
    return said if told == said else f"{said}: {told}"


def _value(name: str, value: str, wording: Wording) -> str:
    """What stands for a placeholder: a part of its own, a time or a number as readers write them, or data."""
    if name == "what":
        return _part(value, wording)
    if name in _TIMES:
        return argument_text(value, wording)
    return wording.number(float(value)) if name == "days" and _NUMBER.fullmatch(value) else value


def _word(word: str, wording: Wording) -> str | None:
    """A status of RFC 4035, why one is not secure, or why there is no answer; None: another word."""
    if word in set(SecurityStatus):
        own = wording.gettext(SECURITY[SecurityStatus(word)])
        return word if own == word else f"{word} ({own})"
    if word in REASONS:
        return wording.gettext(REASONS[word].text)
    if word in _REASONS:
        return wording.gettext(words.REASONS[_REASONS[word]])
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((pattern_of(message), message) for message in SIGHTINGS)
