"""A time server that is half a minute ahead: `python -m tests.lab.clock ADDRESS…`. No daemon is wrong on demand."""

import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from selectors import EVENT_READ, DefaultSelector

from netaudit.lab.flaws import Flaws
from netaudit.lab.time_server import NtpServer
from netaudit.lab.world import Fault, Machine, TimeServer, World
from netaudit.model.common import family_of

_HOST = "clock"


def main(addresses: Sequence[str]) -> None:
    """Answer until killed."""
    fault = Fault(id="off", kind="time_off", host=_HOST)
    server = TimeServer(machine=_HOST, host=_HOST)
    machine = Machine(id=_HOST, addresses=tuple(addresses))
    flaws = Flaws(World(schema=1, name=_HOST, machines=(machine,), zones=(), time=(server,), faults=(fault,)))
    with ExitStack() as opened, DefaultSelector() as waiting:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            serving = opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))  # noqa: TID251 - the test's own
            serving.bind((address, 123))
            waiting.register(serving, EVENT_READ, (serving, NtpServer(server, family_of(address), flaws)))
        while True:
            for key, _ in waiting.select():
                serving, clock = key.data
                query, client = serving.recvfrom(1_024)
                reply = clock.respond(query, datagram=True)
                if reply is not None:
                    serving.sendto(reply, client)


if __name__ == "__main__":
    main(sys.argv[1:])
