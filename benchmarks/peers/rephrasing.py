"""LangChain makes follow-ups stand alone: `python -m benchmarks.peers.rephrasing JOB`, in the peers' environment.

The job is JSON: `follow_ups` ({"id", "question", "history": [[question, answer], …]}), `url` and `model` of a server
that speaks OpenAI's protocol, and `results`. `create_history_aware_retriever` with the prompt of LangChain's own
tutorials; its retriever gives back what it is asked for. To `results` goes, a line each, {"id", "made"}; `made` is null
where it failed.
"""

import json
import sys
from pathlib import Path

from langchain_classic.chains import create_history_aware_retriever
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langchain_core.runnables import RunnableLambda

from benchmarks.peers.chat import UNANSWERED, chat_of

SYSTEM = (
    "Given a chat history and the latest user question which might reference context in the chat history, formulate a "
    "standalone question which can be understood without the chat history. Do NOT answer the question, just "
    "reformulate it if needed and otherwise return it as is."
)


def _echo(question: str) -> list[Document]:
    return [Document(page_content=question)]


def main(path: Path) -> None:
    job = json.loads(path.read_text(encoding="utf-8"))
    prompt = ChatPromptTemplate.from_messages(
        [("system", SYSTEM), MessagesPlaceholder("chat_history"), ("human", "{input}")]
    )
    chain = create_history_aware_retriever(chat_of(job), RunnableLambda(_echo), prompt)
    with Path(job["results"]).open("w", encoding="utf-8", buffering=1) as results:
        for one in job["follow_ups"]:
            history = [m for asked, said in one["history"] for m in (HumanMessage(asked), AIMessage(said))]
            try:
                made = chain.invoke({"input": one["question"], "chat_history": history})[0].page_content
            except UNANSWERED:
                made = None
            results.write(f"{json.dumps({'id': one['id'], 'made': made})}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
