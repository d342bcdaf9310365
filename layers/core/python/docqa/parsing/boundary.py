"""Where a file of unknown origin meets a library: whatever it makes the library raise becomes a typed error."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from docqa.core.errors import CorruptFile, DocQAError

_log = logging.getLogger(__name__)
_OUT_OF_MEMORY = re.compile(r"\b[mc]alloc\b|out of memory|cannot allocate memory", re.IGNORECASE)


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn a library's exception into CorruptFile, its lack of memory into MemoryError, the cause attached and logged.

    Format libraries raise nearly anything on broken input (KeyError, ValueError, AttributeError, zlib.error, …), so the
    net is wide. Our own errors, missing files and lack of memory pass.
    """
    try:
        yield
    except (DocQAError, FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:  # see above: the one net around foreign parsers
        if _OUT_OF_MEMORY.search(str(error)):
            raise MemoryError from error
        _log.warning("document_unreadable", extra={"what": what, "error_type": type(error).__name__}, exc_info=True)
        raise CorruptFile(f"The file is broken and cannot be read as {what}.") from error
