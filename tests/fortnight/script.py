"""Two weeks of a small province, night by night: what breaks, what dies, and what has to be told the next morning.

The site has one machine and one address of each family. Checks that are not listed here are not asked, so that the
script says everything there is to say.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from netaudit.lab.world import Fault

__all__ = ["CHECKS", "FORTNIGHT", "PORTAL", "SPF", "Night", "moment"]

FIRST = datetime(2026, 12, 1, 19, tzinfo=UTC)  # two in the morning in Da Lat

PORTAL = "ipv6.web_reachable endpoint:https://www.tinh.vn:443"
SPF = "mail.spf mail:tinh.vn"
CHECKS = ("ipv6.web_reachable", "mail.spf", "dnssec.signature_validity")


@dataclass(frozen=True)
class Night:
    """One night. `opened`, `closed`: findings that the morning's message tells, `clear` whether it says all clear.

    `killed`: the scan dies half way, and the timer starts it again an hour later. `database_falls`: PostgreSQL crashes
    while the scan runs, and comes back. `deaf`: webhooks are refused. `blind`: the scanner has no IPv6.
    """

    faults: tuple[Fault, ...] = ()
    signed_for: float = 30.0  # days
    killed: bool = False
    database_falls: bool = False
    deaf: bool = False
    blind: bool = False
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()  # "signature in DAYS"
    clear: bool = False
    remaining: int = 0  # findings that stay open, as the message counts them
    failing: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()


def moment(night: int) -> datetime:
    """When the scan of a night begins; nights count from 1."""
    return FIRST + timedelta(days=night - 1)


_DEAD = Fault(id="dead", kind="aaaa_without_listener", host="www.tinh.vn")
_NO_SPF = Fault(id="no-spf", kind="no_spf", zone="tinh.vn")

FORTNIGHT = (
    Night(),
    Night((_DEAD,), opened=(PORTAL,), remaining=1, failing=(PORTAL,)),
    Night(closed=(PORTAL,), clear=True),
    Night((_DEAD,), opened=(PORTAL,), remaining=1, failing=(PORTAL,)),
    Night(),  # the third change within a week: it comes and goes, and is not called fixed
    Night((_NO_SPF,), killed=True, opened=(SPF,), remaining=2, failing=(SPF,)),
    Night((_NO_SPF,), database_falls=True, failing=(SPF,)),
    Night(closed=(SPF,), remaining=1),  # no all clear: the portal may come and go yet
    Night(deaf=True, closed=(PORTAL,), clear=True),  # two changes within seven nights: the portal stays up
    Night(),  # and now the webhook of last night arrives
    Night(signed_for=1.9, ending=("signature in 2",)),
    Night((_DEAD,), signed_for=0.9, opened=(PORTAL,), remaining=1, ending=("signature in 1",), failing=(PORTAL,)),
    Night((_DEAD,), blind=True, untested=(PORTAL,)),  # no IPv6 here: it is neither told nor fixed
    Night(closed=(PORTAL,), clear=True),
)
