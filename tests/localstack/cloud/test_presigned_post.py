"""Presigned POST: the policy is enforced, browsers are let in by CORS, and EventBridge hears of the object."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.localstack.support import ACCOUNT, REGION, LocalStack, unique, wait_for

PAGE = "http://localhost:5173"


class Uploads:
    """A bucket that takes up to 10 bytes a form, from one web page."""

    def __init__(self, localstack: LocalStack) -> None:
        self.s3 = localstack.client("s3")
        self.bucket = unique("uploads")
        self.s3.create_bucket(Bucket=self.bucket)
        rule = {"AllowedOrigins": [PAGE], "AllowedMethods": ["POST", "GET"], "AllowedHeaders": ["*"]}
        self.s3.put_bucket_cors(
            Bucket=self.bucket, CORSConfiguration={"CORSRules": [{**rule, "ExposeHeaders": ["ETag"]}]}
        )

    def form(self, key: str, **more: Any) -> dict[str, Any]:
        conditions = [["content-length-range", 1, 10], *more.pop("Conditions", [])]
        form: dict[str, Any] = self.s3.generate_presigned_post(self.bucket, key, Conditions=conditions, **more)
        return form

    def send(
        self, form: Mapping[str, Any], content: bytes, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, Any]:
        """(status, body, headers) of posting `content` with the fields of `form`."""
        boundary = "----form"
        fields = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form["fields"].items()
        )
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.pdf"\r\n\r\n'
        body = fields.encode() + file.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        content_type = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        request = urllib.request.Request(form["url"], body, {**content_type, **(headers or {})})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def stored_keys(self) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]


@pytest.fixture
def uploads(localstack: LocalStack) -> Iterator[Uploads]:
    made = Uploads(localstack)
    yield made
    for key in made.stored_keys():
        made.s3.delete_object(Bucket=made.bucket, Key=key)
    made.s3.delete_bucket(Bucket=made.bucket)


def test_the_right_form_is_taken(uploads: Uploads) -> None:
    status, _, headers = uploads.send(uploads.form("uploads/t/d/1"), b"0123456789")
    assert (status, uploads.stored_keys()) == (204, ["uploads/t/d/1"])
    assert headers["ETag"] == uploads.s3.head_object(Bucket=uploads.bucket, Key="uploads/t/d/1")["ETag"]


@pytest.mark.parametrize(("content", "code"), [(b"01234567890", "EntityTooLarge"), (b"", "EntityTooSmall")])
def test_the_length_is_enforced(uploads: Uploads, content: bytes, code: str) -> None:
    status, body, _ = uploads.send(uploads.form("k"), content)
    assert status == 400
    assert f"<Code>{code}</Code>" in body
    assert uploads.stored_keys() == []


def test_another_key_is_refused(uploads: Uploads) -> None:
    form = uploads.form("uploads/mine")
    form["fields"]["key"] = "uploads/theirs"
    status, body, _ = uploads.send(form, b"x")
    assert status == 403
    assert "<Code>AccessDenied</Code>" in body
    assert "Policy Condition failed" in body
    assert uploads.stored_keys() == []


def test_an_expired_form_is_refused(uploads: Uploads) -> None:
    status, body, _ = uploads.send(uploads.form("k", ExpiresIn=-1), b"x")
    assert status == 403
    assert "Policy expired" in body
    assert uploads.stored_keys() == []


def test_a_field_that_the_policy_does_not_name_is_refused(uploads: Uploads) -> None:
    """AWS: "Each form field that you specify in a form must appear in the list of policy conditions"."""
    form = uploads.form("k")
    form["fields"] = {"Content-Type": "text/html", **form["fields"]}
    status, body, _ = uploads.send(form, b"x")
    assert status == 403
    assert "Extra input fields: content-type" in body
    assert uploads.stored_keys() == []


def test_a_page_of_the_listed_origin_may_post(uploads: Uploads) -> None:
    form = uploads.form("k")
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = urllib.request.Request(form["url"], headers=asked, method="OPTIONS")
    with urllib.request.urlopen(preflight) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    status, _, headers = uploads.send(form, b"x", {"Origin": PAGE})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == PAGE
    assert "ETag" in headers["Access-Control-Expose-Headers"]


def test_object_created_is_announced(uploads: Uploads, localstack: LocalStack) -> None:
    sqs, events, name = localstack.client("sqs"), localstack.client("events"), unique("created")
    uploads.s3.put_bucket_notification_configuration(
        Bucket=uploads.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [uploads.bucket]}, "object": {"key": [{"prefix": "uploads/"}]}},
    }
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}])
    uploads.send(uploads.form("elsewhere"), b"x")
    uploads.send(uploads.form("uploads/t/d 1/ü"), b"0123456789")
    etag = uploads.s3.head_object(Bucket=uploads.bucket, Key="uploads/t/d 1/ü")["ETag"].strip('"')

    (message,) = wait_for(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5).get("Messages"))
    event = json.loads(message["Body"])
    assert event["resources"] == [f"arn:aws:s3:::{uploads.bucket}"]
    assert event["detail"]["reason"] == "PostObject"
    told = event["detail"]["object"]
    assert (told["key"], told["size"], told["etag"]) == ("uploads/t/d 1/ü", 10, etag)
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def test_two_events_in_a_row_have_rising_sequencers(uploads: Uploads, localstack: LocalStack) -> None:
    """AWS: the sequencer orders the events of one key, compared as hexadecimal numbers."""
    sqs, events, name = localstack.client("sqs"), localstack.client("events"), unique("sequence")
    uploads.s3.put_bucket_notification_configuration(
        Bucket=uploads.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    events.put_rule(Name=name, EventPattern=json.dumps({"detail": {"bucket": {"name": [uploads.bucket]}}}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}])
    sizes: dict[int, int] = {}
    for content in (b"1", b"22", b"333"):
        uploads.s3.put_object(Bucket=uploads.bucket, Key="k", Body=content)

    def all_told() -> bool:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", []):
            told = json.loads(message["Body"])["detail"]["object"]
            sizes[int(told["sequencer"], 16)] = told["size"]
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return sum(sizes.values()) == 6

    wait_for(all_told)
    assert [sizes[sequencer] for sequencer in sorted(sizes)] == [1, 2, 3]
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)
