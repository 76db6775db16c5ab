"""The third door: what services other than web sites and mail exchangers say to a client that never logs in."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from netaudit.model.common import Failure, Reason, Side, family_of
from netaudit.model.facts import DatagramFact, DialogueFact
from netaudit.net.network import Network

__all__ = ["Answers", "ServiceNetwork", "UnseenServices", "new_datagram", "new_dialogue", "services_of"]

Answers = Callable[[bytes], bool]
"""Whether a datagram is the reply that is waited for."""


@runtime_checkable
class ServiceNetwork(Protocol):
    """Talks to services. Politeness and scope hold as for `Network`; failures are data."""

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """Greeting, capabilities, TLS, capabilities within it, farewell; by the endpoint's scheme, host and port."""
        ...

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """Send a request over UDP; what does not answer it is ignored until the time is up."""
        ...


def services_of(network: Network) -> ServiceNetwork:
    """The network itself where it can talk to services; else one that says that it can't."""
    return network if isinstance(network, ServiceNetwork) else UnseenServices(network)


def new_dialogue(endpoint: str, address: str, at: float, failure: Failure | None = None) -> DialogueFact:
    """A dialogue in which nothing was said yet; with a failure, one that was not begun."""
    family, tries = family_of(address), int(failure is None)
    id = f"dialogue-{endpoint}-{address}"
    return DialogueFact(id=id, endpoint=endpoint, address=address, family=family, at=at, tries=tries, failure=failure)


def new_datagram(
    endpoint: str, address: str, at: float, request: bytes, failure: Failure | None = None
) -> DatagramFact:
    """A request without a reply; with a failure, one that was not sent."""
    return DatagramFact(
        id=f"datagram-{endpoint}-{address}",
        endpoint=endpoint,
        address=address,
        family=family_of(address),
        at=at,
        request=request,
        tries=int(failure is None),
        failure=failure,
    )


class UnseenServices:
    """A `ServiceNetwork` of a network without services: one of name servers alone."""

    failure = Failure(reason=Reason.NOT_PERMITTED, side=Side.OURS, detail="this network has name servers alone")

    def __init__(self, network: Network) -> None:
        self._network = network

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        """Tell that nothing was said."""
        return new_dialogue(endpoint, address, self._network.now(), self.failure)

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        """Tell that nothing was sent."""
        return new_datagram(endpoint, address, self._network.now(), request, self.failure)
