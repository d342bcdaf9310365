"""One engine, ours, run as the benchmark runs them: in a process of its own."""

from pathlib import Path

from benchmarks.parsing_engines import ADAPTER, ENGINES, OURS, PEERS, run
from tests.fakes.documents import write_csv, write_docx


def test_what_a_run_tells(tmp_path: Path) -> None:
    good, sheet, bad = tmp_path / "good.docx", tmp_path / "sheet.csv", tmp_path / "bad.docx"
    write_docx(good)
    write_csv(sheet)
    bad.write_bytes(b"PK\x03\x04 no zip")
    done = run(OURS, [good, bad, sheet], [good], core=0)
    assert "# The lamp" in done.texts[good]
    assert "| Ship 7 | 1877 | Okafor, M. 7 |" in done.texts[sheet]
    assert set(done.seconds) == {good, sheet}
    assert done.errors[bad].startswith("CorruptFile")
    assert done.import_s > 0
    assert 0 < done.imported_rss <= done.rss < 1 << 30


def test_every_other_engine_has_pinned_requirements_without_addresses() -> None:
    for engine in ENGINES:
        assert engine.name in ADAPTER.read_text(encoding="utf-8")
        if engine.environment:
            pinned = (PEERS / f"{engine.environment}.txt").read_text(encoding="utf-8")
            assert "--hash=sha256:" in pinned
            assert "://" not in pinned
