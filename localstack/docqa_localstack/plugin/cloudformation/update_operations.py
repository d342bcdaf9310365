"""Updates of EventBridge, CloudWatch, Step Functions and SNS resource types."""

from typing import Any, Final

from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model, tag_changes, tag_list


def _rule_name(model: Model) -> str:
    """The physical id of a rule is its name, or ``bus|name``."""
    return str(model["Id"]).rsplit("|", maxsplit=1)[-1]


def rule(change: Change) -> Model:
    """Pattern, schedule, state and targets: targets that have left the template are removed."""
    name = change.new["Name"] = _rule_name(change.old)
    bus = {"EventBusName": change.old["EventBusName"]} if change.old.get("EventBusName") else {}
    kept = {target["Id"] for target in change.new.get("Targets") or ()}
    gone = [target["Id"] for target in change.old.get("Targets") or () if target["Id"] not in kept]
    if gone:
        change.aws.events.remove_targets(Rule=name, Ids=gone, **bus)
    return change.create_again()


def alarm(change: Change) -> Model:
    """PutMetricAlarm replaces the alarm of that name."""
    return change.create_again()


def retention(change: Change) -> Model:
    """RetentionInDays of a log group, which LocalStack's provider leaves out at creation too."""
    name = {"logGroupName": change.new["LogGroupName"]}
    if change.differs("RetentionInDays"):
        if days := change.new.get("RetentionInDays"):
            change.aws.logs.put_retention_policy(**name, retentionInDays=int(days))
        else:
            change.aws.logs.delete_retention_policy(**name)
    return change.new


def log_group(change: Change) -> Model:
    """Retention and tags."""
    retention(change)
    arn = str(change.new["Arn"]).removesuffix(":*")
    added, removed = tag_changes(change)
    if added:
        change.aws.logs.tag_resource(resourceArn=arn, tags=added)
    if removed:
        change.aws.logs.untag_resource(resourceArn=arn, tagKeys=removed)
    return change.new


def state_machine(change: Change) -> Model:
    """Definition, role, logging and tags. Running executions go on with what they started with."""
    client = change.aws.stepfunctions
    arguments: dict[str, Any] = {"definition": change.provider._get_definition(change.new, change.aws.s3)}
    if change.new.get("RoleArn"):
        arguments["roleArn"] = change.new["RoleArn"]
    if change.differs("LoggingConfiguration"):
        off = {"level": "OFF", "includeExecutionData": False}
        arguments["loggingConfiguration"] = change.new.get("LoggingConfiguration") or off
    client.update_state_machine(stateMachineArn=change.new["Arn"], **arguments)
    added, removed = tag_changes(change)
    if added:
        tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in tag_list(added)]
        client.tag_resource(resourceArn=change.new["Arn"], tags=tags)
    if removed:
        client.untag_resource(resourceArn=change.new["Arn"], tagKeys=removed)
    return change.new


def topic_policy(change: Change) -> Model:
    """The call replaces the policy of each topic; the physical id stays."""
    return {**change.create_again(), "Id": change.old["Id"]}


HANDLERS: Final[dict[str, Handler]] = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::CompositeAlarm": alarm,
    "AWS::Events::Rule": rule,
    "AWS::Logs::LogGroup": log_group,
    "AWS::SNS::TopicPolicy": topic_policy,
    "AWS::StepFunctions::StateMachine": state_machine,
}
AFTER_CREATE: Final[dict[str, Handler]] = {"AWS::Logs::LogGroup": retention}
