"""Every error a user or an operator can meet, with its code, HTTP status and whether a retry can help.

DocQAError
├── InvalidRequest            400  the request itself is wrong
│   ├── InvalidConfirmation    400  forged, expired, used before, or of another user
│   ├── InvalidDataSet         400  a file of questions, passages or figures is not as it must be
│   ├── InvalidInvitation      400  forged, expired, for another address, or of a tenant that is gone
│   ├── InvalidSetting         500  an environment variable or parameter is wrong: the start stops
│   └── QuestionTooLong        422
├── Unauthenticated           401  no token, a bad token, an expired token, wrong password
├── Forbidden                 403  the user may see it, but not do this to it
├── NotFound                  404  also for what belongs to another tenant, or is not shared with the user
├── Conflict                  409
│   ├── CollectionExists       409  another collection of the tenant has the name
│   ├── EmailTaken
│   ├── LastOwner              409  a collection keeps at least one owner
│   ├── NotReady               409  no version of the document answers yet
│   ├── NotRetryable           409  the document did not fail
│   └── Superseded             409  a newer version of the document was published first
├── UploadRejected            413/415/422  decided before a byte is uploaded
│   ├── FileTooLarge           413
│   ├── FileEmpty              422
│   └── UnsupportedType        415
├── DocumentRejected          422  decided from the bytes, while ingesting: the same bytes will fail again
│   ├── CorruptFile
│   ├── PasswordProtected
│   ├── NoPages
│   ├── NoText
│   ├── TooComplex
│   ├── TooManyPages
│   ├── TypeMismatch
│   └── UnsafeFile
├── UploadMissing             409  the bytes never arrived, or are gone
├── ProcessingFailed          500  retryable: a part of the platform failed while ingesting
│   └── ProcessingTimedOut
├── NotSearchable             500  retryable: published, but the probe query does not find it
├── DependencyUnavailable     503  retryable: database, cache, storage or inference does not answer
│   └── CacheUnavailable       503  never fails a request: one goes on without the cache
├── ToolUnavailable           502  retryable: a tool's server does not answer as it should
├── BudgetSpent               402  the call would cost more than is left of a day's or month's budget
└── ProviderError             502  a provider of language models did not answer
    ├── ProviderFault          502  retryable: another provider is asked instead
    │   ├── ProviderTimeout     504  not in time
    │   ├── ProviderUnreachable 502  no connection
    │   ├── ProviderRateLimited 503  its rate limit is reached
    │   ├── ProviderOverloaded  503  it says so, or that something broke on its side
    │   └── AnswerBroken        502  the answer was cut off or cannot be read
    ├── KeyRefused             422  the API key is wrong, or may not do this
    ├── CreditSpent            402  the account behind the key has no money left
    ├── ModelUnknown           422  the provider has no such model (any more)
    └── ProviderRefused        502  the request itself is wrong: no other provider would take it
        └── ContextTooLong      422
"""

from typing import Any, ClassVar


