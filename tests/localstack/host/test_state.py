"""What is kept between commands."""

import json
from pathlib import Path

import pytest

from docqa_localstack.host import credentials, files, state
from docqa_localstack.host.errors import HostError
from docqa_localstack.host.paths import Home, StackPaths
from docqa_localstack.host.processes import ProcessId
from docqa_localstack.host.state import Deployment, ServiceRecord, State


def test_state_survives_a_round_trip(paths: StackPaths) -> None:
    process = ProcessId(12, "boot/34")
    services = {"postgres": ServiceRecord(54329, process, "f"), "valkey": ServiceRecord(63799)}
    state.save(paths, State(services, Deployment("digest", process)))
    assert state.load(paths) == State(services, Deployment("digest", process))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": 99}', '{"version": 1, "services": {"x": 1}}'])
def test_an_unreadable_state_is_an_empty_one(paths: StackPaths, content: str) -> None:
    paths.root.mkdir(parents=True)
    paths.state_file.write_text(content)
    assert state.load(paths) == State()


def test_secrets_are_made_once_and_for_their_owner_only(paths: StackPaths) -> None:
    first = credentials.ensure(paths)
    assert paths.secrets_file.stat().st_mode & 0o777 == 0o600
    assert credentials.ensure(paths) == first
    assert credentials.Credentials.fresh().database_password != first.database_password
    assert first.database_password not in repr(first)


def test_broken_secrets_are_not_replaced(paths: StackPaths) -> None:
    credentials.ensure(paths)
    saved = json.loads(paths.secrets_file.read_text())
    del saved["token_signing_key"]
    paths.secrets_file.write_text(json.dumps(saved))
    with pytest.raises(HostError, match="cannot be read"):
        credentials.ensure(paths)


def test_an_interrupted_write_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, "old")
    with pytest.raises(TypeError):
        files.write_atomically(path, 1)  # type: ignore[arg-type]
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "Main", "../main", "a b", "1st"])
def test_names_that_cannot_be_folders_are_refused(home: Home, name: str) -> None:
    with pytest.raises(HostError, match="no name for a stack"):
        StackPaths(home, name)


def test_the_environment_chooses_stack_and_home(tmp_path: Path) -> None:
    found = StackPaths.current({"DOCQA_STACK": "test", "DOCQA_HOME": str(tmp_path), "DOCQA_ENVS": "/envs"})
    assert found.root == tmp_path / "stacks" / "test"
    assert found.home.python("lambda") == Path("/envs/lambda/bin/python")
    assert StackPaths.current({}).root == found.home.repository / ".docqa" / "stacks" / "main"


def test_a_digest_follows_content_and_names_but_not_caches(tmp_path: Path) -> None:
    source = tmp_path / "package" / "module.py"
    source.parent.mkdir()
    source.write_text("1")
    first = files.digest_files([source.parent], relative_to=tmp_path)
    cache = source.parent / "__pycache__" / "module.pyc"
    cache.parent.mkdir()
    cache.write_text("x")
    assert files.digest_files([source.parent], relative_to=tmp_path) == first
    source.write_text("2")
    second = files.digest_files([source.parent], relative_to=tmp_path)
    source.rename(source.with_name("other.py"))
    assert len({first, second, files.digest_files([source.parent], relative_to=tmp_path)}) == 3
