"""Presigned POST and the event of a new object, where LocalStack's open release differs from AWS.

Signatures are not checked: the local stack has no secrets to protect by them.
"""

import base64
import functools
import itertools
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

UNLISTED: Final = frozenset({"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"})
"""Form fields that need no condition, beside those that begin with x-ignore- (AWS: "Condition matching")."""


def unlisted_fields(fields: Iterable[str], conditions: Iterable[Any]) -> list[str]:
    """The names, lower case, of form fields that no condition of the policy names."""
    named: set[str] = set()
    for condition in conditions:
        if isinstance(condition, Mapping):
            named.update(str(name).lower() for name in condition)
        else:
            named.add(str(condition[1]).lower().removeprefix("$"))
    names = (name.lower() for name in fields)
    return sorted(
        name for name in names if name not in named and name not in UNLISTED and not name.startswith("x-ignore-")
    )


def refuse_unlisted_fields(module: Any) -> None:
    """AWS: "Each form field that you specify in a form must appear in the list of policy conditions"."""
    validate = module.validate_post_policy

    @functools.wraps(validate)
    def validate_post_policy(request_form: Any, additional_policy_metadata: Any) -> None:
        validate(request_form, additional_policy_metadata)
        policy = request_form.get("policy") or request_form.get("Policy")
        if not policy:
            return
        conditions = json.loads(base64.b64decode(policy)).get("conditions") or []
        if extra := unlisted_fields(request_form, conditions):
            raise module.AccessDenied(
                f"Invalid according to Policy: Extra input fields: {', '.join(extra)}", HostId=module.S3_HOST_ID
            )

    module.validate_post_policy = validate_post_policy


def tell_keys_as_they_are(module: Any) -> None:
    """EventBridge gets the key itself (SQS, SNS and Lambda get it quoted), and a sequencer that rises."""
    notifier = module.EventBridgeNotifier
    payload, numbers = notifier._get_event_payload, itertools.count(time.time_ns())

    @functools.wraps(payload)
    def _get_event_payload(ctx: Any, config_id: Any = None) -> Any:
        entry = payload(ctx, config_id)
        detail = json.loads(entry["Detail"])
        about = detail["object"]
        about["key"] = unquote(about["key"])
        if "sequencer" in about:
            about["sequencer"] = ctx.docqa_sequencer
        return {**entry, "Detail": json.dumps(detail)}

    context = module.S3EventNotificationContext
    from_request = context.from_request_context.__func__

    def from_request_context(cls: Any, *args: Any, **kwargs: Any) -> Any:
        made = from_request(cls, *args, **kwargs)
        # in the order of the requests; events go out on several threads
        made.docqa_sequencer = f"{next(numbers):018X}"
        return made

    context.from_request_context = classmethod(from_request_context)
    notifier._get_event_payload = staticmethod(_get_event_payload)


PATCHES: Final = {
    "localstack.services.s3.presigned_url": refuse_unlisted_fields,
    "localstack.services.s3.notifications": tell_keys_as_they_are,
}
