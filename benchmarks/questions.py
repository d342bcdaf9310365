"""How many questions of a set are answered and cited right: `python -m benchmarks --questions FOLDER`.

The folder holds `qa.jsonl` (`{id, docs, question, answers, answerable, kind, evidence}`) and its documents. All are
uploaded to one account; each question is asked twice: over all documents, and over its own.
"""

import json
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.figures import Section
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.up import up
from tests.llama.server import CONTEXT, MODEL, llama
from tests.stack.support import Stack, User

EXTRACT = {"extract", "span", "long-form", "table", "lookup", "number", "chart", "notes"}
LONG = "long-form"


@contextmanager
def small_model() -> Iterator[str]:
    """The stack with a llama.cpp server of this machine as a provider, whose name this is; questions must name it."""
    with llama() as url:
        os.environ |= {
            "DOCQA_COMPATIBLE_URL": url,
            "DOCQA_COMPATIBLE_MODEL": MODEL,
            "DOCQA_COMPATIBLE_CONTEXT": str(CONTEXT),
            "DOCQA_LLM_CHAIN": "extractive",
            "DOCQA_LLM_FIRST_TOKEN_S": "60",
        }
        up(StackPaths.current())
        yield "openai-compatible"


def measure(
    stack: Stack, folder: Path, out: Path | None = None, *, provider: str | None = None, every: int = 1
) -> Section:
    """Upload, ask (one question of `every`), count. `out` gets one JSON line a question."""
    how = f" --model --every {every}" if provider else ""
    title = "Questions over real documents" + (f", answered by {MODEL} where it can" if provider else "")
    section = Section(title, f"python -m benchmarks --questions FOLDER{how}")
    rows = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines()][::every]
    with User.register(stack) as user:
        ids = upload(user, folder, sorted({doc for row in rows for doc in row["docs"]}))
        for scope in ("all documents", "its own document"):
            score(section, user, rows, ids, scope, out, provider)
    return section


def upload(user: User, folder: Path, docs: list[str]) -> dict[str, str]:
    """Document ids by path."""
    ids = {doc: user.upload(Path(doc).name, (folder / doc).read_bytes()) for doc in docs}
    for doc, document_id in ids.items():
        document = user.until(document_id, "ready", "failed", within_s=900)
        if document["status"] != "ready":
            print(f"{doc}: {document['error']}")
    return ids


def score(
    section: Section,
    user: User,
    rows: list[dict[str, Any]],
    ids: dict[str, str],
    scope: str,
    out: Path | None,
    provider: str | None,
) -> None:
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    cited: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    lines = []
    for row in rows:
        kind = row["kind"] if row["answerable"] else "unanswerable"
        if row["answerable"] and kind not in EXTRACT:
            continue
        own = {"document_ids": [ids[doc] for doc in row["docs"]]}
        options: dict[str, Any] = {} if scope == "all documents" else own
        if provider:
            options = options | {"provider": provider}
        answer = user.ask(row["question"], **options)
        total[kind] += 1
        refused[kind] += not answer["grounded"]
        good = answer["grounded"] and is_right(answer, row)
        right[kind] += good
        cited[kind] += good and is_cited(answer, row)
        lines.append({"scope": scope, "id": row["id"], "kind": kind, "right": good, "answer": answer})
    for kind in sorted(total):
        if kind == "unanswerable":
            section.add(f"{scope}: unanswerable, refused", f"{refused[kind]} of {total[kind]}")
        else:
            value = f"{right[kind]} right, {cited[kind]} of them cited right, {refused[kind]} refused, of {total[kind]}"
            section.add(f"{scope}: {kind}", value)
    if out is not None:
        with out.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def is_right(answer: dict[str, Any], row: dict[str, Any]) -> bool:
    """A gold string stands in the answer; for long forms, half of its words do."""
    said = normal(answer["answer"])
    for gold in row["answers"]:
        wanted = normal(str(gold))
        if row["kind"] == LONG:
            words = set(wanted.split())
            if len(words & set(said.split())) >= 0.5 * len(words):
                return True
        elif wanted in said or number_in(str(gold), answer["answer"]):
            return True
    return False


def is_cited(answer: dict[str, Any], row: dict[str, Any]) -> bool:
    """A citation points to a place that the evidence names; evidence without a place asks for the document only."""
    places: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in row["evidence"]:
        places[Path(item["doc"]).name].append(item)
    if not row["evidence"]:
        return any(citation["filename"] in {Path(doc).name for doc in row["docs"]} for citation in answer["citations"])
    return any(
        _matches(citation, item) for citation in answer["citations"] for item in places.get(citation["filename"], [])
    )


def _matches(citation: dict[str, Any], item: dict[str, Any]) -> bool:
    page = item.get("page", item.get("slide"))
    if page is not None and citation["page"] != page:
        return False
    rows = item.get("rows") or ([item["row"]] if "row" in item and "table" not in item else [])
    return not rows or citation.get("row") in rows


def number_in(gold: str, answer: str) -> bool:
    """A gold number, in whichever unit and grouping the document writes it."""
    try:
        value = float(gold.replace(",", ""))
    except ValueError:
        return False
    found = [float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", answer)]
    return any(abs(f * scale - abs(value)) < 1e-6 * max(1.0, abs(value)) for f in found for scale in (1, 1e3, 1e6, 1e9))


def normal(text: str) -> str:
    """Compatibility-normalised, case-folded, without punctuation, one space between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())
