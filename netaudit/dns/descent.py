"""The plain way down: the whole question put to each zone's servers, referrals followed (RFC 1034 section 5.3.3).

Without QNAME minimisation, as resolvers asked before RFC 9156. Scripted worlds and recordings of such
resolvers hold exactly these questions. A scan uses `netaudit.dns.walk` instead, which finds every zone cut.
"""

from collections.abc import Mapping, Sequence

import dns.name
import dns.rdatatype

from netaudit.dns.budget import Budget
from netaudit.dns.message import Kind, Response, name_text
from netaudit.dns.questions import Questions, Usable, Work
from netaudit.dns.zonecut import (
    ADDRESS_TYPES,
    ResolutionError,
    ZoneCut,
    addresses_in,
    glue_addresses,
    root_cut,
    server_names,
)  # fmt: skip
from netaudit.model.common import Failure, Reason, Side
from netaudit.model.facts import ServerAddress

__all__ = ["Descent"]


class Descent:
    """Answers questions from the deepest zone known, and learns the zones that it is referred to."""

    def __init__(self, questions: Questions, hints: Mapping[str, Sequence[str]], budget: Budget) -> None:
        self._questions = questions
        self._budget = budget
        self._cuts: dict[dns.name.Name, ZoneCut] = {dns.name.root: root_cut(hints)}

    async def ask(
        self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, work: Work, fit: Usable = lambda response: True
    ) -> Response:
        """The answer, positive or negative, or an alias. `fit` refuses answers that another server may better.

        DS is asked of the parent's servers (RFC 4035 section 3.1.4.1). Raises ResolutionError.
        """
        cut = self._deepest(name.parent() if rdtype == dns.rdatatype.DS and len(name) > 1 else name)
        for _ in range(self._budget.labels):
            response = await self._questions.ask(
                name, rdtype, await self._addresses(cut, work), _speaks(cut, fit), work
            )
            if response.kind is not Kind.REFERRAL:
                return response
            cut = self._learn(response, cut)
        detail = f"{name_text(name)}: more than {self._budget.labels} referrals"
        raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_depth")

    def zone_of(self, name: dns.name.Name) -> dns.name.Name:
        """The deepest zone known that holds `name`."""
        return self._deepest(name).name

    def _deepest(self, name: dns.name.Name) -> ZoneCut:
        while name not in self._cuts:
            name = name.parent()
        return self._cuts[name]

    def _learn(self, response: Response, above: ZoneCut) -> ZoneCut:
        rrset = response.referral()
        assert rrset is not None  # Kind.REFERRAL says so
        names, others = server_names(rrset, self._budget.ns_names)
        cut = ZoneCut(
            name=rrset.name,
            parent=above,
            chain=(*above.chain, name_text(rrset.name)),
            servers=tuple(
                ServerAddress(name=name_text(server), address=address, source="glue")
                for server in (*names, *others)
                if server.is_subdomain(above.name)
                for address in glue_addresses(response, server, self._budget.addresses_per_server)
            ),
            names=names,
            others=others,
        )
        self._cuts[cut.name] = cut
        return cut

    async def _addresses(self, cut: ZoneCut, work: Work) -> list[str]:
        """The addresses of a zone's servers; without glue, of the first server that has any."""
        if cut.servers:
            return [server.address for server in cut.servers]
        work = work.deeper()
        if work.depth > self._budget.ns_depth:
            detail = f"{name_text(cut.name)}: servers depend on one another more than {self._budget.ns_depth} deep"
            raise ResolutionError(Failure(reason=Reason.BUDGET, side=Side.BUDGET, detail=detail), "budget_depth")
        failure: ResolutionError | None = None
        for server in (*cut.names, *cut.others):
            if server.is_subdomain(cut.name):
                continue  # nobody but the zone itself could tell
            for rdtype in ADDRESS_TYPES.values():
                try:
                    response = await self.ask(server, rdtype, work)
                except ResolutionError as error:
                    failure = error
                    continue
                rrset = response.find(response.answer, server, rdtype)
                found = addresses_in(rrset, self._budget.addresses_per_server)
                if found:
                    return found
        missing = Failure(
            reason=Reason.NO_ADDRESS, side=Side.TARGET, detail=f"no server of {name_text(cut.name)} has an address"
        )
        raise failure or ResolutionError(missing, "no_server_address")


def _speaks(cut: ZoneCut, fit: Usable) -> Usable:
    """What counts as an answer of the servers of `cut`: their word on the question, or a referral further down.

    AA is not asked for: what is signed needs none, and what is not is insecure in any case. A server that
    knows nothing of the zone shows by an empty answer without SOA, or by a referral that leads upwards.
    """

    def usable(response: Response) -> bool:
        if response.kind is Kind.REFERRAL:
            rrset = response.referral()
            return rrset is not None and rrset.name != cut.name and rrset.name.is_subdomain(cut.name)
        if response.kind in (Kind.ANSWER, Kind.ALIAS):
            return fit(response)
        negative = response.kind in (Kind.NODATA, Kind.NXDOMAIN)
        return negative and (response.exchange.authoritative or bool(response.authority)) and fit(response)

    return usable
