"""A refusal tells what was searched, and what could not be."""

from uuid import uuid4

from docqa.agent.drafting import NOT_FOUND
from docqa.core.models import DocumentView
from tests.fakes.agents import answerer, document, done_of, events_of, question
from tests.fakes.answering import make_hit

LATE: dict[str, object] = {"active_version": None, "status": "processing"}
BROKEN: dict[str, object] = {"active_version": None, "status": "failed"}
UNREAD = [{"code": "page_unreadable", "message": "m", "detail": None, "count": 2, "pages": [7, 3]}]
LAMP = make_hit("The lamp of the lighthouse is electric.")


def refusal(*documents: DocumentView, hits: bool = True, **scope: object) -> str:
    made = answerer([LAMP] if hits else [], documents=documents)
    done = done_of(events_of(made, question("How tall was Napoleon?", **scope)))
    assert not done.grounded
    return done.answer


def test_what_is_not_ready_yet_is_named() -> None:
    answer = refusal(document("a.pdf"), document("late.pdf", **LATE), document("new.pdf", **LATE))
    assert answer.startswith(NOT_FOUND)
    assert answer.endswith(" late.pdf, new.pdf are not ready yet.")


def test_what_failed_and_what_could_not_be_read_is_named() -> None:
    answer = refusal(document("scan.pdf", warnings=UNREAD), document("broken.pdf", **BROKEN))
    assert "broken.pdf could not be processed." in answer
    assert answer.endswith("Pages 3, 7 of scan.pdf could not be read.")


def test_an_older_version_that_answers_is_enough() -> None:
    assert "ready yet" not in refusal(document("a.pdf", status="processing"))


def test_only_what_was_asked_about_counts() -> None:
    late, other = document("late.pdf", **LATE), document("other.pdf", **LATE)
    assert "other.pdf" not in refusal(late, other, document_ids=(late.document_id,))
    assert "other.pdf" not in refusal(late, other, collection_ids=(late.collection_id,))


def test_many_are_counted() -> None:
    answer = refusal(document("a.pdf"), *(document(f"{n}.pdf", **LATE) for n in range(9)))
    assert answer.endswith("0.pdf, 1.pdf, 2.pdf, 3.pdf, 4.pdf and 4 more are not ready yet.")


def test_without_documents_that_is_said() -> None:
    assert refusal(hits=False) == f"{NOT_FOUND} There is no document to search."
    assert refusal(document("late.pdf", **LATE), hits=False) == (
        f"{NOT_FOUND} There is no document to search. late.pdf is not ready yet."
    )


def test_an_answer_that_was_found_says_nothing_of_it() -> None:
    made = answerer([LAMP], documents=[document("late.pdf", **LATE)])
    done = done_of(events_of(made, question("What is the lamp of the lighthouse?", collection_ids=(uuid4(),))))
    assert "late.pdf" not in done.answer