class DocQAError(Exception):
    """Base of all. `code` is stable and part of the HTTP contract; the message is a sentence for a person."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    default_message: ClassVar[str] = "Something went wrong on our side."

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or self.default_message
        self.details = details
        super().__init__(self.message)


class InvalidRequest(DocQAError):
    code, status = "invalid_request", 400
    default_message = "The request is not valid."


class InvalidConfirmation(InvalidRequest):
    code = "invalid_confirmation"
    default_message = "This confirmation is not valid, or was used before. Ask again."


class InvalidDataSet(InvalidRequest):
    code = "invalid_data_set"
    default_message = "The data set cannot be read."


class InvalidInvitation(InvalidRequest):
    code = "invalid_invitation"
    default_message = "The invitation is not valid for this e-mail address, or has expired. Ask for a new one."


class InvalidSetting(DocQAError):
    code, status = "invalid_setting", 500
    default_message = "A setting is missing or wrong."


class QuestionTooLong(InvalidRequest):
    code, status = "question_too_long", 422
    default_message = "The question is too long."


class Unauthenticated(DocQAError):
    code, status = "unauthenticated", 401
    default_message = "Log in first: the access token is missing, wrong or expired."


class Forbidden(DocQAError):
    code, status = "forbidden", 403
    default_message = "Your role does not allow this."


class NotFound(DocQAError):
    code, status = "not_found", 404
    default_message = "There is no such thing, or it is not yours."


class Conflict(DocQAError):
    code, status = "conflict", 409
    default_message = "This cannot be done in the present state."


class CollectionExists(Conflict):
    code = "collection_exists"
    default_message = "There is a collection of this name already."


class NotReady(Conflict):
    code = "not_ready"
    default_message = "No version of the document is ready yet."


class EmailTaken(Conflict):
    code = "email_taken"
    default_message = "There is an account with this e-mail address already."


class LastOwner(Conflict):
    code = "last_owner"
    default_message = "A collection keeps at least one owner. Make somebody else its owner first."


class NotRetryable(Conflict):
    code = "not_retryable"
    default_message = "Only a failed document can be retried."


class Superseded(Conflict):
    code = "superseded"
    default_message = "A newer version of the document was published first."


class UploadRejected(DocQAError):
    code, status = "upload_rejected", 422
    default_message = "This file cannot be uploaded."


class FileTooLarge(UploadRejected):
    code, status = "file_too_large", 413
    default_message = "The file is larger than allowed."


class FileEmpty(UploadRejected):
    code, status = "file_empty", 422
    default_message = "The file is empty."


class UnsupportedType(UploadRejected):
    code, status = "unsupported_type", 415
    default_message = "This type of file is not supported."


class DocumentRejected(DocQAError):
    code, status = "document_rejected", 422
    default_message = "The document cannot be read."


class CorruptFile(DocumentRejected):
    code = "corrupt_file"
    default_message = "The file is broken and cannot be read."


class PasswordProtected(DocumentRejected):
    code = "password_protected"
    default_message = "The file is protected by a password. Remove the password and upload it again."


class NoPages(DocumentRejected):
    code = "no_pages"
    default_message = "The document has no pages."


class NoText(DocumentRejected):
    code = "no_text"
    default_message = "No text was found in the document."


class TooComplex(DocumentRejected):
    code = "too_complex"
    default_message = (
        "Reading the file takes more time or memory than allowed. Split it, or save it anew, and upload it."
    )


class TooManyPages(DocumentRejected):
    code = "too_many_pages"
    default_message = "The document has more pages than allowed."


class TypeMismatch(DocumentRejected):
    code = "type_mismatch"
    default_message = "The content of the file is not what its name says."


class UnsafeFile(DocumentRejected):
    code = "unsafe_file"
    default_message = "The file unpacks to far more than its size and was not opened."


class UploadMissing(DocQAError):
    code, status, retryable = "upload_missing", 409, False
    default_message = "The file did not arrive, or is gone. Upload it again."


class ProcessingFailed(DocQAError):
    code, status, retryable = "processing_failed", 500, True
    default_message = "Processing failed on our side. A retry may help."


class ProcessingTimedOut(ProcessingFailed):
    code = "processing_timed_out"
    default_message = "Processing took longer than allowed and was ended. A retry may help."


class NotSearchable(DocQAError):
    code, status, retryable = "not_searchable", 500, True
    default_message = "The document was stored, but a search did not find it. A retry may help."


class DependencyUnavailable(DocQAError):
    code, status, retryable = "dependency_unavailable", 503, True
    default_message = "A part of the platform does not answer. Try again in a moment."


class CacheUnavailable(DependencyUnavailable):
    code = "cache_unavailable"
    default_message = "The cache does not answer."


class ToolUnavailable(DocQAError):
    code, status, retryable = "tool_unavailable", 502, True
    default_message = "A tool does not answer."


class BudgetSpent(DocQAError):
    code, status = "budget_spent", 402
    default_message = "The budget for language models is used up. Ask again in the next period, or raise it."


class ProviderError(DocQAError):
    """Details: `provider`, and where the vendor gave them `status`, `vendor_code` and `retry_after_s` (seconds).

    No text of the vendor: it may repeat the prompt, or part of the key.
    """

    code, status = "provider_error", 502
    default_message = "The language model's provider did not answer."

    @property
    def retry_after_s(self) -> float | None:
        """How long the provider wants to be left alone."""
        wait: float | None = self.details.get("retry_after_s")
        return wait


class ProviderFault(ProviderError):
    code, retryable = "provider_fault", True


class ProviderTimeout(ProviderFault):
    code, status = "provider_timeout", 504
    default_message = "The language model did not answer in time."


class ProviderUnreachable(ProviderFault):
    code = "provider_unreachable"
    default_message = "The language model's provider cannot be reached."


class ProviderRateLimited(ProviderFault):
    code, status = "provider_rate_limited", 503
    default_message = "The language model's provider takes no more requests for the moment."


class ProviderOverloaded(ProviderFault):
    code, status = "provider_overloaded", 503
    default_message = "The language model's provider does not work at the moment."


class AnswerBroken(ProviderFault):
    code = "answer_broken"
    default_message = "The language model's answer was cut off or cannot be read."


class KeyRefused(ProviderError):
    code, status = "provider_key_refused", 422
    default_message = "The provider refuses the API key."


class CreditSpent(ProviderError):
    code, status = "provider_credit_spent", 402
    default_message = "The account behind the API key has no credit left."


class ModelUnknown(ProviderError):
    code, status = "model_unknown", 422
    default_message = "The provider does not have this model."


class ProviderRefused(ProviderError):
    code = "provider_refused"
    default_message = "The language model's provider does not take the request."


class ContextTooLong(ProviderRefused):
    code, status = "context_too_long", 422
    default_message = "The text is longer than the language model can read at once."


def all_errors() -> list[type[DocQAError]]:
    """Every error class, base first."""
    found: list[type[DocQAError]] = [DocQAError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


def permanent_error_names() -> list[str]:
    """Class names (Step Functions error names) of failures that another try would meet again, sorted.

    NotFound and Superseded: the document was deleted or replaced meanwhile.
    """
    permanent = (UploadRejected, DocumentRejected, UploadMissing, NotFound, Superseded)
    return sorted(cls.__name__ for cls in all_errors() if issubclass(cls, permanent))


def error_by_name(name: str) -> type[DocQAError] | None:
    """The class behind an error name reported by Lambda (`errorType`), or None if it is not one of ours."""
    return next((cls for cls in all_errors() if cls.__name__ == name.rpartition(".")[2]), None)
