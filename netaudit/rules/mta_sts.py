"""MTA-STS records and policies read as RFC 8461 writes them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = [
    "POLICY_PATH", "MtaStsPolicy", "lists", "mta_sts_records", "parse_policy", "policy_endpoint", "policy_host",
    "record_problem",
]  # fmt: skip

POLICY_PATH = "/.well-known/mta-sts.txt"
MAX_AGE = 31_557_600
"""Seconds: the longest time that a policy may be kept (section 3.2)."""


class MtaStsPolicy(NamedTuple):
    """A policy's mode (`enforce`, `testing`, `none`), how long senders keep it, and the exchangers that it allows."""

    mode: str = ""
    max_age: int = 0  # seconds
    exchangers: tuple[str, ...] = ()  # `mx.example`, `*.example`
    problem: str = ""  # the key whose value breaks the policy; empty: none


def policy_endpoint(domain: str) -> str:
    """The endpoint that serves a domain's policy (section 3.3)."""
    return f"https://{policy_host(domain)}:443"


def policy_host(domain: str) -> str:
    """The host that serves a domain's policy (section 3.3)."""
    return f"mta-sts.{domain}"


def mta_sts_records(texts: Iterable[str]) -> tuple[str, ...]:
    """The TXT records that are MTA-STS records; senders ignore all others (section 3.1)."""
    return tuple(text for text in texts if re.match(r"v=STSv1[ \t]*;", text))


def record_problem(record: str) -> str:
    """The field that breaks a record; empty: none. An `id` of 1 to 32 letters and digits is needed (section 3.1)."""
    fields = [part.strip() for part in record.split(";")[1:]]
    ids = [field for field in fields if field.startswith("id=")]
    if len(ids) != 1 or not re.fullmatch(r"id=[A-Za-z0-9]{1,32}", ids[0]):
        return ids[0][:60] if ids else "id"
    return ""


def parse_policy(body: bytes) -> MtaStsPolicy:
    """Read a policy file: lines `key: value`; of a key that stands twice the first counts, but `mx` (section 3.2)."""
    values: dict[str, str] = {}
    exchangers: list[str] = []
    for line in body.decode("utf-8", "replace").splitlines()[:200]:
        key, _, value = (part.strip() for part in line.partition(":"))
        if key == "mx":
            exchangers.append(value.lower().rstrip("."))
        else:
            values.setdefault(key, value)
    mode, age = values.get("mode", ""), values.get("max_age", "")
    known = re.fullmatch(r"[0-9]{1,10}", age) is not None and int(age) <= MAX_AGE
    wrong = {
        "version": values.get("version") != "STSv1",
        "mode": mode not in ("enforce", "testing", "none"),
        "max_age": not known,
        "mx": mode != "none" and not (exchangers and all(_PATTERN.fullmatch(name) for name in exchangers)),
    }
    problem = next((key for key, is_wrong in wrong.items() if is_wrong), "")
    return MtaStsPolicy(mode, int(age) if known else 0, tuple(exchangers), problem)


def lists(policy: MtaStsPolicy, exchanger: str) -> bool:
    """Whether a policy allows an exchanger; a wildcard stands for exactly one label (section 4.1)."""
    name = exchanger.lower().rstrip(".")
    return name in policy.exchangers or f"*.{name.partition('.')[2]}" in policy.exchangers


_PATTERN = re.compile(r"(?:\*\.)?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}", re.ASCII)
