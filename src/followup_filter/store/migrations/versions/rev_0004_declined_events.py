"""Events found in mail that the owner did not go to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table("declined_event", sa.Column("key", sa.Text, primary_key=True))
