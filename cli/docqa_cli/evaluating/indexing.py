"""A data set in the stack: its documents in a collection of their own, uploaded once."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from docqa.evaluation.datasets import DataSet
from docqa.evaluation.packing import packs
from docqa_cli.client import Client
from docqa_cli.commands.collections import collection_id
from docqa_cli.errors import CliError
from docqa_cli.uploads import FINAL, Upload, Watcher, send_all, wait_all

_NAMED = 5


@dataclass(frozen=True)
class Corpus:
    """A collection that holds a data set, or what of it could be indexed.

    `docs`: file name there → document of the data set. `ids`: file name there → passages by line. `document_ids`:
    document of the data set → its id. `missing`: what is not there, and why.
    """

    collection: str
    docs: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, Sequence[str]] = field(default_factory=dict)
    document_ids: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def note(self) -> str | None:
        """What is not there, as a sentence."""
        if not self.missing:
            return None
        more = f" and {len(self.missing) - _NAMED} more" if len(self.missing) > _NAMED else ""
        return f"Not indexed, so never found: {'; '.join(self.missing[:_NAMED])}{more}."


def indexed(client: Client, data_set: DataSet, options: dict[str, Any], watch: Watcher, *, timeout_s: float) -> Corpus:
    """The data set in its own collection, named by its content; what is there already is not uploaded again.

    Raises CliError when nothing of it could be indexed.
    """
    collection = _collection(client, data_set, options)
    with tempfile.TemporaryDirectory(prefix="docqa-eval-") as folder:
        files, ids = _files(data_set, Path(folder))
        uploads = _uploads(client, collection, files)
        send_all(client, [one for one in uploads if one.document_id is None], watch, collection_id=collection)
    wait_all(client, uploads, watch, timeout_s=timeout_s, collection_id=collection)
    missing = tuple(
        f"{one.filename} ({one.error['message'] if one.error else one.status})"
        for one in uploads
        if one.status != "ready"
    )
    if len(missing) == len(uploads):
        raise CliError(f"Nothing of the data set could be indexed: {missing[0]}", code="not_indexed")
    docs = {} if ids else {name: doc for name, (doc, _) in files.items()}
    by_name = {one.filename: str(one.document_id) for one in uploads if one.document_id}
    return Corpus(collection, docs, ids, {doc: by_name[name] for name, doc in docs.items() if name in by_name}, missing)


def own_collection(client: Client, data_set: DataSet, named: str) -> Corpus:
    """The data set as far as a collection of the user's holds it, matched by file names; nothing is uploaded.

    A passage is there if a document is called by its id, with any extension or none. Raises CliError when nothing is.
    """
    collection = str(collection_id(client, named))
    rows = client.call("GET", f"documents?collection_id={collection}")["documents"]
    ready = {row["filename"]: str(row["document_id"]) for row in rows if row["active_version"] is not None}
    known = {one.id for one in data_set.passages}
    ids = {pack.filename: pack.ids for pack in packs(data_set.passages) if pack.filename in ready}
    ids |= {name: (one,) for name in ready for one in (name, PurePosixPath(name).stem) if one in known}
    docs = {name: doc for doc, name in _names(data_set.documents).items() if name in ready}
    there = {*docs.values(), *(one for lines in ids.values() for one in lines)}
    if not there:
        raise CliError(f"The collection {named!r} holds nothing of the data set, by file names.", code="not_indexed")
    missing = tuple(sorted({*data_set.documents, *known} - there))
    return Corpus(collection, docs, ids, {doc: ready[name] for name, doc in docs.items()}, missing)


def _collection(client: Client, data_set: DataSet, options: dict[str, Any]) -> str:
    cut = "".join(f" {value}" for value in options.values())
    name = f"eval {data_set.name[:50]} {data_set.sha256[:10]}{cut}"
    for row in client.call("GET", "collections")["collections"]:
        if row["name"] == name:
            return str(row["collection_id"])
    return str(client.call("POST", "collections", {"name": name, "options": options})["collection_id"])


def _files(data_set: DataSet, folder: Path) -> tuple[dict[str, tuple[str, Path]], dict[str, tuple[str, ...]]]:
    """File name in the stack → document of the data set and file; and the ids of the passages of each file."""
    if not data_set.passages:
        named = _names(data_set.documents)
        return {named[doc]: (doc, path) for doc, path in data_set.documents.items()}, {}
    files, ids = {}, {}
    for pack in packs(data_set.passages):
        path = folder / pack.filename
        path.write_bytes(pack.content)
        files[pack.filename], ids[pack.filename] = (pack.filename, path), pack.ids
    return files, ids


def _names(documents: Mapping[str, Path]) -> dict[str, str]:
    """Document → what it is called in the stack: its file name, with its folders where two have the same."""
    counts = Counter(PurePosixPath(doc).name for doc in documents)
    return {
        doc: name if counts[name] == 1 else doc.replace("/", "__")
        for doc in documents
        for name in (PurePosixPath(doc).name,)
    }


def _uploads(client: Client, collection: str, files: Mapping[str, tuple[str, Path]]) -> list[Upload]:
    """One for each file: those that are there already with their state, begun anew where a retry can help."""
    rows = client.call("GET", f"documents?collection_id={collection}")["documents"]
    there = {
        row["filename"]: row for status in ("failed", "processing", "ready") for row in rows if row["status"] == status
    }
    uploads = [Upload(path, name=name) for name, (_, path) in files.items()]
    for upload in uploads:
        row = there.get(upload.filename)
        if row is None:
            continue
        if row["status"] == "failed" and row["error"]["retryable"]:
            row = client.call("POST", f"documents/{row['document_id']}/retry")
        upload.document_id, upload.status = row["document_id"], row["status"]
        upload.error = row["error"] if row["status"] in FINAL else None
    return uploads
