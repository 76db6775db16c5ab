"""A province of 5,000 services in which nearly every check fails on more targets than the index lists."""

import msgspec

from netaudit.content import content_path
from netaudit.inventory import load
from netaudit.model.inventory import Service
from netaudit.model.run import Run
from netaudit.model.verdict import Target, TargetKind, Verdict, failed, passed
from tests.writers.synthetic import CHECKS, run_of

__all__ = ["crowded_run"]

_KINDS = 150  # checks that fail: nearly all that there are
_OFTEN = 90  # targets of each


def crowded_run(services: int = 5_000) -> Run:
    """The units of the sample share the services evenly; every service has two results, every 50th fails."""
    inventory = load(content_path("inventory.yaml")).inventory
    units = inventory.units
    listed = tuple(
        Service(id=f"s{n}", kind="local_site", host=f"dichvu{n}.lamdong.gov.vn", units=(units[n % len(units)].id,))
        for n in range(services)
    )
    fine = passed("ok", total=2)
    verdicts = [
        Verdict(check=check, target=_target(check, service), outcome=failed("bad") if n % 50 == 0 else fine)
        for check in ("ipv6.aaaa", "ipv6.web_reachable")
        for n, service in enumerate(listed)
    ]
    pattern = CHECKS["web.certificate_expiry"]
    more = {f"web.rule_{n}": msgspec.structs.replace(pattern, id=f"web.rule_{n}") for n in range(_KINDS)}
    verdicts += [
        Verdict(
            check=check,
            target=_target(check, listed[(n * _OFTEN + place) % services]),
            outcome=failed("bad", until="2026-11-21T00:00:00Z"),
        )
        for n, check in enumerate(more)
        for place in range(_OFTEN)
    ]
    run = run_of(units, listed, verdicts, zones=inventory.zones)
    return msgspec.structs.replace(run, checks={**CHECKS, **more})


def _target(check: str, service: Service) -> Target:
    kind = CHECKS[check].target if check in CHECKS else TargetKind.ENDPOINT
    return Target(kind=kind, name=service.host if kind is TargetKind.HOST else service.endpoint)
