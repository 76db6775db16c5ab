"""The hosts that a page names beside its own: looked up over both families, and nothing sent to them."""

import asyncio

from netaudit.model.common import Family
from netaudit.model.facts import Lookup, PageFact, WebFact
from netaudit.probes.context import ProbeContext
from netaudit.rules.page_hosts import page_hosts

__all__ = ["page_fact"]


async def page_fact(context: ProbeContext, fetch: WebFact) -> PageFact:
    """Read the page that a fetch ended at, and look up A and AAAA of each host that it names."""
    page = fetch.hops[-1]
    found = page_hosts(page.url, page.body)
    hosts = [host for host in (*found.resources, *found.links) if not context.excluded(host)]
    lookups = await asyncio.gather(*(_look_up(context, host, family) for host in hosts for family in Family))
    return PageFact(
        id=f"page-{fetch.endpoint}",
        endpoint=fetch.endpoint,
        at=page.at,
        url=page.url,
        resources=found.resources,
        links=found.links,
        whole=found.whole and page.body_size <= len(page.body),
        lookups=tuple(lookup for lookup in lookups if lookup is not None),
    )


async def _look_up(context: ProbeContext, host: str, family: Family) -> Lookup | None:
    try:
        return await context.addresses(host, family)
    except ValueError:
        return None  # what the page names is no domain name
