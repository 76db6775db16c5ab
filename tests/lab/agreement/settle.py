"""Waits, inside the namespace, until signers have signed: `python -m tests.lab.agreement.settle < QUESTIONS`.

A line for each zone: its name, the server's address, and `NSEC` or `NSEC3`. Prints the zone's entry keys:
"ZONE FLAGS PROTOCOL ALGORITHM KEY".
"""

import asyncio
import sys
import time

import dns.rdata
import dns.rdatatype
import dns.rrset

from netaudit.net.internet import InternetNetwork
from netaudit.net.policy import TargetPolicy
from tests.lab.agreement.ask import put
from tests.lab.agreement.keys import SEP, Dnskey
from tests.lab.agreement.places import ANYWHERE

_PATIENCE = 60.0


async def main() -> None:
    network = InternetNetwork(policy=TargetPolicy(allowed=ANYWHERE))
    lines = [line.split() for line in sys.stdin]
    for keys in await asyncio.gather(*(_settled(network, *line) for line in lines)):
        print(keys)


async def _settled(network: InternetNetwork, zone: str, server: str, denial: str) -> str:
    end = time.monotonic() + _PATIENCE
    while True:
        missing = await _rrsets(network, f"nope.{zone}", "A", server)
        found = await _rrsets(network, f"www.{zone}", "A", server)
        keys = await _rrsets(network, zone, "DNSKEY", server)
        entry = [rdata for rrset in keys for rdata in rrset if isinstance(rdata, Dnskey) and rdata.flags & SEP]
        proved = {dns.rdatatype.to_text(rrset.covers) for rrset in missing}
        if entry and denial in proved and all(_signed(rrsets) for rrsets in (missing, found, keys)):
            return "\n".join(f"{zone} {rdata}" for rdata in entry)
        if time.monotonic() > end:
            sys.exit(f"{zone} is not signed after {_PATIENCE:g} s: {missing} {found} {keys}")
        await asyncio.sleep(0.1)


async def _rrsets(network: InternetNetwork, name: str, rdtype: str, server: str) -> list[dns.rrset.RRset]:
    message = await put(network, server, name, rdtype)
    return [*message.answer, *message.authority] if message is not None else []


def _signed(rrsets: list[dns.rrset.RRset]) -> bool:
    return any(rrset.rdtype == dns.rdatatype.RRSIG for rrset in rrsets)


if __name__ == "__main__":
    asyncio.run(main())
