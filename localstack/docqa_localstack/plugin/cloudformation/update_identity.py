"""Updates of IAM's resource types.

LocalStack's provider deletes a role to change it, and the policies that other resources have put on it with it.
"""

import json
from typing import Any, Final

from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model, tag_changes, tag_list

HOLDERS: Final = {"Roles": "role", "Users": "user", "Groups": "group"}
MOST_VERSIONS: Final = 5
"""AWS: "A managed policy can have up to five versions"."""


def _document(model: Model) -> str:
    return json.dumps(model["PolicyDocument"])


def _inline(model: Model) -> dict[str, Any]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in model.get("Policies") or ()}


def role(change: Change) -> Model:
    """Trust, managed and inline policies, description, session length, tags."""
    iam, name = change.aws.iam, {"RoleName": change.new["RoleName"]}
    if change.differs("AssumeRolePolicyDocument"):
        iam.update_assume_role_policy(**name, PolicyDocument=json.dumps(change.new["AssumeRolePolicyDocument"]))
    old, new = (set(model.get("ManagedPolicyArns") or ()) for model in (change.old, change.new))
    for arn in sorted(new - old):
        iam.attach_role_policy(**name, PolicyArn=arn)
    for arn in sorted(old - new):
        iam.detach_role_policy(**name, PolicyArn=arn)
    before, after = _inline(change.old), _inline(change.new)
    for policy, document in after.items():
        iam.put_role_policy(**name, PolicyName=policy, PolicyDocument=json.dumps(document))
    for policy in before.keys() - after.keys():
        iam.delete_role_policy(**name, PolicyName=policy)
    if change.differs("Description", "MaxSessionDuration"):
        seconds = int(change.new.get("MaxSessionDuration") or 3600)
        iam.update_role(**name, Description=change.new.get("Description") or "", MaxSessionDuration=seconds)
    added, removed = tag_changes(change)
    if added:
        iam.tag_role(**name, Tags=tag_list(added))
    if removed:
        iam.untag_role(**name, TagKeys=removed)
    return change.new


def policy(change: Change) -> Model:
    """An inline policy on roles, users and groups; those that have left the list lose it."""
    iam, old_name, name = change.aws.iam, change.old["PolicyName"], change.new["PolicyName"]
    for property_name, kind in HOLDERS.items():
        before, after = (set(model.get(property_name) or ()) for model in (change.old, change.new))
        key = f"{kind.capitalize()}Name"
        for holder in sorted(after):
            getattr(iam, f"put_{kind}_policy")(**{key: holder}, PolicyName=name, PolicyDocument=_document(change.new))
        for holder in sorted(before if name != old_name else before - after):
            getattr(iam, f"delete_{kind}_policy")(**{key: holder}, PolicyName=old_name)
    return change.new


def managed_policy(change: Change) -> Model:
    """A new default version, and who holds the policy."""
    iam, arn = change.aws.iam, change.new["Id"]
    if change.differs("PolicyDocument"):
        versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        if len(versions) >= MOST_VERSIONS:
            oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: int(v["VersionId"][1:]))
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=_document(change.new), SetAsDefault=True)
    for property_name, kind in HOLDERS.items():
        before, after = (set(model.get(property_name) or ()) for model in (change.old, change.new))
        for operation, holders in (("attach", after - before), ("detach", before - after)):
            for holder in sorted(holders):
                key = f"{kind.capitalize()}Name"
                getattr(iam, f"{operation}_{kind}_policy")(**{key: holder}, PolicyArn=arn)
    return change.new


HANDLERS: Final[dict[str, Handler]] = {
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::IAM::Policy": policy,
    "AWS::IAM::Role": role,
}
