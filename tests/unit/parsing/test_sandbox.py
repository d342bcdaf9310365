"""Files are read in a process of their own: what one of them does there harms nothing else."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from docqa.core.errors import CorruptFile, FileEmpty, PasswordProtected, ProcessingFailed, TooComplex, TypeMismatch
from docqa.core.models import Format, PageRange
from docqa.parsing.files import plan_file, read_range
from docqa.parsing.registry import parser_for
from docqa.parsing.sandbox import Sandbox, SandboxedParser, SandboxLimits
from tests.fakes.documents import write_csv, write_pdf

SHORT = SandboxLimits(check_seconds=10, plan_seconds=1, range_seconds=1, lone_page_seconds=0.5, all_pages_seconds=5)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(SHORT)
    yield sandbox
    sandbox.close()


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "annals.pdf"
    write_pdf(path, 3)
    return path


def worker(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def test_it_reads_what_the_parser_reads(sandbox: Sandbox, pdf: Path) -> None:
    confined = SandboxedParser(Format.PDF, sandbox)
    assert (confined.format, confined.version) == (Format.PDF, parser_for(Format.PDF).version)
    assert confined.plan(pdf, max_pages=10) == plan_file(pdf, Format.PDF, max_pages=10)
    pages = PageRange(index=0, first=1, last=3)
    assert confined.parse(pdf, pages) == read_range(pdf, Format.PDF, pages)


def test_a_refusal_keeps_its_type_and_words(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    write_pdf(path, 1, password="open sesame")
    with pytest.raises(PasswordProtected, match="Remove the password"):
        SandboxedParser(Format.PDF, sandbox).plan(path, max_pages=10)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(FileEmpty):
        sandbox.check(tmp_path / "empty.csv", Format.CSV)
    with pytest.raises(TypeMismatch):
        sandbox.check(path, Format.CSV)


def test_reading_has_no_credentials(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    fresh = Sandbox()
    fresh.version(Format.CSV)
    environment = Path(f"/proc/{worker(fresh)}/environ").read_bytes()
    fresh.close()
    assert b"hush" not in environment
    assert b"PYTHONPATH" in environment


class Misbehaving:
    """A module that stands in for a format's parser inside the worker: each page of the file misbehaves as named."""

    SOURCE = """
import os, signal, time
from pathlib import Path
from docqa.core.models import Block, BlockKind, DocumentPlan, Format, PageRange, ParsedRange

class Parser:
    format, version = Format.PDF, "odd-1"

    def plan(self, path, *, max_pages):
        self.do(path.read_text().splitlines()[0])
        return DocumentPlan(page_count=1, ranges=(PageRange(index=0, first=1, last=1),))

    def parse(self, path, pages):
        lines = dict(enumerate(path.read_text().splitlines(), start=1))
        seen = {number: line for number, line in lines.items() if number not in pages.skip}  # all, for the sake of one
        for line in seen.values():
            self.do(line)
        wanted = {number: line for number, line in seen.items() if pages.first <= number <= pages.last}
        blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=line, page=number) for number, line in wanted.items())
        return ParsedRange(index=pages.index, blocks=blocks)

    def do(self, what):
        if what == "hang":
            time.sleep(60)
        elif what == "spin":
            while True:
                pass
        elif what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif what == "eat":
            hoard = bytearray(8 << 30)
        elif what == "bug":
            raise KeyError("unforeseen")
        elif what == "print":
            print("noise on standard output")
"""


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxedParser]:
    """A sandbox whose PDF parser does what the file says."""
    (tmp_path / "odd_parser.py").write_text(Misbehaving.SOURCE, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(
        "from docqa.parsing import registry\nfrom docqa.core.models import Format\n"
        "registry.PARSERS[Format.PDF] = 'odd_parser:Parser'\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    sandbox = Sandbox(SHORT)
    yield SandboxedParser(Format.PDF, sandbox)
    sandbox.close()


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("hang", TooComplex),
        ("spin", TooComplex),
        ("eat", TooComplex),
        ("crash", CorruptFile),
        ("bug", ProcessingFailed),
    ],
)
def test_one_bad_file_ends_with_a_reason_and_never_slows_the_next(
    odd: SandboxedParser, tmp_path: Path, what: str, error: type[Exception]
) -> None:
    bad, good = tmp_path / "bad.txt", tmp_path / "good.txt"
    bad.write_text(what)
    good.write_text("calm")
    odd.plan(good, max_pages=1)
    before = worker(odd._sandbox)
    started = time.monotonic()
    with pytest.raises(error):
        odd.plan(bad, max_pages=1)
    assert time.monotonic() - started < SHORT.plan_seconds + 2
    started = time.monotonic()
    odd.plan(good, max_pages=1)
    assert time.monotonic() - started < 1
    assert worker(odd._sandbox) == before  # the same clean process


