"""Buckets, secrets and parameters."""

import json

from tests.infrastructure.template import Template


def test_buckets_are_private_and_encrypted(template: Template) -> None:
    buckets = template.all("AWS::S3::Bucket")
    assert len(buckets) == 2
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_every_bucket_refuses_plain_http(template: Template) -> None:
    buckets = set(template.all("AWS::S3::Bucket"))
    for policy in template.all("AWS::S3::BucketPolicy").values():
        (deny,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert deny["Action"] == "s3:*"
        assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        buckets.remove(policy["Bucket"]["Ref"])
    assert not buckets


def test_only_uploads_tell_eventbridge(template: Template) -> None:
    telling = {
        template.text(bucket["BucketName"]).split("-")[1]: bucket.get("NotificationConfiguration")
        for bucket in template.all("AWS::S3::Bucket").values()
    }
    on = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert telling == {"uploads": on, "artifacts": None}


def test_browsers_of_our_origins_may_post(template: Template) -> None:
    (rule,) = [
        rule
        for bucket in template.all("AWS::S3::Bucket").values()
        for rule in bucket.get("CorsConfiguration", {}).get("CorsRules", [])
    ]
    assert rule["AllowedOrigins"] == list(template.target.allowed_origins)
    assert "POST" in rule["AllowedMethods"]
    assert "PUT" not in rule["AllowedMethods"]


def test_artifacts_end_after_thirty_days_and_uploads_never(template: Template) -> None:
    days = {}
    for bucket in template.all("AWS::S3::Bucket").values():
        (rule,) = bucket["LifecycleConfiguration"]["Rules"]
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
        days[template.text(bucket["BucketName"]).split("-")[1]] = rule.get("ExpirationInDays")
    assert days == {"uploads": None, "artifacts": 30}


def test_bucket_names_carry_account_and_region(local: Template, aws: Template) -> None:
    def names(template: Template) -> set[str]:
        return {template.text(bucket["BucketName"]) for bucket in template.all("AWS::S3::Bucket").values()}

    assert names(local) == {f"docqa-{kind}-000000000000-us-east-1" for kind in ("uploads", "artifacts")}
    assert names(aws) == {f"docqa-{kind}-<AWS::AccountId>-<AWS::Region>" for kind in ("uploads", "artifacts")}


def test_documents_and_secrets_outlive_the_stack(local: Template, aws: Template) -> None:
    def policies(template: Template, *kinds: str) -> set[str]:
        return {r["DeletionPolicy"] for r in template.body["Resources"].values() if r["Type"] in kinds}

    assert policies(aws, "AWS::S3::Bucket", "AWS::SecretsManager::Secret") == {"Retain"}
    # a deploy that fails on a laptop must not stumble over documents that were brought back before it
    assert policies(local, "AWS::S3::Bucket") == {"Retain"}


def test_secrets_are_made_on_aws_and_found_on_a_laptop(local: Template, aws: Template) -> None:
    created = aws.all("AWS::SecretsManager::Secret").values()
    assert {secret["Name"] for secret in created} == {
        "docqa/database",
        "docqa/cache",
        "docqa/providers",
        "docqa/tokens",
    }
    assert not local.all("AWS::SecretsManager::Secret")
    assert local.grants("migrate")["secretsmanager:GetSecretValue"].endswith(':secret:docqa/database-??????"')


def test_limits(template: Template) -> None:
    parameter = template.one("AWS::SSM::Parameter")
    assert parameter["Name"] == "/docqa/limits" == template.environment("api")["DOCQA_LIMITS_PARAMETER"]
    assert json.loads(parameter["Value"]) == {"max_upload_bytes": 104857600, "max_pages": 2000}
    assert template.grants("api")["ssm:GetParameter"].endswith(':parameter/docqa/limits"')
