"""Serves an ASGI 3 application from a managed AWS Lambda Python runtime, with response streaming.

Entered through `AWS_LAMBDA_EXEC_WRAPPER=/opt/streaming-runtime`; an application never has to import this package. What
it may want to import: `ClientDisconnected` (raised by `send` once nobody reads the response) and `Context` (the type
of `scope["aws.context"]`).
"""

from streaming_runtime.errors import ClientDisconnected
from streaming_runtime.invocation import Context

__all__ = ["ClientDisconnected", "Context"]
__version__ = "1.0.0"
