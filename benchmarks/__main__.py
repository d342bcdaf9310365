"""`python -m benchmarks`: measure the running stack (`make up` first) and rewrite the tables of RESULTS.md."""

import argparse
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import (
    chunking,
    ingest,
    injection,
    judged,
    machine,
    memory,
    parsing,
    questions,
    scale,
    scanned,
    stack,
    streams,
    torture,
)
from benchmarks.figures import Grid, Section
from benchmarks.retrieval_stack import ranked_by_stack
from docqa_localstack.host.paths import StackPaths
from tests.fakes.models import models_dir, tessdata_dir
from tests.stack.support import Stack

RESULTS = Path(__file__).with_name("RESULTS.md")
MARK = "<!-- measured: {} -->\n"


def main() -> None:
    arguments = _arguments()
    where = machine.describe()
    part, sections = _measured(arguments)
    write(part, where, sections)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--questions", type=Path, help="folder with qa.jsonl; measures answers instead of latencies")
    parser.add_argument("--streams", action="store_true", help="our time before a model's first word; many at once")
    parser.add_argument("--injection", type=Path, help="folder of instructions to plant in documents and ask about")
    parser.add_argument(
        "--model", action="store_true", help="with --questions or --injection: a small local model writes the answers"
    )
    parser.add_argument("--out", type=Path, help="with --questions or --injection: one JSON line a question")
    parser.add_argument("--chunking", type=Path, help="folder with qa.jsonl; measures how passages are cut, no stack")
    parser.add_argument("--scanned", type=int, metavar="PAGES", help="a scanned PDF, from upload to every page found")
    parser.add_argument(
        "--parsing", type=Path, help="folder with parser/ and docs/; measures our parsers beside others, no stack"
    )
    parser.add_argument("--engines", default="", help="with --parsing: names of other engines, joined by commas")
    parser.add_argument("--rounds", type=int, default=3, help="with --parsing: how often every file is read")
    parser.add_argument("--torture", type=Path, help="folder of files to read, damaged in many ways, no stack")
    parser.add_argument("--mutations", type=int, default=20, help="with --torture: damaged copies of each file")
    parser.add_argument("--seconds", type=float, default=600, help="with --torture: when to stop making copies")
    parser.add_argument("--memory", action="store_true", help="memory and time of documents made long, no stack")
    parser.add_argument("--scale", default="", metavar="SIZES", help="search by size, as 1000,100000; no stack")
    parser.add_argument("--alone", action="store_true", help="with --scale: without the peers")
    parser.add_argument("--retrieval", type=Path, help="folder of judged sets (BEIR); measures search beside peers")
    parser.add_argument("--every", type=int, default=1, help="with --retrieval or --model: ask one question of so many")
    parser.add_argument("--ingest", type=int, metavar="PAGES", help="upload to ready beside a plain LangChain script")
    return parser.parse_args()


def _measured(arguments: argparse.Namespace) -> tuple[str, Sequence[Section | Grid]]:
    """The name of the part of RESULTS.md, and what goes into it."""
    os.environ.setdefault("DOCQA_TESSDATA", str(tessdata_dir()))  # what scanned pages are read with
    if arguments.chunking:
        return "chunking", chunking.measure(arguments.chunking, models_dir())
    if arguments.parsing:
        engines = [name for name in arguments.engines.split(",") if name]
        return "parsing", parsing.measure(arguments.parsing, rounds=arguments.rounds, engines=engines)
    if arguments.torture:
        found = torture.measure(arguments.torture, mutations=arguments.mutations, seconds=arguments.seconds)
        return "torture", found
    if arguments.memory:
        return "memory", memory.measure()
    if arguments.scale:
        sizes = [int(size) for size in arguments.scale.split(",")]
        return "scale", scale.measure(sizes, peers=not arguments.alone)
    if arguments.injection and arguments.model:
        return "injection-model", [injection.measure_small(arguments.injection, arguments.out)]
    if arguments.injection:
        return "injection", [injection.measure(arguments.injection, arguments.out)]
    if arguments.streams:
        return "streams", streams.measure()
    running = Stack.of(StackPaths.current())
    if arguments.scanned:
        return "scanned", [scanned.measure(running, arguments.scanned)]
    if arguments.ingest:
        return "ingest", [ingest.measure(running, arguments.ingest, models_dir())]
    if arguments.retrieval:
        ours = partial(ranked_by_stack, running)
        return "retrieval", judged.measure(arguments.retrieval, models_dir(), ours, every=arguments.every)
    if arguments.questions and arguments.model:
        with questions.small_model() as url:
            asked, folder = Stack.of(StackPaths.current()), arguments.questions
            return "questions-model", questions.measure_with_model(
                asked, folder, models_dir(), url, arguments.out, every=arguments.every
            )
    if arguments.questions:
        return "questions", questions.measure(running, arguments.questions, arguments.out)
    return "stack", stack.measure(running)


def write(part: str, where: str, sections: Sequence[Section | Grid]) -> None:
    """Replace what stands between this part's marks; everything else stays."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    begin, end = MARK.format(part), MARK.format(f"end of {part}")
    body = f"{begin}\nMeasured on {where}\n\n" + "\n".join(section.markdown() for section in sections) + end
    if begin in text:
        text = text[: text.index(begin)] + body + text[text.index(end) + len(end) :]
    else:
        text = f"{text.rstrip()}\n\n{body}"
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
