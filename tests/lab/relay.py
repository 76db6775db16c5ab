"""A wire that takes time: `python relay.py NEAR FAR SECONDS` hands packets from one tun interface to the other.

The kernel's netem is not everywhere, and a test needs no more than a constant delay each way.
"""

import asyncio
import fcntl
import os
import struct
import sys
from ipaddress import ip_interface
from pathlib import Path

from tests.lab.daemons import Daemons
from tests.lab.namespaces import Namespaces

__all__ = ["add_distant"]

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_PACKET = 65_535
_GATEWAY = "gateway"
_GATEWAY_ADDRESSES = "198.18.255.{0}", "2001:db8:fffd::{0}"  # RFC 2544 and RFC 3849
_FORWARD = "echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; "
_ANSWER = "echo 1 > /proc/sys/net/ipv6/conf/eth0/proxy_ndp"


def add_distant(
    host: str,
    addresses: tuple[str, ...],
    round_trip: float,
    namespaces: Namespaces,
    daemons: Daemons,
    folder: Path,
    number: int = 1,
) -> None:
    """Add a host that is `round_trip` seconds away from all others, behind the gateway of that number."""
    gateway = f"{_GATEWAY}-{number}"
    namespaces.add_alone(host)
    namespaces.add(gateway, [address.format(number) for address in _GATEWAY_ADDRESSES])
    place = folder / gateway
    place.mkdir()
    command = [sys.executable, "-m", "tests.lab.relay", "near", "far", repr(round_trip / 2)]
    daemons.start(host, ["env", f"PYTHONPATH={Path(__file__).parents[2]}", *command], place)
    daemons.wait_until(lambda: b"ready" in (place / "log").read_bytes(), "the relay was not ready")
    namespaces.move("far", host, gateway)
    near = ["link set near up"]
    far = ["link set far up"]
    far += [f"ntable change name {table} dev eth0 proxy_delay 0" for table in ("arp_cache", "ndisc_cache")]
    for address in addresses:
        option = " nodad" if ip_interface(address).version == 6 else ""
        near.append(f"address add {address} dev near{option}")
        far += [f"route add {address} dev far", f"neighbour add proxy {address} dev eth0"]
    namespaces.configure(host, *near, "route add 0.0.0.0/0 dev near", "route add ::/0 dev near")
    namespaces.run(gateway, ["sh", "-c", _FORWARD + _ANSWER])
    namespaces.configure(gateway, *far)


async def relay(near: int, far: int, delay: float) -> None:
    """Hand on every packet after `delay` seconds, in both directions, for ever."""
    loop = asyncio.get_running_loop()
    for source, target in ((near, far), (far, near)):
        loop.add_reader(source, _take, loop, source, target, delay)
    print("ready", flush=True)
    await asyncio.Event().wait()


def _take(loop: asyncio.AbstractEventLoop, source: int, target: int, delay: float) -> None:
    try:
        packet = os.read(source, _PACKET)
    except OSError:  # the interface is down while it moves
        return
    loop.call_later(delay, _give, target, packet)


def _give(target: int, packet: bytes) -> None:
    try:
        os.write(target, packet)
    except OSError:  # down: a packet on a cut wire is lost
        return


def _tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return device


if __name__ == "__main__":
    asyncio.run(relay(_tun(sys.argv[1]), _tun(sys.argv[2]), float(sys.argv[3])))
