"""S3 objects outlive LocalStack, even when it is killed; a bucket is then deployed afresh over them."""

import json
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.localstack.cloud.stacks import Stack, resource
from tests.localstack.support import LocalStack

BIG = 50 * 1024 * 1024


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A LocalStack of its own, to be killed."""
    server = LocalStack(state=tmp_path_factory.mktemp("mortal")).start()
    yield server
    server.stop()


def again(server: LocalStack) -> Any:
    """Kill it (SIGKILL), start it with the same state, and return a new S3 client."""
    server.kill()
    server.start()
    return server.client("s3")


def post(server: LocalStack, fields: dict[str, str], url: str, content: bytes) -> int:
    boundary = "----form"
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    start = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = "".join(parts).encode() + start.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return int(answer.status)


def in_parts(s3: Any, bucket: str, key: str, content: bytes) -> str:
    """Upload in parts of 5 MB or more; returns the ETag."""
    upload = {"Bucket": bucket, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]}
    half = len(content) // 2
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=piece)["ETag"]}
        for number, piece in enumerate((content[:half], content[half:]), 1)
    ]
    return str(s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["ETag"])


def test_every_way_of_writing_survives_a_kill(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket="papers")
    settings = {"ContentType": "application/pdf", "Metadata": {"tenant": "t1"}, "Tagging": "colour=red"}
    s3.put_object(Bucket="papers", Key="a/put ü.pdf", Body=b"one", **settings)
    s3.copy_object(Bucket="papers", Key="copy", CopySource={"Bucket": "papers", "Key": "a/put ü.pdf"})
    form = s3.generate_presigned_post("papers", "posted")
    assert post(mortal, form["fields"], form["url"], b"from a browser") == 204
    parts = in_parts(s3, "papers", "parts", b"x" * 11_000_000)
    s3.put_object(Bucket="papers", Key="replaced", Body=b"old")
    s3.put_object(Bucket="papers", Key="replaced", Body=b"new and longer")
    s3.put_object(Bucket="papers", Key="removed", Body=b"gone")
    s3.delete_object(Bucket="papers", Key="removed")
    s3.put_object(Bucket="papers", Key="removed-2", Body=b"gone")
    s3.delete_objects(Bucket="papers", Delete={"Objects": [{"Key": "removed-2"}]})
    s3.put_object_tagging(Bucket="papers", Key="copy", Tagging={"TagSet": [{"Key": "colour", "Value": "blue"}]})
    before = {key: s3.head_object(Bucket="papers", Key=key) for key in ("a/put ü.pdf", "parts", "replaced")}

    s3 = again(mortal)
    found = {entry["Key"]: entry["Size"] for entry in s3.list_objects_v2(Bucket="papers")["Contents"]}
    assert found == {"a/put ü.pdf": 3, "copy": 3, "parts": 11_000_000, "posted": 14, "replaced": 14}
    for key, was in before.items():
        now = s3.head_object(Bucket="papers", Key=key)
        for name in ("ETag", "LastModified", "ContentLength", "ContentType", "Metadata"):
            assert now[name] == was[name], (key, name)
    assert s3.get_object(Bucket="papers", Key="a/put ü.pdf")["Body"].read() == b"one"
    assert s3.get_object(Bucket="papers", Key="posted")["Body"].read() == b"from a browser"
    assert s3.head_object(Bucket="papers", Key="parts")["ETag"] == parts
    assert s3.get_object_tagging(Bucket="papers", Key="a/put ü.pdf")["TagSet"] == [{"Key": "colour", "Value": "red"}]
    assert s3.get_object_tagging(Bucket="papers", Key="copy")["TagSet"] == [{"Key": "colour", "Value": "blue"}]


def test_versions_and_delete_markers_survive(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket="versioned")
    s3.put_object(Bucket="versioned", Key="k", Body=b"before versioning")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="versioned", Key="k", Body=b"first")["VersionId"]
    second = s3.put_object(Bucket="versioned", Key="k", Body=b"second")["VersionId"]
    s3.put_object(Bucket="versioned", Key="deleted", Body=b"hidden")
    s3.delete_object(Bucket="versioned", Key="deleted")

    s3 = again(mortal)
    assert s3.get_bucket_versioning(Bucket="versioned")["Status"] == "Enabled"
    assert s3.get_object(Bucket="versioned", Key="k")["VersionId"] == second
    assert s3.get_object(Bucket="versioned", Key="k", VersionId=first)["Body"].read() == b"first"
    assert s3.get_object(Bucket="versioned", Key="k", VersionId="null")["Body"].read() == b"before versioning"
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="versioned", Key="deleted")
    assert len(s3.list_object_versions(Bucket="versioned")["DeleteMarkers"]) == 1


def test_a_stack_deployed_afresh_takes_the_bucket_with_its_objects(mortal: LocalStack) -> None:
    """And nothing of what came back is announced as new."""
    settings = {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}}
    resources = {
        "Bucket": resource("AWS::S3::Bucket", BucketName="uploads-of-main", **settings),
        "Queue": resource("AWS::SQS::Queue", QueueName="news"),
        "Rule": resource(
            "AWS::Events::Rule",
            EventPattern={"source": ["aws.s3"]},
            Targets=[{"Id": "queue", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}],
        ),
    }
    stack = Stack(mortal)
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    mortal.client("s3").put_object(Bucket="uploads-of-main", Key="paper", Body=b"kept")

    s3 = again(mortal)
    stack = Stack(mortal)
    assert stack.deploy(resources) == "CREATE_COMPLETE"
    assert s3.get_object(Bucket="uploads-of-main", Key="paper")["Body"].read() == b"kept"
    s3.put_object(Bucket="uploads-of-main", Key="fresh", Body=b"new")
    received = mortal.client("sqs").receive_message(QueueUrl=stack.physical_id("Queue"), WaitTimeSeconds=10)
    (message,) = received["Messages"]
    assert json.loads(message["Body"])["detail"]["object"]["key"] == "fresh"


def test_a_deleted_bucket_stays_deleted(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket="short-lived")
    s3.put_object(Bucket="short-lived", Key="k", Body=b"v")
    s3.delete_object(Bucket="short-lived", Key="k")
    s3.delete_bucket(Bucket="short-lived")
    assert not (mortal.state / "s3" / "short-lived").exists()
    names = {bucket["Name"] for bucket in again(mortal).list_buckets()["Buckets"]}
    assert "short-lived" not in names
    assert "papers" in names


def test_deployment_packages_are_not_kept(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    for bucket in ("docqa-assets-local", "cdk-hnb659fds-assets"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="code.zip", Body=b"code")
        assert s3.get_object(Bucket=bucket, Key="code.zip")["Body"].read() == b"code"
        assert not (mortal.state / "s3" / bucket).exists()


def test_a_kill_in_the_middle_of_writing_leaves_whole_objects(mortal: LocalStack) -> None:
    """Every object that was acknowledged is there; each is whole, old or new."""
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket="storm")
    contents = [bytes([65 + number]) * 3_000_000 for number in range(4)]
    acknowledged: set[str] = set()

    def write(number: int) -> None:
        key = f"k{number % 5}"
        try:
            s3.put_object(Bucket="storm", Key=key, Body=contents[number % 4])
        except (BotoCoreError, ClientError):  # the server is being killed
            return
        acknowledged.add(key)
        if len(acknowledged) == 3:
            mortal.kill()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(60)))
    mortal.start()
    s3 = mortal.client("s3")
    found = {entry["Key"] for entry in s3.list_objects_v2(Bucket="storm")["Contents"]}
    assert acknowledged <= found
    for key in found:
        answer = s3.get_object(Bucket="storm", Key=key)
        assert answer["Body"].read() in contents
    folder = mortal.state / "s3" / "storm"
    assert len(list(folder.glob("blobs/*"))) == len(list(folder.glob("objects/*"))) == len(found)


def test_a_refused_upload_leaves_nothing(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket="refusals")
    s3.put_object(Bucket="refusals", Key="k", Body=b"first")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="refusals", Key="k", Body=b"second", IfNoneMatch="*")
    with pytest.raises(ClientError, match="BadDigest"):
        s3.put_object(Bucket="refusals", Key="k", Body=b"third", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert s3.get_object(Bucket="refusals", Key="k")["Body"].read() == b"first"
    assert len(list((mortal.state / "s3" / "refusals").glob("blobs/*"))) == 1


def resident(process: int) -> int:
    """The most memory that a process has had so far, in bytes (VmHWM of proc_pid_status(5))."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def test_a_large_object_is_not_held_in_memory(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    s3.put_object(Bucket="papers", Key="warm", Body=b"x")
    s3.get_object(Bucket="papers", Key="warm")["Body"].read()
    before = resident(mortal.pid)
    s3.put_object(Bucket="papers", Key="big", Body=b"y" * BIG)
    assert len(s3.get_object(Bucket="papers", Key="big")["Body"].read()) == BIG
    assert resident(mortal.pid) - before < 2 * BIG


def test_reads_and_writes_of_one_key_do_not_mix(mortal: LocalStack) -> None:
    s3 = mortal.client("s3")
    contents = [bytes([65 + number]) * 400_000 for number in range(4)]
    s3.put_object(Bucket="papers", Key="busy", Body=contents[0])

    def work(number: int) -> bytes:
        if number % 2:
            s3.put_object(Bucket="papers", Key="busy", Body=contents[number % 4])
        return bytes(s3.get_object(Bucket="papers", Key="busy")["Body"].read())

    with ThreadPoolExecutor(6) as pool:
        assert all(content in contents for content in pool.map(work, range(60)))
