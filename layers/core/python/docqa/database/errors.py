"""Errors of the driver and the pool → errors of the platform. What stands not here is a bug and stays what it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from docqa.core.errors import DependencyUnavailable, DocQAError

# First match wins, so that a subclass stands above its base.
_TRANSLATIONS: tuple[tuple[type[BaseException], type[DocQAError], str], ...] = (
    (psycopg.errors.QueryCanceled, DependencyUnavailable, "The database took too long to answer."),
    (psycopg.errors.LockNotAvailable, DependencyUnavailable, "The database is busy. Try again in a moment."),
    (psycopg.errors.DeadlockDetected, DependencyUnavailable, "The database is busy. Try again in a moment."),
    (psycopg.errors.SerializationFailure, DependencyUnavailable, "The database is busy. Try again in a moment."),
    (psycopg.OperationalError, DependencyUnavailable, "The database does not answer."),
    (psycopg.InterfaceError, DependencyUnavailable, "The connection to the database was lost."),
    (exc.TimeoutError, DependencyUnavailable, "All connections to the database are in use."),
)


def driver_error(error: BaseException) -> BaseException:
    """What psycopg raised, taken out of SQLAlchemy's wrapping."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        return error.orig
    return error


def constraint_of(error: exc.IntegrityError) -> str | None:
    """Name of the constraint or unique index that an insert or update broke."""
    cause = driver_error(error)
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None


@contextmanager
def translated() -> Iterator[None]:
    """Raise the platform's error from the driver's, by the table above."""
    try:
        yield
    except (exc.SQLAlchemyError, psycopg.Error) as error:
        cause = driver_error(error)
        for kind, ours, message in _TRANSLATIONS:
            if isinstance(cause, kind):
                raise ours(message) from error
        raise
