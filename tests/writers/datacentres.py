"""Data centres for the synthetic runs: two operators in IPv4 and one in IPv6, and one whose every word is hostile."""

from netaudit.model.common import Failure, Family, Reason, Side, Text
from netaudit.model.multihome import Cut, DataCentreSummary, OperatorShare, PrefixWays, SourceSummary, WayBundle

__all__ = ["UP1", "UP2", "hostile_datacentre", "two_operators", "ways"]

UP1, UP2, TRANSIT = 64501, 64502, 64500


def ways(*bundles: WayBundle, family: Family = Family.IPV4, cuts: tuple[Cut, ...] = (), peers: int = 4) -> PrefixWays:
    """The ways to a prefix of the family."""
    prefix = "2001:db8:113::/48" if family is Family.IPV6 else "203.0.113.0/24"
    return PrefixWays(prefix=prefix, family=family, peers=peers, feeds=5, bundles=bundles, cuts=cuts)


def two_operators(at: float) -> DataCentreSummary:
    """Over IPv6 the second operator is not seen; a table an hour old, and one that could not be read."""
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail="no such file")
    return DataCentreSummary(
        name=Text("Trung tâm tích hợp dữ liệu", "Data integration centre"),
        asns=(64510,),
        owner="stttt",
        operators=(
            OperatorShare(asn=UP1, operator="Nhà mạng thứ nhất", declared=tuple(Family), shares={
                Family.IPV4: 0.5, Family.IPV6: 1.0}),
            OperatorShare(asn=UP2, operator="Nhà mạng thứ hai", declared=tuple(Family), shares={Family.IPV4: 0.5}),
        ),
        prefixes=(
            ways(WayBundle(ases=(TRANSIT, UP1), peers=1, itself=True), WayBundle(ases=(TRANSIT, UP1), peers=1,
                examples=(64496,)), WayBundle(ases=(UP2,), peers=2, examples=(64497, 64498))),
            ways(WayBundle(ases=(TRANSIT, UP1), peers=4, examples=(64496, 64497, 64498)), family=Family.IPV6,
                cuts=(Cut(asns=(UP1,), lost=4, peers=4),)),
        ),
        samples=1,
        sources=(
            SourceSummary(kind="routes", source="rib.mrt", format="mrt", data_time=at - 3_700, peers=5, used=True),
            SourceSummary(kind="vrps", source="vrps.json", format="json", failure=failure),
        ),
    )  # fmt: skip


def hostile_datacentre(text: str) -> DataCentreSummary:
    """Whatever may be written in an inventory or a source, in every place of the page."""
    failure = Failure(reason=Reason.NO_DATA, side=Side.OURS, detail=text)
    bundles = (
        WayBundle(ases=(4294967295, -1), peers=10**9, examples=(1, 2, 3, 4)),
        WayBundle(ases=(7, 8, 9), peers=1),
        WayBundle(ases=(9, 8, 7), peers=1, itself=True),
    )
    cuts = (Cut(asns=(7, 8), adjacency=True, lost=1, peers=2), Cut(asns=(9,), lost=1, peers=2))
    return DataCentreSummary(
        name=Text(text, text),
        asns=(0, 4294967295),
        owner=text,
        operators=(
            OperatorShare(asn=9, operator=text, declared=(Family.IPV4,)),
            OperatorShare(asn=7, operator=text, shares={Family.IPV6: 2.0}),
        ),
        prefixes=tuple(
            PrefixWays(
                prefix=text, family=family, peers=2, feeds=0, enough=False, bundles=bundles, left_out=5, cuts=cuts
            )
            for family in Family
        ),
        sources=(SourceSummary(kind=text, source=text, format=text, data_time=-1e9, failure=failure),),
    )
