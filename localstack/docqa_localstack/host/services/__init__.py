"""The servers of the local cloud: PostgreSQL, Valkey, LocalStack. One module each, on the base in `base`."""

from docqa_localstack.host.services.base import Context, Service
from docqa_localstack.host.services.localstack import LocalStack
from docqa_localstack.host.services.postgres import Postgres
from docqa_localstack.host.services.valkey import Valkey

SERVICES: tuple[type[Service], ...] = (Postgres, Valkey, LocalStack)

__all__ = ["SERVICES", "Context", "LocalStack", "Postgres", "Service", "Valkey"]
