"""Dialogues and time replies of services, built by hand."""

import struct

from netaudit.model.common import Failure, family_of
from netaudit.model.facts import DatagramFact, DialogueFact, Round, TlsObservation
from tests.checks.web.builders import HOST, NOW

SUBMISSION, SUBMISSIONS = f"submission://{HOST}:587", f"submissions://{HOST}:465"
IMAP, IMAPS = f"imap://{HOST}:143", f"imaps://{HOST}:993"
NTP, UDP = f"ntp://{HOST}:123", f"udp://{HOST}:4000"

SESSION = TlsObservation(server_name=HOST, version="TLSv1.3", cipher="TLS_AES_256")
SMTP_OFFER = ("STARTTLS", "PIPELINING")
SMTP_WITHIN = ("AUTH PLAIN LOGIN", "PIPELINING")
IMAP_OFFER = ("IMAP4rev1", "STARTTLS", "LOGINDISABLED")
IMAP_WITHIN = ("IMAP4rev1", "AUTH=PLAIN")
_ERA = 2_208_988_800


def talk(
    address: str,
    endpoint: str = SUBMISSION,
    *,
    greeting: str = f"{HOST} ESMTP",
    offers: tuple[str, ...] | None = None,
    within: tuple[str, ...] | None = None,
    tls: TlsObservation | None = SESSION,
    failure: Failure | None = None,
    tries: int = 1,
    rounds: tuple[Round, ...] = (),
) -> DialogueFact:
    """A whole dialogue, as a server without faults holds it; with a failure, one that never began."""
    first = endpoint.startswith(("submissions", "imaps"))
    if failure is not None:
        greeting, offers, within, tls = "", offers or (), within or (), None if tls is SESSION else tls
    usual = (SMTP_OFFER, SMTP_WITHIN) if endpoint.startswith("submission") else (IMAP_OFFER, IMAP_WITHIN)
    return DialogueFact(
        id=f"dialogue-{endpoint}-{address}",
        endpoint=endpoint,
        address=address,
        family=family_of(address),
        at=NOW,
        greeting=greeting,
        capabilities=() if first else (usual[0] if offers is None else offers),
        secured=usual[1] if within is None else within,
        tls=tls,
        failure=failure,
        tries=tries,
        rounds=rounds,
    )


def told(
    address: str,
    *,
    ahead: float = 0.0,
    stratum: int = 3,
    leap: int = 0,
    source: bytes = b"\xc0\0\x02\x01",
    distance: float = 0.01,
    took: float = 0.02,
    endpoint: str = NTP,
) -> DatagramFact:
    """An NTP reply of a server whose clock is `ahead` of ours, in the middle of the round trip."""
    moment = int((NOW + took / 2 + ahead + _ERA) * (1 << 32)) % (1 << 64)
    first, doubt = leap << 6 | 4 << 3 | 4, int(distance * 65_536)
    reply = struct.pack("!BBbbII4sQQQQ", first, stratum, 6, -20, 0, doubt, source, 0, 7, moment, moment)
    return answered(address, reply, endpoint=endpoint, took=took)


def answered(address: str, reply: bytes, *, endpoint: str = UDP, took: float = 0.02) -> DatagramFact:
    """A reply of a service over UDP."""
    return DatagramFact(
        id=f"datagram-{endpoint}-{address}", endpoint=endpoint, address=address, family=family_of(address), at=NOW,
        request=b"?", reply=reply, elapsed_ms=took * 1000,
    )  # fmt: skip


def unanswered(address: str, failure: Failure, *, endpoint: str = UDP, tries: int = 3) -> DatagramFact:
    """A request without a reply."""
    return DatagramFact(
        id=f"datagram-{endpoint}-{address}", endpoint=endpoint, address=address, family=family_of(address), at=NOW,
        request=b"?", failure=failure, tries=tries,
    )  # fmt: skip
