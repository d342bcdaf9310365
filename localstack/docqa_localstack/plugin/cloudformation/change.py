"""One in-place change of a deployed resource, as its update handler sees it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Model = dict[str, Any]
"""The properties of a resource, with what the service has added (ARN, generated name); it is kept with the stack."""


@dataclass(frozen=True)
class Change:
    """old and new: models before and after, `new` already with the identity of `old`. aws: clients by service name.

    provider and request are LocalStack's own, for handlers that can use the provider's create.
    """

    provider: Any
    request: Any
    old: Model
    new: Model

    @property
    def aws(self) -> Any:
        return self.request.aws_client_factory

    def differs(self, *names: str) -> bool:
        """Whether any of these properties has another value now, or is new, or is gone."""
        return any(self.new.get(name) != self.old.get(name) for name in names)

    def create_again(self) -> Model:
        """Run the provider's create, for services whose create call replaces what is there."""
        model: Model = self.provider.create(self.request).resource_model
        return model


Handler = Callable[[Change], Model]


def pick(model: Mapping[str, Any], names: Iterable[str]) -> Model:
    """The entries of `model` that are there, in the order of `names`."""
    return {name: model[name] for name in names if name in model}


def tags_of(model: Mapping[str, Any]) -> dict[str, str]:
    """The Tags of a resource as a plain mapping; CloudFormation has them as a list or, for some types, as a mapping."""
    tags = model.get("Tags") or {}
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}


def tag_changes(change: Change) -> tuple[dict[str, str], list[str]]:
    """(tags to set, keys to remove)."""
    old, new = tags_of(change.old), tags_of(change.new)
    return {key: value for key, value in new.items() if old.get(key) != value}, [key for key in old if key not in new]


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """The list form that most services take."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
