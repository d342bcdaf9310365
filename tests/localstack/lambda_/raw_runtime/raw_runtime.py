"""A Runtime API client that streams, as plain as can be: the tests' own, with no error hidden.

The handler is a generator function: `handler(event)` yields a prelude (dict) or None, then bytes. What it raises after
the first bytes goes into the trailers. When a write fails, the generator is closed and the next invocation fetched.
"""

import base64
import http.client
import importlib
import json
import os
import socket
import sys

API = os.environ["AWS_LAMBDA_RUNTIME_API"]
RUNTIME = "/2018-06-01/runtime"
CONTENT_TYPE = "application/vnd.awslambda.http-integration-response"


def request(method, path, body=None, headers=None):
    connection = http.client.HTTPConnection(API)
    connection.request(method, RUNTIME + path, body, headers or {})
    response = connection.getresponse()
    answer = response.read(), response.headers
    connection.close()
    return answer


def send(connection, data):
    connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))


def trailers(error):
    if error is None:
        return b""
    body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()
    lines = {
        "Lambda-Runtime-Function-Error-Type": type(error).__name__,
        "Lambda-Runtime-Function-Error-Body": base64.b64encode(body).decode(),
    }
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()


def stream(request_id, pieces):
    prelude = next(pieces)
    host, port = API.split(":")
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    content_type = "text/plain" if prelude is None else CONTENT_TYPE
    head = (
        f"POST {RUNTIME}/invocation/{request_id}/response HTTP/1.1\r\nHost: {API}\r\nTransfer-Encoding: chunked\r\n"
        f"Content-Type: {content_type}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"
        "Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n"
    )
    connection.sendall(head.encode())
    error = None
    try:
        if prelude is not None:
            send(connection, json.dumps(prelude).encode() + b"\0" * 8)
        try:
            for piece in pieces:
                send(connection, piece)
        except OSError:
            raise
        except Exception as failure:  # noqa: BLE001 (goes into the trailers)
            error = failure
        connection.sendall(b"0\r\n" + trailers(error) + b"\r\n")
        connection.recv(4096)
    except OSError as failure:
        print("write failed:", failure)
        pieces.close()
    finally:
        connection.close()


def main():
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    while True:
        payload, headers = request("GET", "/invocation/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        try:
            stream(request_id, handler(json.loads(payload)))
        except Exception as error:  # noqa: BLE001 (goes to the Runtime API)
            body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
            request("POST", f"/invocation/{request_id}/error", body)


main()
