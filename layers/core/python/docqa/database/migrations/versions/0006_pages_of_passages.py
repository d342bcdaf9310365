"""The pages of a document's passages in the index that finds them, so that a search of some pages reads no passage."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _replace_key("unique (version_id, ordinal) include (tenant_id, page_from, page_to)")


def downgrade() -> None:
    _replace_key("unique (version_id, ordinal)")


def _replace_key(definition: str) -> None:
    """The key is the target of a foreign key, which steps aside meanwhile."""
    op.execute("alter table vectors drop constraint vectors_version_id_ordinal_fkey")
    op.execute("alter table chunks drop constraint chunks_version_id_ordinal_key")
    op.execute(f"alter table chunks add constraint chunks_version_id_ordinal_key {definition}")
    op.execute(
        "alter table vectors add constraint vectors_version_id_ordinal_fkey"
        " foreign key (version_id, ordinal) references chunks (version_id, ordinal) on delete cascade"
    )
