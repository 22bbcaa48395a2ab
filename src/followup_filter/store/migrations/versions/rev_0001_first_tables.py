"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables of the first version."""
    op.create_table(
        "owner",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("business", sa.Text, nullable=False),
        sa.Column("addresses", sa.JSON, nullable=False),
        sa.Column("known_addresses", sa.JSON, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("date", sa.String(10), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_table(
        "message",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("content_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("message_id", sa.Text),
        sa.Column("in_reply_to", sa.JSON, nullable=False),
        sa.Column("reference_ids", sa.JSON, nullable=False),
        sa.Column("date", sa.Text),
        sa.Column("timestamp", sa.Float),
        sa.Column("first_seen", sa.Text, nullable=False),
        sa.Column("from_name", sa.Text),
        sa.Column("from_address", sa.Text),
        sa.Column("reply_to", sa.JSON, nullable=False),
        sa.Column("to", sa.JSON, nullable=False),
        sa.Column("cc", sa.JSON, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("quoted", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("forwarded", sa.Boolean, nullable=False),
        sa.Column("list_headers", sa.JSON, nullable=False),
        sa.Column("links", sa.JSON, nullable=False),
        sa.Column("form", sa.JSON, nullable=False),
        sa.Column("repairs", sa.JSON, nullable=False),
        sa.Column("sent_by_owner", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("parser_version", sa.String(40), nullable=False),
        sa.Index("message_from", "from_address"),
        sa.Index("message_timestamp", "timestamp"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "location",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(1000), primary_key=True),
        sa.Column("uidvalidity", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String(1000), primary_key=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("message.number"), nullable=False),
    )
    op.create_table(
        "result",
        sa.Column("number", sa.Integer, sa.ForeignKey("message.number"), primary_key=True),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("probabilities", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("plausible", sa.JSON, nullable=False),
        sa.Column("review", sa.Boolean, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("event", sa.String(200)),
        sa.Column("event_probability", sa.Float, nullable=False),
        sa.Column("runner_up", sa.JSON),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("model_version", sa.String(80), nullable=False),
        sa.Column("events_version", sa.String(40), nullable=False),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer, sa.ForeignKey("message.number"), nullable=False),
        sa.Column("field", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(40)),
        sa.Column("kind", sa.String(40)),
        sa.Column("event", sa.String(200)),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Index("correction_number", "number"),
    )
    op.create_table(
        "model",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("made", sa.Text, nullable=False),
        sa.Column("in_use", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("ended", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("model_version", sa.String(80), nullable=False),
        sa.Column("mails", sa.Integer, nullable=False),
        sa.Column("new", sa.Integer, nullable=False),
        sa.Column("unreadable", sa.Integer, nullable=False),
    )
