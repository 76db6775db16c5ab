"""Two sides of one service: what it showed over IPv4, and beside it what it showed over IPv6."""

from netaudit.model.common import Failure, Family, Record

__all__ = ["Parity", "ParityRow"]


class ParityRow(Record, frozen=True, kw_only=True):
    """One property, as every address of a family showed it: equal values once, in the order of the addresses.

    `what` is a word of `netaudit.writers.parity`, or `header:NAME`. Values are bytes on the wire as text: field terms,
    names, numbers; times in milliseconds, sizes in bytes. `alike` None: the values may well differ by themselves.
    """

    what: str
    ipv4: tuple[str, ...] = ()
    ipv6: tuple[str, ...] = ()
    alike: bool | None = None


class Parity(Record, frozen=True, kw_only=True):
    """An endpoint or a mail domain, measured over both families."""

    addresses: dict[Family, tuple[str, ...]] = {}
    failures: dict[str, Failure] = {}  # address -> why it did not serve
    rows: tuple[ParityRow, ...] = ()
    samples: dict[Family, tuple[float, ...]] = {}  # connection times in milliseconds
    round_trips: bool = False  # the samples are of requests over UDP and their replies, one of each address
    lost: dict[Family, int] = {}
