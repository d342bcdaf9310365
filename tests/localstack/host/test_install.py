"""When environments are built, and what an interrupted or failed build leaves. No network: what is built is refused."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from docqa_localstack.host import install
from docqa_localstack.host.errors import InstallError
from docqa_localstack.host.paths import Home
from tests.localstack.host.support import Recorder

ANNOTATED = "def __init__(self, name: str, install_lock: Lock | None = None):\n"


@pytest.fixture
def project(home: Home, tmp_path: Path) -> Home:
    """A home whose requirement files nobody can install."""
    folder = tmp_path / "repository" / "localstack"
    (folder / "requirements").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    for environment in install.ENVIRONMENTS:
        (folder / "requirements" / f"{environment.name}.txt").write_text("docqa-nothing==1\n")  # no hash: refused
    return replace(home, repository=folder.parent)


def pretend_installed(home: Home) -> None:
    for environment in install.ENVIRONMENTS:
        folder = home.environments / environment.name
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").touch()
        (folder / install.STAMP).write_text(install.key(home, environment))


def test_nothing_is_done_when_the_stamps_match(project: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(project)
    monkeypatch.setattr(install, "find_uv", lambda: pytest.fail("the installer was asked"))
    recorder = Recorder()
    install.install(project, recorder)
    assert recorder.steps == []


def test_changed_requirements_make_only_their_environment_stale(project: Home) -> None:
    pretend_installed(project)
    (project.project / "requirements" / "lambda.txt").write_text("docqa-nothing==2\n")
    stale = [environment.name for environment in install.ENVIRONMENTS if not install.is_current(project, environment)]
    assert stale == ["lambda"]


def test_the_plugins_metadata_makes_localstacks_environment_stale(project: Home) -> None:
    pretend_installed(project)
    (project.project / "pyproject.toml").write_text("[project]\nname = 'y'\n")
    stale = [environment.name for environment in install.ENVIRONMENTS if not install.is_current(project, environment)]
    assert stale == ["localstack"]


def test_an_environment_without_its_stamp_is_not_taken_for_finished(project: Home) -> None:
    pretend_installed(project)
    (project.environments / "services" / install.STAMP).unlink()
    assert not install.is_current(project, install.ENVIRONMENTS[2])


def test_a_failed_build_says_why_and_keeps_the_old_environment(project: Home) -> None:
    pretend_installed(project)
    (project.project / "requirements" / "services.txt").write_text("docqa-nothing==2\n")
    with pytest.raises(InstallError, match="PostgreSQL and Valkey could not be installed") as raised:
        install.install(project, Recorder())
    assert "hash" in raised.value.tail
    assert raised.value.log is not None
    assert raised.value.log.exists()
    assert (project.environments / "services" / "bin" / "python").exists()
    assert not install.is_current(project, install.ENVIRONMENTS[2])


def test_the_repair_quotes_the_annotation_in_a_new_file(tmp_path: Path) -> None:
    module = tmp_path / "localstack" / "packages" / "api.py"
    module.parent.mkdir(parents=True)
    cached = tmp_path / "cached.py"
    cached.write_text(ANNOTATED)
    os.link(cached, module)
    assert not install.is_repaired(tmp_path)
    install.repair_localstack(tmp_path)
    install.repair_localstack(tmp_path)  # again: nothing to do
    assert install.is_repaired(tmp_path)
    assert 'install_lock: "Lock | None" = None' in module.read_text()
    assert cached.read_text() == ANNOTATED


def test_the_repair_refuses_a_file_that_it_does_not_know(tmp_path: Path) -> None:
    module = tmp_path / "localstack" / "packages" / "api.py"
    module.parent.mkdir(parents=True)
    module.write_text("def __init__(self): ...\n")
    with pytest.raises(InstallError, match="is not the file"):
        install.repair_localstack(tmp_path)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_supported_interpreters(version: tuple[int, ...]) -> None:
    install.check_interpreter(version)


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_other_interpreters_are_refused_with_a_sentence(version: tuple[int, ...]) -> None:
    with pytest.raises(InstallError, match=rf"This is Python 3\.{version[1]}, and LocalStack runs on 3\.11") as raised:
        install.check_interpreter(version)
    assert "make up" in raised.value.text()


def test_requirement_files_are_pinned_hashed_and_without_addresses(home: Home) -> None:
    for environment in install.ENVIRONMENTS:
        text = (home.project / "requirements" / f"{environment.name}.txt").read_text()
        entries = [entry for entry in text.replace("\\\n", " ").splitlines() if entry and not entry.startswith("#")]
        assert entries
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        assert "://" not in text
