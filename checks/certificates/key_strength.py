"""Whether keys and signatures of the certificates in force are strong enough (NIST SP 800-57 part 1 section 5.6)."""

from collections.abc import Iterable, Sequence

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.evidence import RegisterEvidence
from netaudit.model.facts import CertificateRow, RegisterFact
from netaudit.model.verdict import Observation, Outcome, could_not_test, failed, not_applicable, passed
from netaudit.rules.registers import ends

from ._helpers import content, filed, lines, partly_read, rows

_FIXED = ("Ed25519", "Ed448")  # one size each, and strong
_SHOWN = 100


def judge(evidence: RegisterEvidence, *, rsa_bits: int, ec_bits: int, weak_digests: Sequence[str]) -> Outcome:
    """One that has expired signs nothing any more. Sizes in bits; DSA keys are measured as those of RSA."""
    outcome = _judge(evidence, {"RSA": rsa_bits, "DSA": rsa_bits, "EC": ec_bits}, weak_digests)
    return filed(evidence, outcome).with_args({"rsa_bits": rsa_bits, "ec_bits": ec_bits})


def _judge(evidence: RegisterEvidence, least: dict[str, int], weak_digests: Sequence[str]) -> Outcome:
    fact = content(evidence)
    if isinstance(fact, Outcome):
        return fact
    if fact.format != "x509":
        return not_applicable("table", facts=(fact.id,))
    current = tuple(row for row in fact.rows if ends(row) > evidence.now)
    weak = tuple(row for row in current if _short(row, least) or row.digest in weak_digests)
    if weak:
        return failed(
            "weak", observed=_shown(fact, weak), facts=(fact.id,), count=len(weak), total=len(current),
            lines=lines(weak), algorithms=tuple(sorted({_words(row) for row in weak})[:10]),
        )  # fmt: skip
    unknown = _unknown(fact, current) or partly_read(fact)
    if unknown is not None:
        return unknown
    if not current:
        return not_applicable("none_in_force", facts=(fact.id,))
    return passed("ok", facts=(fact.id,), total=len(current))


def _short(row: CertificateRow, least: dict[str, int]) -> bool:
    return row.key in least and row.key_bits < least[row.key]


def _unknown(fact: RegisterFact, current: Sequence[CertificateRow]) -> Outcome | None:
    unknown = tuple(row for row in current if row.key not in ("RSA", "DSA", "EC", *_FIXED) or row.digest == "unknown")
    if not unknown:
        return None
    failure = Failure(reason=Reason.MALFORMED, side=Side.OURS, detail="keys or signatures of an unknown kind")
    return could_not_test(
        "unknown", failure, observed=rows(fact, unknown, ok=None), facts=(fact.id,), count=len(unknown),
        total=len(current),
    )  # fmt: skip


def _shown(fact: RegisterFact, weak: Iterable[CertificateRow]) -> tuple[Observation, ...]:
    return tuple(
        Observation(where=f"{fact.source}:{row.line}", saw=f"{row.holder} {row.pseudonym}: {_words(row)}", ok=False)
        for row in list(weak)[:_SHOWN]
    )


def _words(row: CertificateRow) -> str:
    size = f"{row.key} {row.key_bits}" if row.key not in ("", *_FIXED) else row.key or "key of an unknown kind"
    return f"{size}, {row.signature}"
