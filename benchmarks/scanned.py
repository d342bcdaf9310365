"""A long scanned document end to end: read page-parallel on the stack, and every page found by a search."""

import tempfile
import time
from pathlib import Path

from benchmarks.figures import Section
from tests.fakes.documents import code_word, write_scanned_pdf
from tests.stack.support import Stack, User

DEADLINE_S = 1_800.0


def measure(stack: Stack, pages: int) -> Section:
    """Upload `pages` scanned pages, follow them to *ready*, and look for the words that only one page holds."""
    section = Section(f"A scanned PDF of {pages} pages", f"python -m benchmarks --scanned {pages}")
    with tempfile.TemporaryDirectory() as folder, User.register(stack) as user:
        path = Path(folder) / "logbook.pdf"
        write_scanned_pdf(path, pages)
        section.add("size of the file", f"{path.stat().st_size / 1e6:.1f} MB")
        start = time.perf_counter()
        document_id = user.upload(path.name, path.read_bytes())
        document = user.until(document_id, "ready", "failed", within_s=DEADLINE_S)
        taken = time.perf_counter() - start
    assert document["status"] == "ready", document
    stages = {stage["stage"]: stage for stage in document["stages"]}
    section.add("upload to ready", f"{taken:.0f} s, {pages / taken:.2f} pages/s")
    section.add("page ranges read in parallel", str(stages["parse"]["total"]), aim=f"{pages}")
    section.add("warnings", ", ".join(f"{w['code']} ({w['count']})" for w in document["warnings"]) or "none")
    with User(stack, user.email, user.password, user.token) as user:
        found = sum(_is_found(user, document_id, number) for number in range(1, pages + 1))
    section.add("pages found by a search for their own words", f"{found} of {pages}", aim=f"{pages} of {pages}")
    return section


def _is_found(user: User, document_id: str, number: int) -> bool:
    hits = user.search(f"the brig {code_word(number)}", document_ids=[document_id], top_k=3)
    return any(hit["page_from"] == number and code_word(number) in hit["text"] for hit in hits)
