"""The first tables: series of runs, runs, and the states of results that they are made of."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_Key = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "series",
        sa.Column("key", _Key, nullable=False),
        sa.Column("province", sa.String, nullable=False),
        sa.Column("network", sa.String, nullable=False),
        sa.Column("vantage", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_series"),
        sa.UniqueConstraint("province", "network", "vantage", name="uq_series_province_network_vantage"),
    )
    op.create_table(
        "unit_lists",
        sa.Column("key", _Key, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_unit_lists"),
        sa.UniqueConstraint("digest", name="uq_unit_lists_digest"),
    )
    op.create_table(
        "states",
        sa.Column("key", _Key, nullable=False),
        sa.Column("series", _Key, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("check_id", sa.String, nullable=False),
        sa.Column("target_kind", sa.String, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("waived", sa.Boolean, nullable=False),
        sa.Column("units", _Key, nullable=False),
        sa.Column("first_run", sa.String, nullable=False),
        sa.Column("first_seen", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_states"),
        sa.ForeignKeyConstraint(["series"], ["series.key"], name="fk_states_series_series"),
        sa.ForeignKeyConstraint(["units"], ["unit_lists.key"], name="fk_states_units_unit_lists"),
        sa.UniqueConstraint("series", "digest", name="uq_states_series_digest"),
    )
    op.create_index("ix_states_series_status", "states", ["series", "status"])
    op.create_index("ix_states_series_subject", "states", ["series", "subject"])
    op.create_table(
        "runs",
        sa.Column("key", _Key, nullable=False),
        sa.Column("series", _Key, nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("tool", sa.String, nullable=False),
        sa.Column("started", sa.Float(53), nullable=False),
        sa.Column("ended", sa.Float(53), nullable=False),
        sa.Column("judged_at", sa.Float(53), nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("inventory_sha256", sa.String, nullable=False),
        sa.Column("catalogue_sha256", sa.String, nullable=False),
        sa.Column("profiles", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("left_out", sa.LargeBinary, nullable=False),
        sa.Column("carried", sa.LargeBinary, nullable=False),
        sa.Column("point", sa.Text, nullable=False),
        sa.Column("states", sa.LargeBinary, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_runs"),
        sa.ForeignKeyConstraint(["series"], ["series.key"], name="fk_runs_series_series"),
        sa.UniqueConstraint("series", "id", name="uq_runs_series_id"),
    )
    op.create_index("ix_runs_series_started", "runs", ["series", "started"])
