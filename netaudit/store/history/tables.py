"""The tables of a history. A change here needs a migration; a test holds both together."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["METADATA", "RUNS", "SERIES", "STATES", "UNIT_LISTS"]

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Key = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite

# Runs of one province from one vantage in one network. Only these are compared with one another.
SERIES = Table(
    "series",
    METADATA,
    Column("key", _Key, primary_key=True),
    Column("province", String, nullable=False),
    Column("network", String, nullable=False),
    Column("vantage", String, nullable=False),
    UniqueConstraint("province", "network", "vantage"),
)

# Which units a result is about: few lists, each many results long.
UNIT_LISTS = Table(
    "unit_lists",
    METADATA,
    Column("key", _Key, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("units", Text, nullable=False),  # JSON
)

# Everything that a result of a series ever was, without its evidence. A run is a set of these.
STATES = Table(
    "states",
    METADATA,
    Column("key", _Key, primary_key=True),
    Column("series", _Key, ForeignKey("series.key"), nullable=False),
    Column("digest", LargeBinary, nullable=False),  # of all that follows up to `units`
    Column("fingerprint", String, nullable=False),
    Column("subject", LargeBinary, nullable=False),  # of check and target: what is followed from run to run
    Column("check_id", String, nullable=False),
    Column("target_kind", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("message", String, nullable=False),
    Column("status", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("waived", Boolean, nullable=False),
    Column("units", _Key, ForeignKey("unit_lists.key"), nullable=False),
    Column("first_run", String, nullable=False),  # stays when that run is pruned
    Column("first_seen", Float(53), nullable=False),  # when that run began
    UniqueConstraint("series", "digest"),
    Index(None, "series", "status"),
    Index(None, "series", "subject"),
)

RUNS = Table(
    "runs",
    METADATA,
    Column("key", _Key, primary_key=True),
    Column("series", _Key, ForeignKey("series.key"), nullable=False),
    Column("id", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("started", Float(53), nullable=False),
    Column("ended", Float(53), nullable=False),
    Column("judged_at", Float(53), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("exit_code", Integer, nullable=False),
    Column("inventory_sha256", String, nullable=False),
    Column("catalogue_sha256", String, nullable=False),
    Column("profiles", Text, nullable=False),  # JSON: ID@VERSION
    Column("scope", Text, nullable=False),  # JSON: what was asked for, {} for all
    Column("left_out", LargeBinary, nullable=False),  # JSON, zstd: targets of the inventory that were not asked about
    Column("carried", LargeBinary, nullable=False),  # likewise: targets whose results were taken over
    Column("point", Text, nullable=False),  # JSON: TrendPoint
    Column("states", LargeBinary, nullable=False),  # keys of states: see packing.py
    Column("document", LargeBinary),  # run.json, zstd; NULL once it was pruned
    UniqueConstraint("series", "id"),
    Index(None, "series", "started"),
)
