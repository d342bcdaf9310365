"""The two buckets: what people upload, and what the ingest stages make of it."""

from __future__ import annotations

from aws_cdk import CfnResource, Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra_cdk import names
from infra_cdk.config import Target
from infra_cdk.nag import acknowledge


class Storage(Construct):
    """Private, encrypted, TLS-only buckets; the uploads bucket tells EventBridge about every object."""

    def __init__(self, scope: Construct, construct_id: str, *, target: Target) -> None:
        super().__init__(scope, construct_id)
        self.uploads = self._bucket(
            "Uploads",
            target=target,
            # the page posts presigned forms and reads originals for its viewer
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.POST],
                    allowed_origins=list(target.allowed_origins),
                    allowed_headers=["*"],
                    exposed_headers=["ETag", "Content-Range", "Accept-Ranges"],
                    max_age=3600,
                )
            ],
        )
        self.artifacts = self._bucket("Artifacts", target=target, expires=Duration.days(30))
        # the L2 switch brings a Node function that LocalStack cannot run; CloudFormation has the property itself
        resource = self.uploads.node.default_child
        assert isinstance(resource, CfnResource)
        resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
        acknowledge(
            self,
            {
                "S1": "Objects are reached only through our functions and short-lived presigned URLs; who asked for "
                "what is in the functions' logs, and CloudTrail data events can be switched on."
            },
        )

    def _bucket(
        self, name: str, *, target: Target, cors: list[s3.CorsRule] | None = None, expires: Duration | None = None
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            bucket_name=names.bucket_name(self, name.lower()),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            cors=cors,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="tidy", abort_incomplete_multipart_upload_after=Duration.days(1), expiration=expires
                )
            ],
            removal_policy=RemovalPolicy.RETAIN if target.keeps_data else RemovalPolicy.DESTROY,
        )
