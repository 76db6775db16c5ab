"""Waits, inside a namespace, until every server there answers: `python ready.py SECONDS < expectations`.

A line for each expectation: address, port, and the zone that a name server must know (`-`: a TCP port).
"""

import socket
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import dns.flags
import dns.message
import dns.rdatatype

__all__ = ["Expectation"]

_WAIT = 1.0


class Expectation(NamedTuple):
    """A server that must answer."""

    address: str
    port: int
    zone: str = "-"


def main(seconds: float, expected: Sequence[Expectation]) -> int:
    """Ask each until it answers; print the first that does not before time is up, and return 1."""
    end = time.monotonic() + seconds
    for expectation in expected:
        while not _answers(expectation):
            if time.monotonic() > end:
                print(f"no answer: {expectation}")
                return 1
            time.sleep(0.05)
    return 0


def _answers(expectation: Expectation) -> bool:
    family = socket.AF_INET6 if ":" in expectation.address else socket.AF_INET
    kind = socket.SOCK_STREAM if expectation.zone == "-" else socket.SOCK_DGRAM
    try:
        with socket.socket(family, kind) as probe:  # noqa: TID251 - a server of the test's own
            probe.settimeout(_WAIT)
            probe.connect((expectation.address, expectation.port))
            if kind == socket.SOCK_STREAM:
                return True
            query = dns.message.make_query(expectation.zone, dns.rdatatype.SOA, flags=dns.flags.Flag(0))
            probe.send(query.to_wire())
            return bool(dns.message.from_wire(probe.recv(4096), ignore_trailing=True).answer)
    except OSError:
        return False


if __name__ == "__main__":
    lines = [line.split() for line in sys.stdin]
    sys.exit(main(float(sys.argv[1]), [Expectation(address, int(port), zone) for address, port, zone in lines]))
