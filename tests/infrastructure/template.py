"""Questions to ask of a synthesized template."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdk.config import Target

Properties = dict[str, Any]


@dataclass(frozen=True)
class Template:
    target: Target
    body: dict[str, Any]
    outdir: Path

    def all(self, kind: str) -> dict[str, Properties]:
        """Logical id -> properties of every resource of a type."""
        return {name: r.get("Properties", {}) for name, r in self.body["Resources"].items() if r["Type"] == kind}

    def types(self) -> set[str]:
        return {resource["Type"] for resource in self.body["Resources"].values()}

    def one(self, kind: str) -> Properties:
        """The only resource of a type."""
        (found,) = self.all(kind).values()
        return found

    def resource(self, logical_id: str) -> dict[str, Any]:
        return self.body["Resources"][logical_id]

    def function(self, name: str) -> Properties:
        """A function by its short name."""
        (found,) = (p for p in self.all("AWS::Lambda::Function").values() if p["FunctionName"] == f"docqa-{name}")
        return found

    def environment(self, name: str) -> dict[str, Any]:
        return self.function(name)["Environment"]["Variables"]

    def statements(self, role_logical_id: str) -> list[dict[str, Any]]:
        """All statements of a role, whose policies are all inline."""
        role = self.resource(role_logical_id)["Properties"]
        found = [s for policy in role.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]
        for policy in self.all("AWS::IAM::Policy").values():
            if {"Ref": role_logical_id} in policy["Roles"]:
                found.extend(policy["PolicyDocument"]["Statement"])
        return found

    def role_of(self, function: str) -> str:
        return self.function(function)["Role"]["Fn::GetAtt"][0]

    def grants(self, function: str) -> dict[str, str]:
        """Action -> resources, as text without account and region, of a function's role."""
        return {
            action: json.dumps(self.text(statement["Resource"]))
            for statement in self.statements(self.role_of(function))
            for action in as_list(statement["Action"])
        }

    def text(self, value: Any) -> Any:
        """Intrinsic functions as readable text."""
        match value:
            case {"Fn::Join": [separator, parts]}:
                return separator.join(str(self.text(part)) for part in parts)
            case {"Ref": str(name)}:
                return f"<{name}>"
            case {"Fn::GetAtt": [name, attribute]}:
                return f"<{name}.{attribute}>"
            case list():
                return [self.text(item) for item in value]
            case _:
                return value

    def definition(self) -> dict[str, Any]:
        """The state machine."""
        return json.loads(self.one("AWS::StepFunctions::StateMachine")["DefinitionString"])


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
