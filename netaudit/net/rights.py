"""What this process may do beyond ordinary connections, found out by trying; nothing is sent."""

import socket
import sys

from netaudit.net.icmp import may_echo

__all__ = ["may_echo", "may_mark"]


def may_mark() -> bool:
    """Whether packets may carry a firewall mark: CAP_NET_ADMIN, or CAP_NET_RAW since Linux 5.17."""
    if not sys.platform.startswith("linux"):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trying:  # noqa: TID251
        try:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, 1)
        except OSError:
            return False
    return True
