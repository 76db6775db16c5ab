"""A world with nothing wrong: what must give no finding."""

from tests.lab.faults.plants import Exchanger, Plant, Servers, Site, Tcp

__all__ = ["PLANTS"]

PLANTS = (
    Plant("site", "a web site", Site()),
    Plant("port", "a TCP service", Tcp()),
    Plant("mail", "a mail domain", Exchanger()),
    Plant("zone", "a zone with a web site of its own", Servers(site=Site())),
)