@pytest.mark.parametrize(("bad", "code"), [("hang", "too_complex"), ("crash", "corrupt_file")])
def test_a_bad_page_is_skipped_and_named_and_the_others_are_read(
    odd: SandboxedParser, tmp_path: Path, bad: str, code: str
) -> None:
    path = tmp_path / "mixed.txt"
    path.write_text(f"one\n{bad}\nthree\n{bad}\nfive\n")
    parsed = odd.parse(path, PageRange(index=4, first=1, last=5))
    assert [(block.text, block.page) for block in parsed.blocks] == [("one", 1), ("three", 3), ("five", 5)]
    assert [(w.code, w.detail, w.count, w.pages) for w in parsed.warnings] == [("page_unreadable", code, 2, (2, 4))]
    assert parsed.index == 4


def test_a_page_of_its_own_that_breaks_is_a_warning_too(odd: SandboxedParser, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("crash\n")
    parsed = odd.parse(tmp_path / "one.txt", PageRange(index=0, first=1, last=1))
    assert parsed.blocks == ()
    assert [(w.code, w.pages) for w in parsed.warnings] == [("page_unreadable", (1,))]


def test_nothing_goes_on_reading_for_a_process_that_is_gone(odd: SandboxedParser, tmp_path: Path) -> None:
    """A function's environment that is killed at work leaves no process behind."""
    (tmp_path / "bad.txt").write_text("spin")
    script = (
        "from pathlib import Path; from docqa.core.models import Format\n"
        "from docqa.parsing.sandbox import Sandbox, SandboxedParser\n"
        f"SandboxedParser(Format.PDF, Sandbox()).plan(Path({str(tmp_path / 'bad.txt')!r}), max_pages=1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    asker = psutil.Popen([sys.executable, "-c", script], env=environment)
    below: list[psutil.Process] = []
    deadline = time.monotonic() + 20
    while len(below) < 2 and time.monotonic() < deadline:  # the worker, and the child that reads
        below = asker.children(recursive=True)
        time.sleep(0.05)
    assert len(below) == 2
    asker.kill()
    asker.wait()
    _, alive = psutil.wait_procs(below, timeout=5)
    assert alive == []


def test_what_a_library_prints_does_not_disturb_the_channel(odd: SandboxedParser, tmp_path: Path) -> None:
    (tmp_path / "noisy.txt").write_text("print")
    assert odd.plan(tmp_path / "noisy.txt", max_pages=1).page_count == 1


def test_a_worker_that_was_killed_is_started_again(sandbox: Sandbox, tmp_path: Path) -> None:
    write_csv(tmp_path / "ships.csv")
    sandbox.check(tmp_path / "ships.csv", Format.CSV)
    gone = worker(sandbox)
    os.kill(gone, signal.SIGKILL)
    for _ in range(2):  # the first may meet the closing pipe, which a retry of the stage gets past
        try:
            sandbox.check(tmp_path / "ships.csv", Format.CSV)
        except ProcessingFailed:
            continue
    assert worker(sandbox) != gone
