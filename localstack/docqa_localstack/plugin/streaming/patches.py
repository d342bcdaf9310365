"""Where the streamed answers are hooked into LocalStack."""

from docqa_localstack.plugin.streaming.client import expose_client
from docqa_localstack.plugin.streaming.cors import leave_function_urls_alone
from docqa_localstack.plugin.streaming.function_urls import take_over_router
from docqa_localstack.plugin.streaming.rest import accept_streaming_uri, stream_integration

PATCHES = {
    "rolo.serving.twisted": expose_client,
    "localstack.aws.handlers.cors": leave_function_urls_alone,
    "localstack.services.lambda_.urlrouter": take_over_router,
    "localstack.services.apigateway.legacy.provider": accept_streaming_uri,
    "localstack.services.apigateway.next_gen.execute_api.integrations.aws": stream_integration,
}
