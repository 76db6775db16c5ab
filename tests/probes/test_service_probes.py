"""Probes of services other than web sites and mail domains: each address of both families, and what is kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import DatagramFact, DialogueFact
from netaudit.net.services import Answers, new_datagram, new_dialogue
from netaudit.probes.datagram import DatagramProbe
from netaudit.probes.dialogue import DialogueProbe
from netaudit.rules.ntp import answers
from tests.conftest import Script

SILENT = Failure(reason=Reason.TIMEOUT, side=Side.PATH, detail="no reply")


@dataclass
class Talking(Script):
    """The tests' world, whose hosts talk; over IPv6 they fall silent in the first round."""

    requests: dict[str, bytes] = field(default_factory=dict)
    rounds_v6: int = 0

    async def dialogue(self, endpoint: str, address: str) -> DialogueFact:
        return msgspec.structs.replace(new_dialogue(endpoint, address, 1.0), failure=self._failure(address))

    async def datagram(self, endpoint: str, address: str, request: bytes, answers: Answers) -> DatagramFact:
        self.requests[address] = request
        reply = b"\x24" + bytes(23) + request[40:48] + bytes(16)
        assert answers(reply) and answers(b"anything") is endpoint.startswith("udp:")
        failure = self._failure(address)
        fact = new_datagram(endpoint, address, 1.0, request)
        return msgspec.structs.replace(fact, failure=failure, reply=None if failure else reply)

    def _failure(self, address: str) -> Failure | None:
        if ":" not in address:
            return None
        self.rounds_v6 += 1
        return SILENT if self.rounds_v6 == 1 else None


@pytest.fixture
def script(script: Script) -> Talking:
    """The world of the tests with hosts that talk."""
    return Talking(**{field: getattr(script, field) for field in script.__dataclass_fields__})


async def test_every_address_is_talked_to_and_what_failed_is_looked_at_again(open_context: Callable[..., Any]) -> None:
    async with open_context() as context:
        probe = DialogueProbe(context, "imap://www.p.example:143", "www.p.example", 143)
        await probe.run()
    talks = {fact.address: fact for fact in probe.facts(None) if isinstance(fact, DialogueFact)}
    assert set(talks) == {"192.0.2.80", "2001:db8::80"}
    assert talks["192.0.2.80"].rounds == ()
    assert [made.failure for made in talks["2001:db8::80"].rounds] == [SILENT, None, None]


async def test_each_ntp_request_has_a_nonce_of_its_own(open_context: Callable[..., Any], script: Talking) -> None:
    async with open_context() as context:
        probe = DatagramProbe(context, "ntp://www.p.example:123", "www.p.example", b"")
        await probe.run()
    facts = [fact for fact in probe.facts(None) if isinstance(fact, DatagramFact)]
    assert len(facts) == 2 and all(answers(fact.request, fact.reply or b"") for fact in facts)
    assert len(set(script.requests.values())) == 2


async def test_a_declared_request_is_sent_as_it_is(open_context: Callable[..., Any], script: Talking) -> None:
    async with open_context() as context:
        await DatagramProbe(context, "udp://www.p.example:4000", "www.p.example", b"\0\xff").run()
    assert set(script.requests.values()) == {b"\0\xff"}
