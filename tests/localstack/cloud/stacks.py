"""Deploys templates the way the CDK does: a change set, executed, then waited for."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.localstack.support import RUNTIME, LocalStack, unique

Resources = Mapping[str, Mapping[str, Any]]


def wait_slowly(status: Callable[[], str | None], what: str, timeout_s: float = 90) -> str:
    """Ask four times a second: each question costs LocalStack time that the deployment needs. Raises TimeoutError."""
    give_up = time.monotonic() + timeout_s
    while time.monotonic() < give_up:
        if found := status():
            return found
        time.sleep(0.25)
    raise TimeoutError(f"{what} did not come within {timeout_s} s")


@dataclass
class Stack:
    """One CloudFormation stack. `deploy` creates or updates it; `delete` removes it."""

    localstack: LocalStack
    name: str = field(default_factory=lambda: unique("stack"))
    exists: bool = False

    def __post_init__(self) -> None:
        self.client = self.localstack.client("cloudformation")

    def deploy(self, resources: Resources, outputs: Mapping[str, Any] | None = None) -> str:
        """Deploy a template of `resources` and `outputs` (name → value) and return the final status of the stack."""
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in (outputs or {}).items()},
        }
        change_set = unique("change")
        self.client.create_change_set(
            StackName=self.name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE" if self.exists else "CREATE",
            TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        self.exists = True
        found = self.client.describe_change_set(StackName=self.name, ChangeSetName=change_set)
        assert found["Status"] == "CREATE_COMPLETE", found
        seen = len(self.events())
        self.client.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        return wait_slowly(lambda: self._final_status(seen), f"the end of {self.name}")

    def _final_status(self, seen: int) -> str | None:
        status = str(self.describe()["StackStatus"])
        moved = len(self.events()) > seen
        between = ("CREATE_FAILED", "UPDATE_FAILED")
        return status if moved and not status.endswith("_IN_PROGRESS") and status not in between else None

    def describe(self) -> dict[str, Any]:
        return dict(self.client.describe_stacks(StackName=self.name)["Stacks"][0])

    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.describe().get("Outputs", [])}

    def events(self, logical_id: str | None = None) -> list[dict[str, Any]]:
        """Oldest first."""
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return [event for event in reversed(events) if logical_id in (None, event["LogicalResourceId"])]

    def reason(self, logical_id: str, status: str) -> str:
        """The reason of the last event with this status. Raises IndexError when there is none."""
        found = [event for event in self.events(logical_id) if event["ResourceStatus"] == status]
        return str(found[-1].get("ResourceStatusReason", ""))

    def physical_id(self, logical_id: str) -> str:
        resource = self.client.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return str(resource["StackResourceDetail"]["PhysicalResourceId"])

    def delete(self) -> str:
        """Delete it and return the final status."""
        if not self.exists:
            return "DELETE_COMPLETE"
        stack_id = self.describe()["StackId"]
        self.client.delete_stack(StackName=self.name)

        def final() -> str | None:
            status = str(self.client.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])
            return status if status in ("DELETE_COMPLETE", "DELETE_FAILED") else None

        status = wait_slowly(final, f"the deletion of {self.name}")
        self.exists = status != "DELETE_COMPLETE"
        return status


def resource(kind: str, /, *, attributes: Mapping[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """A resource of a template; `attributes` stand beside Properties (DependsOn, DeletionPolicy)."""
    return {"Type": kind, "Properties": properties, **(attributes or {})}


def function(code: str, role: Any, **more: Any) -> dict[str, Any]:
    """A Lambda function with inline code; its handler is `index.handler`."""
    return resource(
        "AWS::Lambda::Function",
        **{"Runtime": RUNTIME, "Handler": "index.handler", "Role": role, "Code": {"ZipFile": code}, **more},
    )
