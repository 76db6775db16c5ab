import datetime
from collections.abc import Sequence

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from trustme import CA

from netaudit.judge.trust import TrustJudge, name_matches
from netaudit.model.evidence import CertificateTrust
from netaudit.model.facts import TlsObservation

HOST = "portal.example.vn"
NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    subject: str,
    key: Key,
    issuer: str,
    issuer_key: Key,
    *,
    names: Sequence[str] = (),
    starts: datetime.datetime = NOW - DAY,
    ends: datetime.datetime = NOW + 90 * DAY,
    ca: bool | None = False,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    more: Sequence[x509.ExtensionType] = (),
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if names:
        alternative = x509.SubjectAlternativeName([x509.DNSName(text) for text in names])
        builder = builder.add_extension(alternative, critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    if ca and not more:
        bits = dict.fromkeys(
            (
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                "encipher_only", "decipher_only",
            ), False,
        )  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **bits), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


ROOT_KEY, MIDDLE_KEY, LEAF_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
ROOT = certificate("Root", ROOT_KEY, "Root", ROOT_KEY, ca=True, ends=NOW + 3_650 * DAY)
MIDDLE = certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, ca=True)
ROOT_PEM = ROOT.public_bytes(serialization.Encoding.PEM).decode()


def leaf(*names: str, starts: datetime.datetime = NOW - DAY, ends: datetime.datetime = NOW + 90 * DAY) -> bytes:
    return der(certificate("Leaf", LEAF_KEY, "Root", ROOT_KEY, names=names or (HOST,), starts=starts, ends=ends))


def der(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.DER)


def judged(*shown: bytes, host: str = HOST, roots: tuple[str, ...] = (ROOT_PEM,)) -> CertificateTrust | None:
    return TrustJudge(roots, NOW.timestamp()).judge(TlsObservation(server_name=host, certificates=shown))


def test_a_good_certificate_is_trusted_and_described() -> None:
    found = judged(leaf(HOST, "www.example.vn"))
    assert found is not None
    assert (found.trusted, found.name_matches, found.error) == (True, True, "")
    assert (found.subject, found.issuer, found.names) == ("Leaf", "Root", (HOST, "www.example.vn"))
    assert (found.not_before, found.not_after) == ((NOW - DAY).timestamp(), (NOW + 90 * DAY).timestamp())
    assert found.key == "EC 256"
    assert len(found.fingerprint) == 64


def test_a_chain_over_an_intermediate_needs_that_intermediate() -> None:
    made = der(certificate("Leaf", LEAF_KEY, "Middle", MIDDLE_KEY, names=(HOST,)))
    whole, broken = judged(made, der(MIDDLE)), judged(made)
    assert whole is not None
    assert whole.trusted
    assert broken is not None
    assert (broken.trusted, broken.error) == (False, "no path to a trusted root")


@pytest.mark.parametrize(
    ("shown", "roots", "error"),
    [
        (leaf(ends=NOW - DAY / 2), (ROOT_PEM,), "expired"),
        (leaf(starts=NOW + DAY), (ROOT_PEM,), "not yet valid"),
        (der(certificate("Leaf", LEAF_KEY, "Leaf", LEAF_KEY, names=(HOST,))), (ROOT_PEM,), "self-signed"),
        (leaf(), (), "no path to a trusted root"),
        (leaf(), ("no PEM at all",), "no path to a trusted root"),
        (der(certificate(HOST, LEAF_KEY, "Root", ROOT_KEY)), (ROOT_PEM,), "no subjectAltName"),
        (
            der(certificate("Leaf", LEAF_KEY, "Root", MIDDLE_KEY, names=(HOST,))),
            (ROOT_PEM,),
            "signature does not match",
        ),
    ],
)
def test_a_bad_chain_is_not_trusted(shown: bytes, roots: tuple[str, ...], error: str) -> None:
    found = judged(shown, roots=roots)
    assert found is not None
    assert not found.trusted
    assert found.error.startswith(error)


