"""Runs: kept, found again, compared, told in sentences, drawn.

To write the expected report anew after a change that is meant: `python -m tests.unit.evaluation.test_runs`.
"""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from docqa.core.errors import InvalidDataSet, NotFound
from docqa.evaluation import report
from docqa.evaluation.findings import Contrast, Finding, compared, findings, main_metric
from docqa.evaluation.plot import svg
from docqa.evaluation.runs import Run, RunFolder

COUNT = 40
SNAPSHOT = Path(__file__).parent / "snapshots" / "report.md"


def run(name: str = "first", created_at: str = "2026-01-02T03:04:05+00:00", gain: float = 0.0) -> Run:
    """Lexical finds half, dense a little more on every question, reranked less; hybrid as much as lexical."""

    def figures(ndcg: Callable[[int], float], ms: float) -> dict[str, dict[str, float]]:
        return {f"q{n}": {"ms": ms + n, "ndcg@10": ndcg(n), "mrr": float(n % 2)} for n in range(COUNT)}

    return Run(
        name=name,
        created_at=created_at,
        data_set={"name": "ships", "sha256": "0" * 64, "questions": COUNT},
        settings={"top_k": 10},
        variants={
            "lexical": figures(lambda n: n % 3 / 4 + gain, 10),
            "dense": figures(lambda n: n % 3 / 4 + gain + 0.02 + 0.01 * (n % 2), 20),
            "reranked": figures(lambda n: n % 3 / 8 + gain, 400),
            "hybrid": figures(lambda n: (n + 1) % 3 / 4 + gain, 30),
        },
        notes=("Not indexed, so never found: x.pdf (Broken.).",),
    )


CONTRASTS = [
    Contrast("dense", "lexical"),
    Contrast("reranked", "lexical", "leave reranking off for this collection"),
    Contrast("hybrid", "lexical"),
    Contrast("absent", "lexical"),
]


def test_findings_are_plain_sentences() -> None:
    better, worse, same = (one.sentence for one in findings(run(), CONTRASTS))
    assert better == "dense is better than lexical here by 0.025 nDCG@10 (0.024 to 0.027)."
    assert worse.startswith("reranked is worse than lexical here by 0.122 nDCG@10 (")
    assert worse.endswith("): leave reranking off for this collection.")
    assert same.startswith("hybrid makes no difference to lexical that these 40 questions could show (+0.")


def test_less_time_is_better() -> None:
    slow, fast = run(), run("second")
    variants = {"lexical": {q: figures | {"ms": 1.0} for q, figures in fast.variants["lexical"].items()}}
    (finding,) = [one for one in compared(Run(**{**vars(fast), "variants": variants}), slow) if one.metric == "ms"]
    assert finding.verdict == "better"


def test_runs_are_compared_on_the_questions_they_have_in_common() -> None:
    old, new = run(), run("second", gain=0.1)
    kept = {variant: dict(list(figures.items())[:5]) for variant, figures in old.variants.items()}
    found = compared(new, Run(**{**vars(old), "variants": {"lexical": kept["lexical"]}}))
    by_metric: dict[str, Finding] = {one.metric: one for one in found}
    assert {one.variant for one in found} == {"lexical (second)"}
    assert by_metric["ndcg@10"].difference.questions == 5
    assert by_metric["ndcg@10"].sentence.startswith(
        "lexical (second) is better than lexical (first) here by 0.100 nDCG"
    )
    assert by_metric["mrr"].verdict == "no difference"


def test_runs_are_kept_and_found_again(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    newer, older = run("b", "2026-02-01T00:00:00+00:00"), run("a", "2026-01-01T00:00:00+00:00")
    path = folder.save(newer)
    folder.save(older)
    assert folder.load("b") == newer
    assert folder.load(str(path)) == folder.load(str(path.parent)) == newer
    assert [one.name for one in folder.all()] == ["a", "b"]
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["summary"]["dense"]["ndcg@10"]["questions"] == COUNT
    assert "variants" not in newer.as_json()
    with pytest.raises(NotFound, match="There is no run 'c'; there is: a, b"):
        folder.load("c")
    path.write_text('{"name": 1}', encoding="utf-8")
    with pytest.raises(InvalidDataSet, match="holds no run"):
        folder.load("b")


def test_the_metric_that_decides_comes_first_whatever_the_first_question_has() -> None:
    made = Run("x", "", {}, {}, {"lexical": {"a": {"ms": 1.0, "holds_answer@5": 1.0}, "b": {"ndcg@10": 0.5}}})
    assert main_metric(made) == "ndcg@10"
    assert main_metric(Run("x", "", {}, {}, {})) is None


def test_the_report_is_as_recorded() -> None:
    assert report.markdown(run(), findings(run(), CONTRASTS)) == SNAPSHOT.read_text(encoding="utf-8")


def test_the_table_has_a_dash_where_a_figure_is_missing() -> None:
    made = Run("x", "", {}, {}, {"lexical": {"a": {"mrr": 1.0}}, "answers": {"a": {"f1": 0.5}}})
    assert report.text(made).splitlines() == [
        "          lexical                 answers",
        "MRR       1.000 (1.000 to 1.000)  -",
        "token F1  -                       0.500 (0.500 to 0.500)",
    ]


def test_the_plot_is_svg_with_a_bar_and_an_interval_for_every_share() -> None:
    drawn = ElementTree.fromstring(svg(run("a <b> & c")))
    space = "{http://www.w3.org/2000/svg}"
    titles = [title.text for title in drawn.iter(f"{space}title")]
    assert len(titles) == len(list(drawn.iter(f"{space}path"))) == 4 * 2  # not the milliseconds
    assert titles[0] == "0.244 (0.181 to 0.306)"
    texts = [text.text for text in drawn.iter(f"{space}text")]
    assert {"a <b> & c", "nDCG@10", "MRR", "lexical", "dense", "reranked", "hybrid"} <= set(texts)
    assert ElementTree.fromstring(svg(Run("x", "", {}, {}, {}))) is not None


if __name__ == "__main__":
    SNAPSHOT.write_text(report.markdown(run(), findings(run(), CONTRASTS)), encoding="utf-8")
