"""The state machine and the rules around it."""

import json
from pathlib import Path
from typing import Any

import pytest

from docqa.core.errors import permanent_error_names
from infra_cdk.capabilities.ingest_definition import definition
from tests.infrastructure.template import Template

SNAPSHOT = Path(__file__).parent / "snapshots" / "ingest.asl.json"


def tasks(states: dict[str, Any]) -> dict[str, Any]:
    """Every Task state, those inside of Maps too."""
    found = {name: state for name, state in states.items() if state["Type"] == "Task"}
    for state in states.values():
        if state["Type"] == "Map":
            found |= tasks(state["ItemProcessor"]["States"])
    return found


def test_definition_is_the_one_that_was_reviewed() -> None:
    """Copy the new definition over the snapshot when a change is meant."""
    made = definition(permanent_errors=["Permanent"], parse_concurrency=2, embed_concurrency=3)
    assert made == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_task_gives_up_on_permanent_errors_at_once(template: Template) -> None:
    found = tasks(template.definition()["States"])
    assert set(found) == {"Claim", "ParseRange", "Chunk", "EmbedBatch", "Publish"}
    for task in found.values():
        permanent, service, rest = task["Retry"]
        assert permanent == {"ErrorEquals": permanent_error_names(), "MaxAttempts": 0}
        assert "Lambda.TooManyRequestsException" in service["ErrorEquals"]
        assert (service["MaxAttempts"], service["BackoffRate"], service["JitterStrategy"]) == (8, 2, "FULL")
        assert rest["ErrorEquals"] == ["States.ALL"]
        assert rest["MaxAttempts"] == 3


def test_nothing_is_caught(template: Template) -> None:
    assert '"Catch"' not in json.dumps(template.definition())


def test_documents_that_break_are_among_the_permanent_errors() -> None:
    assert {"CorruptFile", "PasswordProtected", "NoPages"} <= set(permanent_error_names())


def test_concurrency_and_patience(local: Template, aws: Template) -> None:
    def concurrency(template: Template) -> tuple[int, int]:
        states = template.definition()["States"]
        return states["ParseRanges"]["MaxConcurrency"], states["EmbedBatches"]["MaxConcurrency"]

    assert (concurrency(local), concurrency(aws)) == ((2, 2), (10, 5))
    assert local.definition()["TimeoutSeconds"] == aws.definition()["TimeoutSeconds"] == 1800


def test_it_may_call_the_five_steps_and_nothing_else(template: Template) -> None:
    machine = template.one("AWS::StepFunctions::StateMachine")
    assert machine["StateMachineType"] == "STANDARD"
    arns = machine["DefinitionSubstitutions"]
    placeholders = {task["Resource"].strip("${}") for task in tasks(template.definition()["States"]).values()}
    assert placeholders == set(arns)
    statements = template.statements(machine["RoleArn"]["Fn::GetAtt"][0])
    (invoke,) = [s for s in statements if s["Action"] == "lambda:InvokeFunction"]
    assert sorted(map(str, invoke["Resource"])) == sorted(map(str, arns.values()))
    others = [action for s in statements if s is not invoke for action in s["Action"]]
    assert all(action.startswith(("logs:", "xray:")) for action in others)


def test_aws_logs_its_errors(aws: Template) -> None:
    logging = aws.one("AWS::StepFunctions::StateMachine")["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


def rule(template: Template, source: str) -> dict[str, Any]:
    rules = template.all("AWS::Events::Rule").values()
    (found,) = [r for r in rules if r.get("EventPattern", {}).get("source") == [source]]
    return found


def test_an_upload_starts_it(template: Template) -> None:
    found = rule(template, "aws.s3")
    assert found["EventPattern"]["detail-type"] == ["Object Created"]
    assert found["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "uploads/"}]}
    (target,) = found["Targets"]
    paths = target["InputTransformer"]["InputPathsMap"]
    assert paths == {
        "bucket": "$.detail.bucket.name",
        "key": "$.detail.object.key",
        "size": "$.detail.object.size",
        "event_id": "$.id",
    }
    filled = target["InputTransformer"]["InputTemplate"]
    for name, value in {"bucket": '"b"', "key": '"k"', "size": "5", "event_id": '"e"'}.items():
        filled = filled.replace(f"<{name}>", value)
    assert json.loads(filled) == {"bucket": "b", "key": "k", "size": 5, "event_id": "e"}


def test_a_failed_execution_tells_its_document(template: Template) -> None:
    found = rule(template, "aws.states")
    (machine,) = template.all("AWS::StepFunctions::StateMachine")
    assert found["EventPattern"]["detail"] == {
        "status": ["FAILED", "TIMED_OUT", "ABORTED"],
        "stateMachineArn": [{"Ref": machine}],
    }
    status = template.function("ingest-status")["FunctionName"]
    (target,) = found["Targets"]
    assert template.resource(target["Arn"]["Fn::GetAtt"][0])["Properties"]["FunctionName"] == status


@pytest.mark.parametrize("source", ["aws.s3", "aws.states"])
def test_events_are_tried_again_and_then_kept(template: Template, source: str) -> None:
    (target,) = rule(template, source)["Targets"]
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 20}
    logical_id = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]
    queue = template.resource(logical_id)["Properties"]
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    statements = [
        statement
        for policy in template.all("AWS::SQS::QueuePolicy").values()
        if policy["Queues"] == [{"Ref": logical_id}]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (deny,) = [s for s in statements if s["Effect"] == "Deny"]
    (allow,) = [s for s in statements if s["Effect"] == "Allow"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    assert "aws:SourceArn" in allow["Condition"]["ArnEquals"]


def test_kept_events_ring(template: Template) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in template.all("AWS::CloudWatch::Alarm").values()
    }
    assert watched == set(template.all("AWS::SQS::Queue"))


def test_no_document_starts_before_its_tables_are_there(template: Template) -> None:
    (migration,) = template.all("Custom::DatabaseMigration")
    waiting = [
        resource.get("DependsOn", [])
        for resource in template.body["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
        and (resource["Properties"].get("EventPattern", {}).get("source") == ["aws.s3"])
    ]
    assert waiting
    assert migration in waiting[0]


def test_a_new_migration_is_a_new_version(template: Template) -> None:
    migration = template.one("Custom::DatabaseMigration")
    assert migration["Version"] == "one"
    assert int(migration["ServiceTimeout"]) == template.function("migrate")["Timeout"]


def test_the_janitor_and_the_keeper_of_indexes_come_on_schedules(local: Template, aws: Template) -> None:
    def rates(template: Template) -> list[str]:
        found = [r.get("ScheduleExpression") for r in template.all("AWS::Events::Rule").values()]
        return [rate for rate in found if rate]

    assert (rates(local), rates(aws)) == (
        ["rate(1 minute)", "rate(10 minutes)"],
        ["rate(5 minutes)", "rate(15 minutes)"],
    )


def test_rules_may_call_only_as_themselves(template: Template) -> None:
    permissions = [
        p for p in template.all("AWS::Lambda::Permission").values() if p["Principal"] == "events.amazonaws.com"
    ]
    rules = set(template.all("AWS::Events::Rule"))
    assert len(permissions) == 3
    assert all(p["SourceArn"]["Fn::GetAtt"][0] in rules for p in permissions)
