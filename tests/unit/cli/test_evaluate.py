"""`docqa eval` against a scripted stack: what is compared, what is uploaded, what is asked again."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from docqa.evaluation.datasets import DataSet, Question
from docqa.evaluation.findings import Contrast
from docqa.evaluation.reading import read_data_set
from docqa_cli.client import Client
from docqa_cli.errors import CliError
from docqa_cli.evaluating import asking
from docqa_cli.evaluating.asking import Asker, patiently
from docqa_cli.evaluating.indexing import Corpus, indexed, own_collection
from docqa_cli.evaluating.variants import MODES, chosen, contrasts
from docqa_cli.main import app
from tests.unit.cli.conftest import FakeStack, Seen, error


def write(path: Path, *rows: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


@pytest.fixture
def qa(tmp_path: Path) -> DataSet:
    """Three documents, two of them with the same file name."""
    names = ("x/a.txt", "y/a.txt", "y/b.txt")
    for name in names:
        (tmp_path / "qa" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "qa" / name).write_text(name, encoding="utf-8")
    evidence = [{"doc": "y/a.txt", "text": "y/a"}]
    row = {"id": "1", "question": "?", "answers": ["y"], "docs": list(names), "evidence": evidence}
    write(tmp_path / "qa" / "qa.jsonl", row)
    return read_data_set(tmp_path / "qa")


@pytest.fixture
def beir(tmp_path: Path) -> DataSet:
    write(tmp_path / "ships/corpus.jsonl", *({"_id": f"p{n}", "text": f"Text {n}"} for n in range(1, 4)))
    write(tmp_path / "ships/queries.jsonl", {"_id": "q", "text": "?"})
    (tmp_path / "ships/qrels").mkdir()
    (tmp_path / "ships/qrels/test.tsv").write_text("q\tp2\t1\n", encoding="utf-8")
    return read_data_set(tmp_path / "ships")


def serve(stack: FakeStack, *, broken: str = "") -> list[dict[str, Any]]:
    """A stack that takes collections and documents, each ready at once; the documents that it has."""
    rows: list[dict[str, Any]] = []
    collections: list[dict[str, Any]] = []

    def create(request: Seen) -> tuple[int, Any]:
        collections.append(json.loads(request.body) | {"collection_id": f"c{len(collections) + 1}"})
        listing = f"GET /api/v1/documents?collection_id={collections[-1]['collection_id']}"
        stack.answers[listing] = lambda _: (200, {"documents": rows})
        return 201, collections[-1]

    def announce(request: Seen) -> tuple[int, Any]:
        name = json.loads(request.body)["filename"]
        reason = {"code": "corrupt_file", "message": "Broken.", "retryable": False}
        failed = name == broken
        rows.append(
            {
                "document_id": f"id-{name}", "filename": name, "status": "failed" if failed else "ready",
                "error": reason if failed else None, "active_version": None if failed else 1, "stages": [],
            }
        )  # fmt: skip
        return 201, {"document_id": f"id-{name}", "version": 1, "upload": {"url": f"{stack.url}/store", "fields": {}}}

    stack.answers |= {
        "GET /api/v1/collections": lambda _: (200, {"collections": collections}),
        "POST /api/v1/collections": create,
        "POST /api/v1/documents": announce,
        "POST /store": (204, ""),
    }
    return rows


def put(data_set: DataSet, options: dict[str, Any] | None = None) -> Corpus:
    with Client() as client:
        return indexed(client, data_set, options or {}, lambda _: None, timeout_s=30)


# -- what is compared ------------------------------------------------------------------------------


def test_ways_to_cut_are_variants_of_hybrid_search() -> None:
    variants = chosen("lexical,hybrid", "recursive,sentence:120,fixed:200+40,90")
    assert [one.name for one in variants] == [
        "lexical", "hybrid", "hybrid recursive", "hybrid sentence:120", "hybrid fixed:200+40", "hybrid 90",
    ]  # fmt: skip
    assert [one.options for one in variants[2:]] == [
        {"strategy": "recursive"},
        {"strategy": "sentence", "chunk_tokens": 120},
        {"strategy": "fixed", "chunk_tokens": 200, "overlap_tokens": 40},
        {"chunk_tokens": 90},
    ]
    assert Contrast("hybrid 90", "hybrid", "") in list(contrasts(variants))
    assert [one.name for one in chosen("dense,reranked", "90")] == ["dense", "reranked", "dense 90"]


def test_each_mode_is_compared_with_what_it_differs_from_in_one_thing() -> None:
    pairs = [(one.variant, one.base) for one in contrasts(list(MODES.values()))]
    assert pairs == [
        ("dense", "lexical"),
        ("hybrid", "lexical"),
        ("hybrid", "dense"),
        ("rewritten", "hybrid"),
        ("reranked", "hybrid"),
    ]
    advice = {one.base: one.if_worse for one in contrasts(list(MODES.values())) if one.variant == "hybrid"}
    assert advice["lexical"] == "search this collection in mode lexical"


@pytest.mark.parametrize(
    ("modes", "chunking", "said"),
    [("magic", None, "no mode 'magic'"), ("", None, "names no mode"), ("dense", "thin", "'thin' names no way to cut")],
)
def test_a_word_that_names_nothing_is_refused(modes: str, chunking: str | None, said: str) -> None:
    with pytest.raises(CliError, match=said):
        chosen(modes, chunking)


# -- what is uploaded ------------------------------------------------------------------------------


def test_documents_are_uploaded_once_under_names_that_tell_them_apart(stack: FakeStack, qa: DataSet) -> None:
    rows = serve(stack)
    first = put(qa)
    assert sorted(row["filename"] for row in rows) == ["b.txt", "x__a.txt", "y__a.txt"]
    assert first.docs == {"x__a.txt": "x/a.txt", "y__a.txt": "y/a.txt", "b.txt": "y/b.txt"}
    assert first.document_ids["y/a.txt"] == "id-y__a.txt"
    assert first.note() is None
    sent = len(stack.paths())
    assert put(qa) == first
    assert [path for path in stack.paths()[sent:] if path.startswith("POST")] == []
    put(qa, {"strategy": "recursive", "chunk_tokens": 90})
    created = [json.loads(one.body) for one in stack.seen if (one.method, one.path) == ("POST", "/api/v1/collections")]
    assert [one["options"] for one in created] == [{}, {"strategy": "recursive", "chunk_tokens": 90}]
    assert created[0]["name"] == f"eval qa {qa.sha256[:10]}"
    assert created[1]["name"] == f"eval qa {qa.sha256[:10]} recursive 90"


def test_what_cannot_be_indexed_is_noted_and_not_sent_again(stack: FakeStack, qa: DataSet) -> None:
    serve(stack, broken="b.txt")
    for _ in range(2):
        corpus = put(qa)
        assert corpus.note() == "Not indexed, so never found: b.txt (Broken.)."
    assert stack.paths().count("POST /api/v1/documents") == 3


def test_nothing_indexed_is_an_error(stack: FakeStack, beir: DataSet) -> None:
    serve(stack, broken="passages-00001.jsonl")
    with pytest.raises(CliError, match=r"Nothing of the data set could be indexed: .*Broken"):
        put(beir)


def test_passages_travel_in_one_file(stack: FakeStack, beir: DataSet) -> None:
    rows = serve(stack)
    assert put(beir).ids == {"passages-00001.jsonl": ("p1", "p2", "p3")}
    assert [row["filename"] for row in rows] == ["passages-00001.jsonl"]


def test_a_collection_of_the_users_own_is_matched_by_file_names(stack: FakeStack, qa: DataSet, beir: DataSet) -> None:
    def document(name: str) -> dict[str, Any]:
        return {"document_id": f"id-{name}", "filename": name, "active_version": 1}

    stack.answers["GET /api/v1/collections"] = (200, {"collections": [{"collection_id": "c", "name": "Mine"}]})
    stack.answers["GET /api/v1/documents?collection_id=c"] = (
        200,
        {"documents": [document(name) for name in ("b.txt", "p2.pdf", "p3", "other.pdf")]},
    )
    with Client() as client:
        found = own_collection(client, qa, "mine")
        assert (found.docs, found.document_ids) == ({"b.txt": "y/b.txt"}, {"y/b.txt": "id-b.txt"})
        assert found.note() == "Not indexed, so never found: x/a.txt; y/a.txt."
        passages = own_collection(client, beir, "mine")
        assert passages.ids == {"p2.pdf": ("p2",), "p3": ("p3",)}
        assert passages.missing == ("p1",)
        stack.answers["GET /api/v1/documents?collection_id=c"] = (200, {"documents": [document("other.pdf")]})
        with pytest.raises(CliError, match="holds nothing of the data set"):
            own_collection(client, qa, "mine")


# -- what is asked ---------------------------------------------------------------------------------


def hit(row: int, rank: int = 1) -> dict[str, Any]:
    return {
        "rank": rank, "chunk_id": f"c{rank}", "filename": "passages-00001.jsonl", "page_from": None, "page_to": None,
        "row_from": row, "row_to": row, "heading_path": [], "text": "",
    }  # fmt: skip


def result(*rows: int) -> tuple[int, Any]:
    return 200, {"hits": [hit(row, rank) for rank, row in enumerate(rows, 1)], "timings_ms": {"total": 7.0}}


@pytest.mark.parametrize(("outcome", "scored", "reranked"), [("late", 0, 0), ("partly", 7, 1), ("done", 20, 1)])
def test_more_is_asked_for_where_passages_were_cut_in_many(
    stack: FakeStack, outcome: str, scored: int, reranked: int
) -> None:
    """Two passages are wanted; four hits are all of the first one, so that a hundred are asked for."""
    late, more = result(1, 1, 1, 1), result(1, 1, 1, 1, 2)
    late[1]["reranking"] = {"outcome": outcome, "model": None, "scored": scored}
    stack.answers["POST /api/v1/search"] = [late, more]
    corpus = Corpus("c", ids={"passages-00001.jsonl": ("p1", "p2")})
    question = Question("q", "?" * 3_000, relevant={"p2": 1})
    with Client() as client:
        asker = Asker(client, top_k=2, per_document=False, tick=lambda: None)
        figures = asker.search([question], MODES["reranked"], corpus)
    assert figures["q"]["mrr"] == 0.5
    assert figures["q"]["ms"] == 7.0
    assert figures["q"]["reranked"] == reranked
    bodies = [json.loads(one.body) for one in stack.seen]
    assert [one["top_k"] for one in bodies] == [4, 100]
    assert (bodies[0]["mode"], bodies[0]["rerank"], bodies[0]["collection_ids"]) == ("hybrid", True, ["c"])
    assert len(bodies[0]["query"]) == 2_000


def test_a_question_can_be_asked_of_its_own_documents(stack: FakeStack) -> None:
    stack.answers["POST /api/v1/search"] = result(1)
    corpus = Corpus("c", docs={"a.txt": "a.txt"}, document_ids={"a.txt": "d1"})
    question = Question("q", "?", docs=("a.txt", "missing.txt"), answers=("x",))
    with Client() as client:
        Asker(client, top_k=3, per_document=True, tick=lambda: None).search([question], MODES["dense"], corpus)
    assert json.loads(stack.seen[-1].body)["document_ids"] == ["d1"]


def test_answers_of_a_provider_and_what_they_cost(stack: FakeStack) -> None:
    done = {"answer": "x [1]", "citations": [], "grounded": True, "conversation_id": "v", "message_id": "m"}
    events = {"usage": {"provider": "groq", "cost_usd": 0.002}, "done": done}
    sent = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events.items())
    stack.answers["POST /api/v1/ask/stream"] = (200, sent)
    with Client() as client:
        asker = Asker(client, top_k=3, per_document=False, tick=lambda: None)
        figures = asker.answers([Question("q", "?", answers=("x",))], Corpus("c"), "groq")
        asker.answers([Question("q", "?", answers=("x",))], Corpus("c"))
    assert (figures["q"]["contains"], figures["q"]["usd"]) == (1.0, 2.0)
    assert [json.loads(one.body).get("provider") for one in stack.seen] == ["groq", None]


def test_what_may_pass_is_tried_again_and_what_will_not_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSES_S", (0.0, 0.0))
    failures = [CliError("Busy.", retryable=True), CliError("Busy.", retryable=True)]

    def call() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert patiently(call) == "done"
    failures[:] = [CliError("Never reached.", retryable=True), CliError("No.")]
    with pytest.raises(CliError, match=r"No\."):
        patiently(call)
    failures[:] = [CliError(f"Busy {n}.", retryable=True) for n in range(3)]
    with pytest.raises(CliError, match="Busy 0"):
        patiently(call)


# -- the command -----------------------------------------------------------------------------------


def ran(*arguments: str) -> Any:
    outcome = CliRunner().invoke(app, ["eval", *arguments, "--json"])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return json.loads(outcome.output), outcome.exit_code


def test_a_run_is_kept_compared_and_listed(stack: FakeStack, beir: DataSet, tmp_path: Path, home: Path) -> None:
    serve(stack)
    stack.answers["POST /api/v1/search"] = lambda seen: result(2 if b"lexical" in seen.body else 3)
    folder = str(tmp_path / "ships")
    first, code = ran(folder, "--modes", "lexical,dense", "--name", "first")
    assert code == 0
    assert first["summary"]["lexical"]["ndcg@10"]["value"] == 1
    assert first["summary"]["dense"]["ndcg@10"]["value"] == 0
    assert first["findings"][0]["sentence"].startswith("dense is worse than lexical here by 1.000 nDCG@10")
    assert first["path"] == str(home / "eval" / "first" / "run.json")
    assert sorted(path.name for path in (home / "eval" / "first").iterdir()) == ["plot.svg", "report.md", "run.json"]
    second, _ = ran(folder, "--modes", "dense", "--name", "second", "--compare", "first")
    assert {one["metric"]: one["value"] for one in second["compared"]}["ndcg@10"] == 0
    assert [run["name"] for run in ran("--list")[0]] == ["first", "second"]
    assert len(ran("--name", "first", "--compare", "second")[0]) == 5


def test_a_document_that_is_missing_ends_with_exit_code_1(stack: FakeStack, qa: DataSet, tmp_path: Path) -> None:
    serve(stack, broken="b.txt")
    stack.answers["POST /api/v1/search"] = result()
    found, code = ran(str(tmp_path / "qa"), "--modes", "dense")
    assert code == 1
    assert found["notes"] == ["Not indexed, so never found: b.txt (Broken.)."]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["none"], "invalid_data_set"),
        ([], "usage"),
        (["ships", "--answers"], "usage"),
        (["ships", "--provider", "groq"], "usage"),
        (["ships", "--name", "../x"], "usage"),
        (["ships", "--chunking", "90", "--collection", "c"], "usage"),
        (["ships", "--compare", "never"], "not_found"),
        (["ships", "--modes", "dense"], "not_found"),
    ],
)
def test_what_cannot_be_done_is_said(
    stack: FakeStack, beir: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: str
) -> None:
    monkeypatch.chdir(tmp_path)
    stack.answers["GET /api/v1/collections"] = (404, error("not_found"))
    outcome = CliRunner().invoke(app, ["eval", *arguments])
    assert isinstance(outcome.exception, CliError)
    assert outcome.exception.code == code
