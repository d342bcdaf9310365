"""`IngestStore`: what the stages of ingestion write, put together from its parts."""

from docqa.database.claims import Claims
from docqa.database.passages import Passages
from docqa.database.publication import Publication
from docqa.database.stages import Stages


class PostgresIngest(Claims, Stages, Passages, Publication):
    """Each part takes the same `Database`; none has state of its own."""
