"""Which embedding models there are, and what they say of themselves."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from docqa.bootstrap import Container
from docqa.config import Settings
from docqa.core.errors import InvalidSetting
from docqa.embeddings.catalog import BGE_SMALL, EMBEDDING_MODELS, EmbeddingModel
from docqa.embeddings.registry import EmbeddingModels, as_list, described, in_folder, listed

MINI = EmbeddingModel(
    name="mini-int8",
    folder="mini",
    dimensions=384,
    pooling="mean",
    max_tokens=256,
    passage_prefix="passage: ",
    languages=frozenset({"en", "de"}),
)


def write(models: Path, spec: EmbeddingModel, **changes: object) -> None:
    (models / spec.folder).mkdir()
    fields = {**json.loads(described(spec)), **changes}
    (models / spec.folder / "model.json").write_text(json.dumps(fields), encoding="utf-8")


def test_names_folders_and_prefixes_of_the_carried_models() -> None:
    assert len({spec.name for spec in EMBEDDING_MODELS}) == len(EMBEDDING_MODELS)
    assert EmbeddingModels().get() == BGE_SMALL
    assert BGE_SMALL.languages == {"en"}


def test_a_folder_describes_its_model(tmp_path: Path) -> None:
    (tmp_path / "no-description").mkdir()
    write(tmp_path, MINI)
    write(tmp_path, replace(MINI, folder="any", name="any", languages=None))
    known = EmbeddingModels(in_folder(tmp_path), default="mini-int8")
    assert [spec.name for spec in known.all()] == [BGE_SMALL.name, "any", "mini-int8"]
    assert known.get() == known.get("mini-int8") == MINI
    assert known.get("any").languages is None


def test_the_environment_tells_of_models_elsewhere() -> None:
    assert listed(as_list([MINI, BGE_SMALL])) == [MINI, BGE_SMALL]
    assert listed("") == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pooling": "max"}, "pooling"),
        ({"dimensions": "384"}, "dimensions"),
        ({"name": None}, "name"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_wrong_description_is_said_plainly(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    write(tmp_path, MINI, **changes)
    with pytest.raises(InvalidSetting, match=rf"mini/model.json is wrong: {said}: "):
        in_folder(tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_description_that_is_none_is_said_plainly(tmp_path: Path, text: str) -> None:
    (tmp_path / "mini").mkdir()
    (tmp_path / "mini" / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSetting, match=r"mini/model\.json"):
        in_folder(tmp_path)


@pytest.mark.parametrize("text", ["{", "{}", '["bge"]'])
def test_a_wrong_environment_is_said_plainly(text: str) -> None:
    with pytest.raises(InvalidSetting, match="DOCQA_EMBEDDING_MODELS"):
        listed(text)


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidSetting, match=BGE_SMALL.name):
        EmbeddingModels([replace(MINI, name=BGE_SMALL.name)])


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidSetting, match=r"'mini'.*bge-small-en-v1.5-int8, mini-int8"):
        EmbeddingModels([MINI]).get("mini")
    with pytest.raises(InvalidSetting, match="'mini'"):
        EmbeddingModels(default="mini")


def test_the_settings_choose_the_embedder() -> None:
    environment = {
        "DOCQA_INFERENCE_FUNCTION": "inference",
        "DOCQA_EMBEDDING_MODEL": "mini-int8",
        "DOCQA_EMBEDDING_MODELS": as_list([MINI]),
    }
    container = Container(Settings.from_environment(environment))
    assert (container.embedder.model, container.embedder.languages) == ("mini-int8", {"en", "de"})
    assert container.embedder_for(BGE_SMALL.name).model == BGE_SMALL.name
    assert container.token_counter.max_tokens == 254
    with pytest.raises(InvalidSetting):
        container.embedder_for("mini")
