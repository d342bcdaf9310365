"""What a function sees: layers merged into /opt, the exec wrapper, paths and variables."""

import os
from pathlib import Path

from tests.localstack.support import RUNTIME, Functions, LocalStack, unique, zip_bytes

SHOW = """
import json, os, sys
def handler(event, context):
    return {"environment": dict(os.environ), "path": sys.path, "folder": os.getcwd()}
"""


def test_later_layers_overwrite_earlier_ones_and_share_folders(functions: Functions) -> None:
    code = """
import os, package, package.one, package.two, single
from pathlib import Path
def handler(event, context):
    data = Path(os.environ["DATA"])
    return {
        "package": package.FROM,
        "modules": [package.one.FROM, package.two.FROM],
        "single": single.FROM,
        "data": sorted(path.name for path in data.iterdir()),
        "text": (data / "text").read_text(),
        "task_first": __import__("both").FROM,
    }
"""
    first = functions.layer(
        {
            "python/package/__init__.py": "FROM = 'first'",
            "python/package/one.py": "FROM = 'first'",
            "python/single/__init__.py": "FROM = 'first'",
            "python/both.py": "FROM = 'layer'",
            "data/text": "first",
            "data/only-first": "",
        }
    )
    second = functions.layer(
        {
            "python/package/__init__.py": "FROM = 'second'",
            "python/package/two.py": "FROM = 'second'",
            "data/text": "second",
            "data/only-second": "",
        }
    )
    files = {"main.py": code, "both.py": "FROM = 'task'"}
    expected = {
        "package": "second",
        "modules": ["first", "second"],
        "single": "first",
        "data": ["only-first", "only-second", "text"],
        "text": "second",
        "task_first": "task",
    }
    name = functions.create(files, layers=[first, second], environment={"DATA": "/opt/data"})
    assert functions.invoke(name).payload == expected
    reverse = functions.create(files, layers=[second, first], environment={"DATA": "/opt/data"})
    assert functions.invoke(reverse).payload == {**expected, "package": "first", "text": "first"}


def test_variables_and_folders(functions: Functions) -> None:
    layer = functions.layer({"python/a.py": "", f"python/lib/{RUNTIME}/site-packages/b.py": "", "bin/tool": ""})
    environment = {"MODEL": "/opt/models/m.onnx", "PAIR": "/opt/a:/var/task/b", "URL": "http://x/opt/y", "PLAIN": "1"}
    name = functions.create(SHOW, layers=[layer], environment=environment)
    shown = functions.invoke(name).payload
    seen = shown["environment"]
    task, opt = Path(seen["LAMBDA_TASK_ROOT"]), Path(seen["MODEL"]).parents[1]
    assert seen["PAIR"] == f"{opt}/a:{task}/b"
    assert (seen["URL"], seen["PLAIN"]) == ("http://x/opt/y", "1")
    assert shown["folder"] == str(task)
    layer_folders = [str(opt / f"python/lib/{RUNTIME}/site-packages"), str(opt / "python")]
    assert seen["PYTHONPATH"].split(":") == [str(task), *layer_folders]
    ours = [path for path in shown["path"] if path in {str(task), *layer_folders}]
    assert list(dict.fromkeys(ours)) == [str(task), *layer_folders]
    assert str(opt / "bin") in seen["PATH"].split(":")
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert seen["AWS_EXECUTION_ENV"] == f"AWS_Lambda_{RUNTIME}"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["_HANDLER"] == "main.handler"
    assert os.path.isdir(seen["TMPDIR"])
    assert not [variable for variable in seen if variable.startswith(("LOCALSTACK", "DOCQA_LOCALSTACK"))]


def test_boto3_in_a_function_reaches_the_local_cloud(functions: Functions, localstack: LocalStack) -> None:
    bucket = unique("bucket")
    code = """
import boto3
def handler(event, context):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=event["bucket"], Key="k", Body=b"from the function")
"""
    s3 = localstack.client("s3")
    s3.create_bucket(Bucket=bucket)
    assert functions.invoke(functions.create(code), {"bucket": bucket}).error is None
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"from the function"


def test_the_exec_wrapper_starts_the_runtime(functions: Functions) -> None:
    wrapper = '#!/bin/sh\nexport FROM_WRAPPER="$# $2 $3"\nexec "$@"\n'
    layer = functions.layer({"wrapper": (wrapper, 0o755)})
    name = functions.create(SHOW, layers=[layer], environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"})
    assert functions.invoke(name).payload["environment"]["FROM_WRAPPER"] == "4 -m awslambdaric"


def test_a_wrapper_that_is_missing_is_an_error_with_a_reason(functions: Functions) -> None:
    name = functions.create(SHOW, environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/absent"})
    answer = functions.invoke(name)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.InvalidEntrypoint"
    assert "/opt/absent" in answer.payload["errorMessage"]


def test_the_same_archive_is_unpacked_once(functions: Functions) -> None:
    layer = functions.layer({"python/shared.py": "WHERE = __file__", "payload": "x" * 1000})
    code = "import shared\ndef handler(event, context):\n    return [shared.WHERE, __file__]"
    one, two = (functions.create(code, layers=[layer]) for _ in range(2))
    assert functions.invoke(one).payload == functions.invoke(two).payload


def test_an_update_brings_new_code(functions: Functions) -> None:
    name = functions.create("def handler(event, context):\n    return 'old'")
    assert functions.invoke(name).payload == "old"
    new = zip_bytes({"main.py": "def handler(event, context):\n    return 'new'"})
    functions.client.update_function_code(FunctionName=name, ZipFile=new)
    functions.wait_until_ready(name)
    assert functions.invoke(name).payload == "new"