SHORT = [x509.DNSName("example.com")]
NO_SIGNING = x509.KeyUsage(
    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip


@pytest.mark.parametrize(
    "middle",
    [
        certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, names=("middle.example",)),
        certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, ca=None),
        certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, ca=True, more=[NO_SIGNING]),
        certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, ca=True, more=[x509.NameConstraints(SHORT, None)]),
        certificate("Middle", MIDDLE_KEY, "Root", ROOT_KEY, ca=True, ends=NOW - DAY / 2),
    ],
    ids=["leaf-as-issuer", "no-basic-constraints", "key-may-not-sign", "name-constraints", "expired"],
)
def test_a_certificate_that_may_not_issue_makes_no_path(middle: x509.Certificate) -> None:
    found = judged(der(certificate("Leaf", LEAF_KEY, "Middle", MIDDLE_KEY, names=(HOST,))), der(middle))
    assert found is not None
    assert not found.trusted


def test_a_certificate_for_clients_is_not_trusted() -> None:
    usage = ExtendedKeyUsageOID.CLIENT_AUTH
    found = judged(der(certificate("Leaf", LEAF_KEY, "Root", ROOT_KEY, names=(HOST,), usage=usage)))
    assert found is not None
    assert (found.trusted, found.error) == (False, "not meant for servers")


def test_a_wrong_name_is_no_matter_of_trust() -> None:
    found = judged(leaf("other.example.vn"))
    assert found is not None
    assert (found.trusted, found.name_matches) == (True, False)


def test_the_common_name_does_not_count() -> None:
    found = judged(der(certificate(HOST, LEAF_KEY, "Root", ROOT_KEY, names=("other.example.vn",))))
    assert found is not None
    assert not found.name_matches


def test_an_authority_made_by_others_is_trusted_too() -> None:
    ca = CA()
    made = ca.issue_cert(HOST, "*.example.vn", "192.0.2.7").cert_chain_pems[0].bytes()
    shown = der(x509.load_pem_x509_certificate(made))
    roots = (ca.cert_pem.bytes().decode(),)
    judge = TrustJudge(roots, datetime.datetime.now(datetime.UTC).timestamp())
    matches = {
        host: judge.judge(TlsObservation(server_name=host, certificates=(shown,)))
        for host in (HOST, "any.example.vn", "a.b.example.vn", "192.0.2.7", "192.0.2.8")
    }
    assert {host: found.name_matches for host, found in matches.items() if found is not None and found.trusted} == {
        HOST: True, "any.example.vn": True, "a.b.example.vn": False, "192.0.2.7": True, "192.0.2.8": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("host", "presented", "wanted"),
    [
        ("a.example.vn", "a.example.vn", True),
        ("A.Example.VN", "a.example.vn.", True),
        ("a.example.vn", "*.example.vn", True),
        ("example.vn", "*.example.vn", False),
        ("a.b.example.vn", "*.example.vn", False),
        ("ab.example.vn", "a*.example.vn", False),
        ("example.vn", "*.vn", False),
        ("a.example.vn", "*.*.vn", False),
        ("a.example.vn", "*", False),
        ("", "", False),
        (".example.vn", "*.example.vn", False),
    ],
)
def test_names_match_as_rfc_9525_says(host: str, presented: str, wanted: bool) -> None:
    assert name_matches(host, presented) is wanted


def test_a_session_without_a_certificate_says_nothing() -> None:
    assert judged() is None


@pytest.mark.parametrize("shown", [b"", b"\x30", b"\x30\x82\xff\xff", b"not a certificate", leaf()[:200]])
def test_bytes_that_are_no_certificate_say_nothing(shown: bytes) -> None:
    assert judged(shown) is None


def test_garbage_beside_a_good_certificate_does_no_harm() -> None:
    found = judged(leaf(), b"garbage", b"", leaf()[:100])
    assert found is not None
    assert found.trusted


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(leaf()) - 20), bytes_=st.binary(min_size=1, max_size=20))
def test_a_damaged_certificate_is_never_trusted(at: int, bytes_: bytes) -> None:
    good = leaf()
    bad = good[:at] + bytes_ + good[at + len(bytes_) :]
    found = judged(bad)
    assert bad == good or found is None or not found.trusted


def test_small_and_unusual_keys_are_named() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    found = judged(der(certificate("Leaf", key, "Root", ROOT_KEY, names=(HOST,))))
    assert found is not None
    assert found.key == "RSA 1024"
