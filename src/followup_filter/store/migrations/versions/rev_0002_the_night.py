"""What an unattended night must remember, and what happened to leads outside of the mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; answers given outside of the mailbox move from the corrections to the notes on leads."""
    op.create_table(
        "known_address",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("timestamp", sa.Float),
    )
    op.create_table(
        "scan",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(1000), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("uidvalidity", sa.Integer, nullable=False),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("scanned", sa.Text, nullable=False),
        sa.Column("mails", sa.Integer, nullable=False),
        sa.Column("next_uid", sa.Integer, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(1000), primary_key=True),
        sa.Column("since", sa.String(10), nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(1000), primary_key=True),
        sa.Column("uidvalidity", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String(1000), primary_key=True),
        sa.Column("nights", sa.Integer, nullable=False),
        sa.Column("last_night", sa.String(10), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "fault",
        sa.Column("account", sa.String(200), primary_key=True),
        sa.Column("folder", sa.String(1000), primary_key=True),
        sa.Column("exit_status", sa.Integer, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("first_night", sa.String(10), nullable=False),
        sa.Column("last_night", sa.String(10), nullable=False),
        sa.Column("nights", sa.Integer, nullable=False),
    )
    op.create_table(
        "answered",
        sa.Column("number", sa.Integer, sa.ForeignKey("message.number"), primary_key=True),
        sa.Column("seen", sa.Text, nullable=False),
    )
    op.create_table(
        "hand_lead",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("event", sa.String(200)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("company", sa.Text, nullable=False),
        sa.Column("matter", sa.Text, nullable=False),
        sa.Column("date", sa.String(10), nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_table(
        "lead_note",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("lead", sa.String(20), nullable=False),
        sa.Column("note", sa.String(20), nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
        sa.Index("lead_note_lead", "lead"),
    )
    op.execute(
        "INSERT INTO lead_note (lead, note, source, time, undone) "
        "SELECT CAST(number AS TEXT), 'done', source, time, undone FROM correction WHERE field = 'answered' ORDER BY id"
    )
    op.execute("DELETE FROM correction WHERE field = 'answered'")
