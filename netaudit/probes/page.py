"""The hosts that a page names beside its own: looked up over both families, and nothing sent to them."""

import asyncio
from collections.abc import Iterable

from netaudit.model.common import Family
from netaudit.model.facts import Lookup, PageFact, WebFact
from netaudit.probes.context import ProbeContext
from netaudit.rules.page_hosts import page_hosts

__all__ = ["look_up_hosts", "page_fact"]


async def page_fact(context: ProbeContext, fetch: WebFact) -> PageFact:
    """Read the page that a fetch ended at, and look up A and AAAA of each host that it names."""
    page = fetch.hops[-1]
    found = page_hosts(page.url, page.body)
    return PageFact(
        id=f"page-{fetch.endpoint}",
        endpoint=fetch.endpoint,
        at=page.at,
        url=page.url,
        resources=found.resources,
        links=found.links,
        whole=found.whole and page.body_size <= len(page.body),
        lookups=await look_up_hosts(context, (*found.resources, *found.links)),
    )


async def look_up_hosts(context: ProbeContext, hosts: Iterable[str]) -> tuple[Lookup, ...]:
    """A and AAAA of each host that the inventory does not exclude."""
    allowed = [host for host in hosts if not context.excluded(host)]
    lookups = await asyncio.gather(*(_look_up(context, host, family) for host in allowed for family in Family))
    return tuple(lookup for lookup in lookups if lookup is not None)


async def _look_up(context: ProbeContext, host: str, family: Family) -> Lookup | None:
    try:
        return await context.addresses(host, family)
    except ValueError:
        return None  # what the page names is no domain name
