"""How a collection is searched."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table collections add column search jsonb default '{}'::jsonb not null")


def downgrade() -> None:
    op.execute("alter table collections drop column search")
