"""The DocQA stack: composes the capabilities and connects them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from aws_cdk import CfnOutput, Stack, StackProps
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk import names
from infra_cdk.capabilities.access import Resources
from infra_cdk.capabilities.dead_letters import DeadLetters
from infra_cdk.capabilities.function import PythonFunction
from infra_cdk.capabilities.http_api import HttpApi
from infra_cdk.capabilities.ingest import FailureRule, IngestMachine, Schedule, UploadRule
from infra_cdk.capabilities.layers import Layers
from infra_cdk.capabilities.migrations import Migrations
from infra_cdk.capabilities.settings import Settings
from infra_cdk.capabilities.storage import Storage
from infra_cdk.capabilities.stream_url import StreamUrl
from infra_cdk.catalog import FUNCTIONS
from infra_cdk.config import Target
from infra_cdk.packaging.artifacts import Artifacts


class DocqaStack(Stack):
    """One stack for both targets.

    permanent_errors: error names that the state machine must not retry.
    migrations_version: changes whenever the database's migrations change.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        target: Target,
        artifacts: Artifacts,
        permanent_errors: Sequence[str],
        migrations_version: str,
        props: StackProps,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=props.env,
            stack_name=props.stack_name,
            synthesizer=props.synthesizer,
            description="DocQA: document intelligence, serverless",
        )
        self._target = target
        self.storage = Storage(self, "Storage", target=target)
        self.settings = Settings(self, "Settings", target=target)
        self.functions = self._functions(artifacts)
        dead_letters = {
            "uploads": DeadLetters(self, "UndeliveredUploads", name="docqa-undelivered-uploads"),
            "failures": DeadLetters(self, "UndeliveredFailures", name="docqa-undelivered-failures"),
        }
        machine = IngestMachine(
            self, "Ingest", target=target, functions=self.functions, permanent_errors=permanent_errors
        )
        uploads = UploadRule(
            self, "OnUpload", bucket=self.storage.uploads, machine=machine, dead_letters=dead_letters["uploads"]
        )
        FailureRule(
            self,
            "OnFailure",
            machine=machine,
            function=self.functions["ingest-status"],
            dead_letters=dead_letters["failures"],
        )
        migrate = next(spec for spec in FUNCTIONS if spec.name == "migrate")
        migrations = Migrations(
            self,
            "Migrations",
            function=self.functions["migrate"],
            version=migrations_version,
            timeout_s=migrate.timeout_s,
        )
        uploads.node.add_dependency(migrations)  # no document may start before its tables are there
        for name, minutes, purpose in (
            ("janitor", target.janitor_minutes, "Ends what outlived its deadline"),
            ("index", target.index_minutes, "Builds vector indexes of large tenants"),
        ):
            schedule = Schedule(
                self, f"{_pascal(name)}Schedule", function=self.functions[name], minutes=minutes, purpose=purpose
            )
            schedule.node.add_dependency(migrations)
        http = HttpApi(self, "Http", target=target, buffered=self.functions["api"], streamed=self.functions["stream"])
        stream = StreamUrl(self, "StreamAddress", target=target, function=self.functions["stream"])
        self._outputs(
            {
                "ApiId": http.api.rest_api_id,
                "ApiUrl": http.api.url,
                "StreamUrl": stream.url.url,
                "StreamUrlId": names.STREAM_URL_ID if target.custom_ids else "",
                "UploadsBucket": self.storage.uploads.bucket_name,
                "ArtifactsBucket": self.storage.artifacts.bucket_name,
                "StateMachineArn": machine.resource.ref,
                "FunctionNames": json.dumps({spec.name: names.function_name(spec.name) for spec in FUNCTIONS}),
                "DeadLetterQueues": self.to_json_string(
                    {name: letters.queue.queue_url for name, letters in dead_letters.items()}
                ),
            }
        )

    def _functions(self, artifacts: Artifacts) -> Mapping[str, lambda_.Function]:
        layers = Layers(self, "Layers", target=self._target, artifacts=artifacts.layers)
        resources = Resources(scope=self, storage=self.storage, settings=self.settings)
        origins = {"DOCQA_CORS_ORIGINS": ",".join(self._target.allowed_origins)}
        return {
            spec.name: PythonFunction(
                self,
                _pascal(spec.name),
                spec=spec,
                target=self._target,
                layers=layers,
                artifact=artifacts.functions[spec.family],
                access=resources.access(spec.needs),
                environment=origins if spec.name in {"api", "stream"} else {},
            ).function
            for spec in FUNCTIONS
        }

    def _outputs(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            if value:
                CfnOutput(self, name, value=value)


def _pascal(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
