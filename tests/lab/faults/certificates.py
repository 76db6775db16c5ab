"""Certificates and TLS that are bad, or other over one family than over the other."""

from tests.lab.faults.expected import UNCOMPARED, UNREACHED
from tests.lab.faults.plants import Plant, Serve, Site

__all__ = ["PLANTS"]


def _both(serve: Serve) -> Site:
    return Site(v4=serve, v6=serve)


PLANTS = (
    Plant(
        "v6-other-certificate",
        "a certificate of another key, for other names, over IPv6",
        Site(v6=Serve(another_key=True)),
        finds=("dual_stack.certificate differs",),
    ),
    Plant(
        "v6-wrong-name",
        "a certificate for another name over IPv6",
        Site(v6=Serve(certificate="mismatch")),
        finds=("dual_stack.certificate differs", "web.certificate_trusted name_mismatch"),
    ),
    Plant(
        "v6-expired",
        "an expired certificate over IPv6",
        Site(v6=Serve(certificate="expired")),
        finds=("dual_stack.certificate differs", "web.certificate_expiry expired", "web.certificate_trusted expired"),
    ),
    Plant(
        "v4-expired",
        "an expired certificate over IPv4",
        Site(v4=Serve(certificate="expired")),
        finds=("dual_stack.certificate differs", "web.certificate_expiry expired", "web.certificate_trusted expired"),
    ),
    Plant(
        "v6-self-signed",
        "a self-signed certificate over IPv6",
        Site(v6=Serve(certificate="untrusted")),
        finds=("dual_stack.certificate differs", "web.certificate_trusted untrusted"),
    ),
    Plant(
        "both-wrong-name",
        "a certificate for another name",
        _both(Serve(certificate="mismatch")),
        finds=("web.certificate_trusted name_mismatch",),
    ),
    Plant(
        "both-expired",
        "an expired certificate",
        _both(Serve(certificate="expired")),
        finds=("web.certificate_expiry expired", "web.certificate_trusted expired"),
    ),
    Plant(
        "both-self-signed",
        "a self-signed certificate",
        _both(Serve(certificate="untrusted")),
        finds=("web.certificate_trusted untrusted",),
    ),
    Plant(
        "v6-tls12",
        "TLS 1.2 at most over IPv6",
        Site(v6=Serve(protocols="TLSv1.2")),
        finds=("dual_stack.tls_session differs",),
        saw="TLSv1.2",
    ),
    Plant(
        "v6-tls11",
        "TLS 1.1 at most over IPv6",
        Site(v6=Serve(protocols="TLSv1.1")),
        finds=("dual_stack.tls_session differs", "web.tls_version old"),
        saw="TLSv1.1",
    ),
    Plant("both-tls11", "TLS 1.1 at most", _both(Serve(protocols="TLSv1.1")), finds=("web.tls_version old",)),
    Plant(
        "v6-tls-alert",
        "a TLS alert over IPv6",
        Site(v6=Serve(lines=("ssl_reject_handshake on;",))),
        finds=(*UNREACHED, "web.https handshake"),
        saw="tls alert",
        blinds=UNCOMPARED,
    ),
    Plant(
        "v4-tls-alert",
        "a TLS alert over IPv4",
        Site(v4=Serve(lines=("ssl_reject_handshake on;",))),
        finds=("web.https handshake", "web.ipv4_reachable unreachable"),
        saw="UNRECOGNIZED_NAME",
        blinds=UNCOMPARED,
    ),
    Plant(
        "v6-no-tls",
        "plain HTTP on port 443 over IPv6",
        Site(v6=Serve(tls=False)),
        finds=(*UNREACHED, "web.https handshake"),
        saw="WRONG_VERSION_NUMBER",
        blinds=UNCOMPARED,
    ),
)
