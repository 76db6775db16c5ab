"""The details of failures, which facts keep in English, in the reader's language as far as they are our own words."""

import re
from functools import cache

from netaudit.model.common import Family
from netaudit.writers import words
from netaudit.writers.wording import Wording

__all__ = ["DETAILS", "detail_text", "pattern_of"]


def _(message: str) -> str:
    return message


# The first that fits is taken, so what is more special stands first.
DETAILS = (
    _("no ICMP socket: it needs CAP_NET_RAW, or our group in net.ipv4.ping_group_range"),
    _("raw sockets need CAP_NET_RAW"),
    _("firewall marks need CAP_NET_RAW or CAP_NET_ADMIN"),
    _("netaudit[raw] is not installed: pip install 'netaudit[raw]'"),
    _("this needs Linux: the error queue of sockets"),
    _("this network has no real paths: it simulates its targets"),
    _("larger than our own link takes"),
    _("its reverse name was not looked up"),
    _("no large response of any server arrived here: the loss may be near us"),
    _("our own link takes packets of %(octets)s octets only"),
    _("no packet of the server was overheard"),
    _("the sizes of segments were not recorded"),
    _("what it sent fits into small packets"),
    _("the path was not looked at"),
    _("its segments were small before already"),
    _("no target outside the data centre is known"),
    _("%(family)s was switched off for this scan"),
    _("no %(family)s route on this host: %(error)s"),
    _("only a link-local %(family)s address on this host"),
    _("no %(family)s address of a root server is known"),
    _("%(number)s root servers left us unanswered over %(family)s: %(detail)s"),
    _("the inventory's blackout window %(hours)s %(zone)s is on: %(reason)s"),
    _("the inventory's blackout window %(hours)s %(zone)s is on"),
    _("%(name)s is excluded by the inventory"),
    _("%(address)s is a special-purpose address: %(kind)s"),
    _("from one outside host to another, %(host)s, which scope.outside_hosts would allow"),
    _("the scan ended before this target was observed: interrupted"),
    _("the scan ended before this target was observed: deadline"),
    _("interrupted"),
    _("deadline"),
    _("%(file)s has no sheet whose first rows name the columns %(columns)s"),
    _("%(file)s has a first line that does not name the columns %(columns)s"),
    _("%(file)s is a workbook of the old kind (XLS), or needs a password; XLSX is read"),
    _("%(file)s is no workbook that can be read"),
    _("%(file)s is no register: neither UTF-8 text, a workbook nor certificates"),
    _("the scan ended before this target was observed: %(reason)s"),
    _("no route table and no source tells of addresses"),
    _("no source tells where the addresses are announced from"),
    _("the source was not asked"),
    _("%(host)s is not at an address that may be asked"),
    _("%(host)s was not resolved"),
    _("%(host)s: no whole answer within %(seconds)s s"),
    _("%(host)s: no End of Data within %(seconds)s s"),
    _("%(host)s port %(port)s: connection refused"),
    _("%(host)s port %(port)s: no reply"),
    _("%(host)s: HTTP %(status)s"),
    _("%(host)s: more than %(number)s bytes"),
    _("%(host)s: more than %(number)s redirects"),
    _("%(host)s: a redirect to %(where)s"),
    _("%(host)s: the gzip stream has no end"),
    _("%(host)s: closed without an answer"),
    _("%(host)s: End of Data of another session"),
    _("the cache has no data yet"),
    _("more PDUs than any cache has"),
    _("no registry is known for %(resource)s"),
    _("the cache of sources can't be written: %(error)s"),
    _("not asked again: %(number)s earlier questions in this scan got no answer (%(detail)s)"),
    _("not asked again: %(detail)s"),
    _("no reply"),
    _("connection refused"),
    _("nothing was sent to this address"),
    _("this was never asked when the facts were recorded"),
    _("%(name)s has no address"),
    _("it has neither A nor AAAA"),
    _("%(name)s has neither A nor AAAA"),
    _("no server of %(zone)s has an address"),
    _("%(name)s was not resolved within %(seconds)s s"),
    _("the name was not looked up"),
    _("the record was not looked up"),
    _("the records were not looked up"),
    _("the name's AAAA was not looked up"),
    _("the domain's MX was not looked up"),
    _("the exchanger's AAAA was not looked up"),
    _("the exchanger's addresses were not looked up"),
    _("no address of a name server was asked"),
    _("no question about a missing name was answered"),
    _("the parent's servers gave no referral"),
    _("the parent's servers gave no answer about DS"),
    _("more signatures or keys than are verified here"),
    _("the security status could not be determined"),
    _("the response can't be read"),
    _("more than %(number)s redirects"),
    _("the redirect leads to no web address"),
    _("the redirect leads to %(host)s, which has no %(family)s"),
    _("the redirect leads to %(host)s, which is not %(family)s"),
    _("HTTP %(status)s: too many requests"),
    _("HTTP %(status)s of a wall against robots"),
    _("HTTP %(status)s with the page of a wall against robots"),
    _("too many connections were lost for a median"),
    _("not every port was asked over both families"),
    _("the hosts that the page names were not looked up"),
    _("no chromium, chromium-browser or google-chrome on PATH"),
    _("the page was not loaded after %(seconds)s seconds"),
    _("the page asked for more than %(number)s files"),
    _("the page asked for more than %(number)s other hosts"),
    _("the page asked its own host for more than %(number)s files"),
    _("the page loads more than %(number)s octets from its own host"),
    _("the page leads to itself more than %(number)s times"),
    _("the page has more than %(number)s frames and workers"),
    _("the page took more than %(number)s MiB of memory"),
    _("the page brought the browser down"),
    _("the page itself could not be fetched again"),
    _("the page is at an address without a name"),
    _("the page is at an outside host, %(host)s, which scope.outside_hosts would allow"),
    _("not every name server was looked up"),
    _("port 80 gives error pages alone"),
    _("no SMTP dialogue was held"),
    _("no complete SMTP dialogue over both families"),
    _("the dialogue ended before the TLS handshake"),
    _("no route table was read"),
    _("the route table does not say of when it is"),
    _("the newest route table is %(days)s days old"),
    _("no file of validated ROA payloads was given"),
    _("no %(what)s were read"),
    _("the file of %(what)s does not say of when it is"),
    _("the newest %(what)s are %(days)s days old"),
    _("the file does not say until when ROA payloads hold"),
    _("%(peers)s peers, %(minimum)s are needed"),
    _("seen in %(number)s of %(samples)s samples"),
    _("the register was not read"),
    _("%(number)s rows can't be read"),
    _("whether the scanner is a client is not known"),
    _("%(address)s answers REFUSED"),
    _("%(names)s: not resolved by the scanner itself"),
    _("%(names)s: not secure for the scanner itself"),
    _("%(names)s: not bogus for the scanner itself"),
    _("the resolver answers with errors"),
)
"""What the machine says in details. What targets, libraries and the operating system say stays as it is."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_NESTED = {"detail"}
_WHAT = {  # what the sources of routing evidence hold
    _("ROA payloads"), _("route objects"), _("registrations"), _("BGP sessions"), _("origins of addresses"),
}  # fmt: skip


_LONGEST = 1_000  # characters: ours are shorter


def detail_text(text: str, wording: Wording) -> str:
    """Return the detail of a failure in the reader's language; one that is none of `DETAILS` as it is."""
    for pattern, message in _patterns() if len(text) <= _LONGEST else ():
        match = pattern.fullmatch(text)
        if match is not None:
            given = {name: _value(name, value, wording) for name, value in match.groupdict().items()}
            return wording.gettext(message) % given
    return text


def _value(name: str, value: str, wording: Wording) -> str:
    if name in _NESTED:
        return detail_text(value, wording)
    if value in _WHAT:
        return wording.gettext(value)
    return words.FAMILIES[Family(value)] if value in set(Family) else value


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((pattern_of(message), message) for message in DETAILS)


def pattern_of(message: str) -> re.Pattern[str]:
    """What a text made from a message looks like, with its placeholders as groups."""
    parts = _PLACEHOLDER.split(message)  # text, name, text, …
    wanted = "".join(f"(?P<{part}>.+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
    return re.compile(wanted, re.DOTALL)
