"""The mail servers of a domain: one SMTP dialogue with each address of each exchanger. No mail is sent.

Where the domain says that it has an MTA-STS policy, that is fetched too (RFC 8461 section 3.3): once over each family.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

import dns.rdatatype
import msgspec

from netaudit.model.common import Failure, family_of
from netaudit.model.facts import Fact, HttpHop, MailFact, Round, WebFact
from netaudit.probes.context import ProbeContext, parse_name
from netaudit.probes.hosts import addresses_of, exchangers_of
from netaudit.probes.records import text_records
from netaudit.probes.rounds import in_rounds
from netaudit.rules.mta_sts import POLICY_PATH, mta_sts_records, policy_endpoint, policy_host
from netaudit.rules.service_names import MTA_STS

__all__ = ["MailProbe"]

_ADDRESSES = 8  # of one exchanger, in one family


class MailProbe:
    """Talks to every exchanger of a mail domain, at every address."""

    def __init__(self, context: ProbeContext, domain: str) -> None:
        self._context = context
        self._domain = domain
        self._dialogues: dict[str, MailFact] = {}
        self._policies: dict[str, WebFact] = {}

    async def run(self) -> None:
        """Find the exchangers and talk to them."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._fetch_policies())
            for exchanger in await exchangers_of(self._context, self._domain):
                if self._context.excluded(exchanger):
                    continue
                for address in await addresses_of(self._context, exchanger, _ADDRESSES):
                    group.create_task(self._talk(exchanger, address))

    def facts(self, failure: Failure | None) -> Iterable[Fact]:
        """The dialogues and fetches that came to an end."""
        return sorted((*self._dialogues.values(), *self._policies.values()), key=lambda fact: fact.id)

    async def _talk(self, exchanger: str, address: str) -> None:
        def keep(fact: MailFact, rounds: tuple[Round, ...]) -> None:
            self._dialogues[fact.id] = msgspec.structs.replace(fact, rounds=rounds)

        talk = partial(self._context.network.smtp, self._domain, exchanger, address)
        await in_rounds(self._context, address, talk, lambda fact: (fact.failure, fact.tries), keep)

    async def _fetch_policies(self) -> None:
        name = parse_name(f"{MTA_STS}.{self._domain}")
        lookup = await self._context.lookup(name, dns.rdatatype.TXT)
        host = policy_host(self._domain)
        if mta_sts_records(text_records(self._context, lookup)) and not self._context.excluded(host):
            addresses = await addresses_of(self._context, host, 1)
            await asyncio.gather(*(self._fetch_policy(address) for address in addresses))

    async def _fetch_policy(self, address: str) -> None:
        """One request; redirects are not followed (RFC 8461 section 3.3)."""
        endpoint = policy_endpoint(self._domain)

        def keep(hop: HttpHop, rounds: tuple[Round, ...]) -> None:
            self._policies[address] = WebFact(
                id=f"web-{endpoint}{POLICY_PATH}-{address}",
                endpoint=endpoint,
                address=address,
                family=family_of(address),
                hops=(hop,),
                failure=hop.failure,
                document=POLICY_PATH,
                rounds=rounds,
            )

        fetch = partial(self._context.network.http, endpoint.removesuffix(":443") + POLICY_PATH, address)
        await in_rounds(self._context, address, fetch, lambda hop: (hop.failure, hop.tries), keep)
