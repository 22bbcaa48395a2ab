"""What learning must remember: models and their uses, pinned senders, the mailbox's mix; headings of card files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the model in use becomes the first entry of the list of uses."""
    op.create_table(
        "model_use",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("digest", sa.String(64)),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
    )
    op.execute(
        "INSERT INTO model_use (digest, time, source) "
        "SELECT digest, made, 'train' FROM model WHERE in_use ORDER BY made"
    )
    op.create_table(
        "pin",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("ended", sa.Text),
        sa.Column("ended_by", sa.String(20)),
    )
    op.create_index("pin_address", "pin", ["address"])
    op.create_table(
        "heading",
        sa.Column("heading", sa.Text, primary_key=True),
        sa.Column("field", sa.String(20), nullable=False),
    )
    op.create_table(
        "mailbox_share",
        sa.Column("outcome", sa.String(40), primary_key=True),
        sa.Column("share", sa.Float, nullable=False),
    )
    with op.batch_alter_table("result") as table:
        table.add_column(sa.Column("raw", sa.JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("model") as table:
        table.add_column(sa.Column("facts", sa.JSON, nullable=False, server_default="{}"))
        table.drop_column("in_use")
