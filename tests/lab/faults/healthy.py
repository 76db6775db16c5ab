"""A world with nothing wrong: what must give no finding."""

from dataclasses import replace

from tests.lab.faults.plants import PAGE, Clients, Clock, Exchanger, Plant, Serve, Servers, Site, Tcp

__all__ = ["PLANTS"]


def _both(serve: Serve) -> Site:
    return Site(v4=serve, v6=serve)


_GOOD = Serve()
_LIVELY = PAGE.replace("<body>", "<body><script nonce=$request_id>let t = $msec;</script>")
_NAMING = PAGE.replace(
    "</body>", "<script src=https://site.tinh.vn/a.js></script><a href=https://farm.tinh.vn/>sở</a></body>"
)

PLANTS = (
    Plant("site", "a web site", _both(_GOOD)),
    Plant("farm", "a web site at several addresses", _both(Serve(addresses=3))),
    Plant("lively", "a page with nonces", _both(Serve(page=_LIVELY))),
    Plant("naming", "a page that loads from another host and links to one", _both(Serve(page=_NAMING))),
    Plant("led", "a page that leads to another host", _both(Serve(redirect="https://site.tinh.vn/"))),
    Plant("older", "a web site with TLS 1.2", _both(replace(_GOOD, protocols="TLSv1.2"))),
    Plant("new", "a web site with IPv6 alone", Site(v4=None)),
    Plant("far", "a web site that is 30 ms further away over IPv6", Site(distant_s=0.03)),
    Plant("port", "a TCP service", Tcp()),
    Plant("mail", "a mail domain", Exchanger()),
    Plant("send", "submission with STARTTLS", Clients()),
    Plant("send-tls", "submission with TLS first", Clients("submissions")),
    Plant("box", "IMAP with STARTTLS", Clients("imap")),
    Plant("box-tls", "IMAP with TLS first", Clients("imaps")),
    Plant("time", "a time server", Clock()),
    Plant("answers", "a service over UDP that answers", Clock("udp")),
    Plant("quiet", "a mail domain that takes no mail", Exchanger(mx="quiet IN MX 0 .", spf="v=spf1 -all")),
    Plant("zone", "a zone with a web site of its own", Servers(site=Site())),
)
