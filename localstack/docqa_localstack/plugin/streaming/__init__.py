"""Streamed answers: function URLs with InvokeMode RESPONSE_STREAM, REST APIs with responseTransferMode STREAM.

invocation     runs one invocation whose answer may be streamed, and reads its prelude
client         the client's connection: when it goes, and how fast it reads
function_urls  function URLs, by host name and by path, with their events, answers and CORS
rest           the AWS_PROXY integration of REST APIs in STREAM mode
"""
