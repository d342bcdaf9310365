"""Where character recognition finds its data; parsers of every format meet it."""

from collections.abc import Iterator

import pytest

from tests.fakes.models import tessdata_dir


@pytest.fixture(scope="session", autouse=True)
def tessdata() -> Iterator[None]:
    """DOCQA_TESSDATA, for this process and those that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCQA_TESSDATA", str(tessdata_dir()))
        yield
