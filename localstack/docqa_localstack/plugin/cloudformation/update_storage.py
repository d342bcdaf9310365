"""Updates of S3, SQS and Secrets Manager resource types."""

import json
from typing import Any, Final

from docqa_localstack.plugin.cloudformation.change import Change, Handler, Model, pick, tag_changes, tag_list, tags_of


def _versioning(change: Change, s3: Any, bucket: str) -> None:
    status = (change.new.get("VersioningConfiguration") or {}).get("Status", "Suspended")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def _cors(change: Change, s3: Any, bucket: str) -> None:
    configuration = change.provider._transform_cfn_cors(change.new.get("CorsConfiguration"))
    if configuration:
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=configuration)
    else:
        s3.delete_bucket_cors(Bucket=bucket)


def _notifications(change: Change, s3: Any, bucket: str) -> None:
    settings = change.provider._get_s3_bucket_notification_config(change.new)
    configuration = settings["NotificationConfiguration"] if settings else {}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=configuration)


def _lifecycle_rule(rule: Model) -> Model:
    """CloudFormation's spelling of a lifecycle rule into that of the API."""
    translated = pick(rule, ("ID", "Status", "AbortIncompleteMultipartUpload", "Transitions"))
    if "Id" in rule:
        translated["ID"] = rule["Id"]
    expiration = {"Days": rule.get("ExpirationInDays"), "Date": rule.get("ExpirationDate")}
    if chosen := {name: value for name, value in expiration.items() if value is not None}:
        translated["Expiration"] = chosen
    if (days := rule.get("NoncurrentVersionExpirationInDays")) is not None:
        translated["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    elif "NoncurrentVersionExpiration" in rule:
        translated["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    translated["Filter"] = {"Prefix": rule.get("Prefix") or ""}
    return translated


def _lifecycle(change: Change, s3: Any, bucket: str) -> None:
    rules = (change.new.get("LifecycleConfiguration") or {}).get("Rules") or []
    if rules:
        configuration = {"Rules": [_lifecycle_rule(rule) for rule in rules]}
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=configuration)
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _public_access(change: Change, s3: Any, bucket: str) -> None:
    if block := change.new.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    else:
        s3.delete_public_access_block(Bucket=bucket)


def _ownership(change: Change, s3: Any, bucket: str) -> None:
    if controls := change.new.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    else:
        s3.delete_bucket_ownership_controls(Bucket=bucket)


def _encryption(change: Change, s3: Any, bucket: str) -> None:
    rules = (change.new.get("BucketEncryption") or {}).get("ServerSideEncryptionConfiguration") or []
    if not rules:
        s3.delete_bucket_encryption(Bucket=bucket)
        return
    names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    translated = [{names.get(name, name): value for name, value in rule.items()} for rule in rules]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": translated})


def _tags(change: Change, s3: Any, bucket: str) -> None:
    if tags := tags_of(change.new):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_list(tags)})
    else:
        s3.delete_bucket_tagging(Bucket=bucket)


def _website(change: Change, s3: Any, bucket: str) -> None:
    configuration = change.provider._transform_website_configuration(change.new.get("WebsiteConfiguration"))
    if configuration:
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=configuration)
    else:
        s3.delete_bucket_website(Bucket=bucket)


BUCKET_SETTINGS: Final = {
    "VersioningConfiguration": _versioning,
    "CorsConfiguration": _cors,
    "NotificationConfiguration": _notifications,
    "LifecycleConfiguration": _lifecycle,
    "PublicAccessBlockConfiguration": _public_access,
    "OwnershipControls": _ownership,
    "BucketEncryption": _encryption,
    "Tags": _tags,
    "WebsiteConfiguration": _website,
}


def bucket(change: Change) -> Model:
    """Every setting of a bucket that has changed, or has left the template.

    Also after creation, where LocalStack's provider leaves out half of the settings.
    """
    for name, apply in BUCKET_SETTINGS.items():
        if change.differs(name):
            apply(change, change.aws.s3, change.new["BucketName"])
    return change.new


def bucket_policy(change: Change) -> Model:
    """The call replaces the policy; the physical id stays."""
    change.aws.s3.put_bucket_policy(Bucket=change.new["Bucket"], Policy=json.dumps(change.new["PolicyDocument"]))
    return change.new


def secret(change: Change) -> Model:
    """Description, key, tags, and the value: given, or generated anew when the recipe has changed."""
    client, secret_id = change.aws.secretsmanager, change.new["Id"]
    arguments = {name: change.new.get(name) or "" for name in ("Description",) if change.differs(name)}
    if change.differs("KmsKeyId") and change.new.get("KmsKeyId"):
        arguments["KmsKeyId"] = change.new["KmsKeyId"]
    if change.new.get("SecretString") is not None and change.differs("SecretString"):
        arguments["SecretString"] = change.new["SecretString"]
    elif change.new.get("GenerateSecretString") is not None and change.differs("GenerateSecretString"):
        arguments["SecretString"] = _generated(change)
    if arguments:
        client.update_secret(SecretId=secret_id, **arguments)
    added, removed = tag_changes(change)
    if added:
        client.tag_resource(SecretId=secret_id, Tags=tag_list(added))
    if removed:
        client.untag_resource(SecretId=secret_id, TagKeys=removed)
    return change.new


def _generated(change: Change) -> str:
    recipe = change.new["GenerateSecretString"]
    value: str = change.provider._get_secret_value(recipe)
    if template := recipe.get("SecretStringTemplate"):
        value = change.provider._modify_secret_template(template, value, recipe)
    return value


HANDLERS: Final[dict[str, Handler]] = {
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SecretsManager::Secret": secret,
}
AFTER_CREATE: Final[dict[str, Handler]] = {"AWS::S3::Bucket": bucket}
