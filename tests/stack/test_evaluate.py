"""`docqa eval` against the deployed stack: tiny data sets of both layouts, from files to figures."""

import json
from pathlib import Path
from typing import Any

from tests.stack import files
from tests.stack.support import Stack
from tests.stack.test_cli import as_json, docqa

PASSAGES = {
    "lamp": ("The lamp of Kvitholmen", "The lighthouse was lit for the first time in 1842 by Ole Gammelsrud."),
    "eel": ("Eels", "Smoked eel is sold on the quay of Sandvik from May to September."),
    "ice": ("Ice", "In the winter of 1888 the sound froze over and horses crossed it."),
    "saffron": ("", "Saffron grows in the valley of Munster, far from any sea."),
    # longer than a passage of the index: it is cut in several, and they count as one
    "log": (
        "The log",
        " ".join(f"On day {n} the keeper noted wind from the west and {n} sails." for n in range(1, 60)),
    ),
}
QUERIES = {
    "q1": ("Who lit the lighthouse of Kvitholmen?", {"lamp": 1}),
    "q2": ("Where can one buy smoked eel?", {"eel": 1}),
    "q3": ("When did the sound freeze?", {"ice": 2, "lamp": 0}),
    "q4": ("How many sails did the keeper note on day 58?", {"log": 1}),
}


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def write_beir(folder: Path) -> None:
    rows = [{"_id": name, "title": title, "text": text} for name, (title, text) in PASSAGES.items()]
    write(folder / "corpus.jsonl", rows)
    write(folder / "queries.jsonl", [{"_id": name, "text": text} for name, (text, _) in QUERIES.items()])
    judged = [f"{query}\t{name}\t{grade}\n" for query, (_, grades) in QUERIES.items() for name, grade in grades.items()]
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(judged), encoding="utf-8")


def write_questions(folder: Path) -> None:
    (folder / "docs").mkdir(parents=True)
    pages = ["The pier of Torhamn was built in 1911.", "Its crane lifts 40 tonnes.", "The harbour master is Ada Lund."]
    (folder / "docs" / "pier.pdf").write_bytes(files.pdf(*pages))
    (folder / "docs" / "crew.csv").write_text("Name,Rank\nOle Vik,mate\nEli Moe,cook\n", encoding="utf-8")
    pdf, table = {"doc": "docs/pier.pdf", "page": 2, "text": "40 tonnes"}, {"doc": "docs/crew.csv", "row": 2}
    write(
        folder / "qa.jsonl",
        [
            {"id": "a", "docs": ["docs/pier.pdf"], "question": "How much does the crane of the pier lift?",
             "answers": ["40 tonnes"], "answerable": True, "evidence": [pdf]},
            {"id": "b", "docs": ["docs/crew.csv"], "question": "What rank has Eli Moe?",
             "answers": ["cook"], "answerable": True, "evidence": [table]},
            {"id": "c", "docs": ["docs/pier.pdf"], "question": "Which bishop blessed the submarine?",
             "answers": [], "answerable": False, "evidence": []},
        ],
    )  # fmt: skip


def eval_collections() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in as_json("collections") if row["name"].startswith("eval ")}


def test_passages_and_their_judgements(stack: Stack, tmp_path: Path) -> None:
    write_beir(tmp_path / "lighthouse")
    arguments = (str(tmp_path / "lighthouse"), "--out", str(tmp_path / "runs"))
    run = as_json("eval", *arguments, "--name", "first", "--modes", "lexical,dense,hybrid,reranked")
    assert set(run["summary"]) == {"lexical", "dense", "hybrid", "reranked"}
    for means in run["summary"].values():
        assert means["ndcg@10"]["questions"] == len(QUERIES)
        assert means["recall@5"]["value"] == 1  # there are five passages; a long one takes no more than one place
        assert means["ndcg@10"]["low"] <= means["ndcg@10"]["value"] <= means["ndcg@10"]["high"]
    assert run["summary"]["lexical"]["ndcg@10"]["value"] == 1
    assert [(one["variant"], one["base"]) for one in run["findings"]] == [
        ("dense", "lexical"), ("hybrid", "lexical"), ("hybrid", "dense"), ("reranked", "hybrid"),
    ]  # fmt: skip

    (made,) = eval_collections().values()
    listed = as_json("documents", "--collection", made["collection_id"])
    assert [(row["filename"], row["status"]) for row in listed] == [("passages-00001.jsonl", "ready")]
    assert listed[0]["chunks"] > len(PASSAGES)
    again = as_json("eval", *arguments, "--name", "second", "--modes", "lexical", "--compare", "first")
    assert as_json("documents", "--collection", made["collection_id"]) == listed
    assert {one["metric"]: one["value"] for one in again["compared"]}["ndcg@10"] == 0

    cut = as_json("eval", *arguments, "--modes", "hybrid", "--chunking", "sentence:64")
    assert cut["summary"]["hybrid sentence:64"]["recall@5"]["value"] == 1
    chunks = {
        name.endswith("sentence 64"): as_json("documents", "--collection", row["collection_id"])[0]["chunks"]
        for name, row in eval_collections().items()
    }
    assert chunks[True] > chunks[False]
    for name in eval_collections():
        docqa("delete-collection", name)


def test_questions_about_pages_and_their_answers(stack: Stack, tmp_path: Path) -> None:
    write_questions(tmp_path / "harbour")
    folder = str(tmp_path / "harbour")
    run = as_json(
        "eval", folder, "--out", str(tmp_path / "runs"), "--name", "one", "--answers", "--modes", "lexical,hybrid"
    )
    hybrid, answers = run["summary"]["hybrid"], run["summary"]["answers"]
    for metric in ("page_hit@5", "holds_answer@5", "recall@5"):
        assert (hybrid[metric]["value"], hybrid[metric]["questions"]) == (1, 2)
    assert answers["contains"]["value"] == answers["citation_recall"]["value"] == answers["refused"]["value"] == 1
    assert run["path"] == str(tmp_path / "runs" / "one" / "run.json")
    assert (tmp_path / "runs" / "one" / "plot.svg").read_text(encoding="utf-8").startswith("<svg ")

    (name,) = eval_collections()
    told = docqa(
        "eval", folder, "--out", str(tmp_path / "runs"), "--collection", name, "--modes", "lexical,hybrid"
    ).stdout
    assert "page hit rate@5" in told
    assert "hybrid makes no difference to lexical that these 2 questions could show" in told
    docqa("delete-collection", name)
