"""What is laid side by side of a service: each address's values, compared where both families showed any."""

from netaudit.judge.derive import Derived
from netaudit.judge.parity import parity_of_run
from netaudit.model.common import Family, Reason
from netaudit.model.evidence import Evidence
from netaudit.model.parity import Parity, ParityRow
from netaudit.model.verdict import Target, TargetKind
from tests.checks.mail.builders import MX1, mail, silent, talk
from tests.checks.services.builders import IMAP, NTP, UDP, answered, told, unanswered
from tests.checks.services.builders import talk as client_talk
from tests.checks.web.builders import (
    HOST,
    TIMEOUT,
    V4,
    V6,
    V6B,
    connect,
    dead,
    endpoint,
    fetch,
    hop,
    host,
    times,
    trust,
)

NAME = f"https://{HOST}:443"


def of(evidence: Evidence, kind: TargetKind = TargetKind.ENDPOINT) -> Parity:
    ((name, found),) = parity_of_run([Derived(target=Target(kind=kind, name=NAME), evidence=evidence)])
    assert name == NAME
    return found


def row(parity: Parity, what: str) -> ParityRow:
    return next(row for row in parity.rows if row.what == what)


def test_equal_values_stand_once_and_are_alike() -> None:
    found = of(endpoint(fetch(V4), fetch(V6), fetch(V6B), times=times((1, 2, 3), (4, 5, 6))))
    assert found.addresses == {Family.IPV4: (V4,), Family.IPV6: (V6, V6B)}
    assert row(found, "way") == ParityRow(what="way", ipv4=("200",), ipv6=("200",), alike=True)
    assert found.samples[Family.IPV6] == (4, 5, 6)


def test_what_differs_is_said_and_what_may_differ_is_not_judged() -> None:
    moved = hop(V6, 301, headers=(("x-frame-options", "DENY"),))
    found = of(endpoint(fetch(V4), fetch(V6, moved, hop(V6, headers=(("server", "b"),)))))
    assert row(found, "way") == ParityRow(what="way", ipv4=("200",), ipv6=("301 → 200",), alike=False)
    assert row(found, "server").alike is False
    assert row(found, "size").alike is None


def test_certificates_are_told_of_the_fetch_that_showed_them() -> None:
    old = trust(names=("old.example",), fingerprint="bb")
    found = of(endpoint(fetch(V4), fetch(V6), trusts={V4: trust(), V6: old}))
    assert row(found, "certificate") == ParityRow(
        what="certificate", ipv4=(f"CN={HOST}",), ipv6=("CN=old.example",), alike=False
    )


def test_a_family_that_did_not_serve_is_no_difference_but_a_failure() -> None:
    found = of(endpoint(fetch(V4), dead(V6)))
    assert row(found, "way") == ParityRow(what="way", ipv4=("200",), alike=None)
    assert found.failures[V6].reason is Reason.TIMEOUT


def test_tcp_and_mail_are_laid_side_by_side_too() -> None:
    tcp = of(endpoint(connect(V4), connect(V6), key=f"tcp://{HOST}:8443"))
    assert tcp.addresses == {Family.IPV4: (V4,), Family.IPV6: (V6,)}
    letters = of(mail({MX1: (V4, V6)}, talk(MX1, V4), talk(MX1, V6, starttls=False)), TargetKind.MAIL)
    assert row(letters, "starttls") == ParityRow(what="starttls", ipv4=("STARTTLS",), ipv6=("–",), alike=False)
    assert silent(MX1, V6).failure == of(mail({MX1: (V4, V6)}, silent(MX1, V6)), TargetKind.MAIL).failures[V6]


def test_a_service_of_which_nothing_is_known_is_left_out() -> None:
    derived = Derived(target=Target(kind=TargetKind.ENDPOINT, name=NAME), evidence=endpoint(at=host()))
    assert dict(parity_of_run([derived])) == {}


def test_dialogues_of_mail_clients_are_laid_side_by_side() -> None:
    clear = client_talk(V6, IMAP, offers=("IMAP4rev1", "STARTTLS", "AUTH=PLAIN"))
    taken = times((1, 2, 3), (4, 5, 6))
    found = of(endpoint(client_talk(V4, IMAP), clear, key=IMAP, trusts={V4: trust(), V6: trust()}, times=taken))
    assert row(found, "greeting").alike is row(found, "tls").alike is row(found, "certificate").alike is True
    assert row(found, "login_before_tls") == ParityRow(what="login_before_tls", ipv6=("PLAIN",), alike=False)
    assert row(found, "login_within_tls").ipv4 == ("PLAIN",)
    assert (found.samples[Family.IPV6], found.round_trips) == ((4, 5, 6), False)
    lost = of(endpoint(client_talk(V4, IMAP), client_talk(V6, IMAP, failure=TIMEOUT), key=IMAP))
    assert (lost.failures[V6], row(lost, "greeting").alike) == (TIMEOUT, None)


def test_times_are_laid_side_by_side_with_their_round_trips() -> None:
    found = of(endpoint(told(V4, took=0.02), told(V6, stratum=0, source=b"DENY", took=0.03), key=NTP))
    assert row(found, "stratum") == ParityRow(what="stratum", ipv4=("3",), ipv6=("0",), alike=False)
    assert row(found, "kiss") == ParityRow(what="kiss", ipv6=("DENY",), alike=False)
    assert row(found, "reference").ipv4 == ("192.0.2.1",) and row(found, "reference").ipv6 == ()
    assert row(found, "offset").alike is None
    assert (found.samples, found.round_trips) == ({Family.IPV4: (20.0,), Family.IPV6: (30.0,)}, True)


def test_replies_over_udp_are_laid_side_by_side() -> None:
    found = of(endpoint(answered(V4, b"12345"), unanswered(V6, TIMEOUT), key=UDP))
    assert row(found, "octets") == ParityRow(what="octets", ipv4=("5",), alike=None)
    assert (found.failures, set(found.samples)) == ({V6: TIMEOUT}, {Family.IPV4})
