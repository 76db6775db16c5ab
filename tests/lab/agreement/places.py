"""Who has which address in the world of the agreement test."""

from netaudit.model.inventory import RateLimits

__all__ = [
    "ANYWHERE", "BIND", "CHILDREN", "DELV", "DELV_ASKS", "KNOT", "LAB", "LDNS", "LIAR", "MAIN", "NOBODY", "NOBODY6",
    "RESOLVERS", "ROOT", "SCANNER", "SCRIPTED", "SECOND", "SERVERS", "UNHURRIED",
]  # fmt: skip

ROOT = "192.0.2.1"  # NSD: the root zone
LAB = "192.0.2.2"  # NSD: lab., the parent of all
MAIN = "192.0.2.3"  # NSD: broken zones
SECOND = "192.0.2.4"  # NSD: what a zone's other server has
CHILDREN = "192.0.2.5"  # NSD: zones below the others
LIAR = "192.0.2.6"  # answers what a test wrote down, all else as SCRIPTED does
SCRIPTED = "192.0.2.7"  # NSD: the zones of LIAR
BIND = "192.0.2.8"  # signs by itself
KNOT = "192.0.2.9"  # signs by itself
LDNS = "192.0.2.10"  # NSD: zones signed by ldns-signzone
NOBODY = "192.0.2.99"  # no name server: the port is unreachable
NOBODY6 = "2001:db8::99"
SERVERS = (ROOT, LAB, MAIN, SECOND, CHILDREN, LIAR, SCRIPTED, BIND, KNOT, LDNS, NOBODY, NOBODY6)


DELV, DELV_ASKS = "delv", "BIND"  # the tool, and the resolver that it fetches from
RESOLVERS = {"Unbound": "198.51.100.1", "BIND": "198.51.100.2", "Knot Resolver": "198.51.100.3"}
ANYWHERE = ("0.0.0.0/0", "::/0")
UNHURRIED = RateLimits(per_server_per_second=5000.0, per_server_concurrent=256)  # nobody here needs to be spared
SCANNER = "198.51.100.4"
