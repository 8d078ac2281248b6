"""Every error of the face service: one tree for answers (`RekognitionError`), one error for a start that can't be."""

from __future__ import annotations


class StartError(RuntimeError):
    """The service can't start; the text says in one line what is wrong and how to mend it."""


class RekognitionError(Exception):
    """An error answer. `code` is the exception name of the public API, `status` the HTTP status."""

    code = "InternalServerError"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterError(RekognitionError):
    """A parameter has a value that this request can't have."""

    code = "InvalidParameterException"


class NoFaceError(InvalidParameterError):
    """A search by image that found no face to search with."""

    def __init__(self) -> None:
        super().__init__("There are no faces in the image. Should be at least 1.")


class ValidationError(RekognitionError):
    """The request breaks a constraint of the service model."""

    code = "ValidationException"


class SerializationError(RekognitionError):
    """The body isn't JSON, or a value has another type than the service model says."""

    code = "SerializationException"


class RequestTooLargeError(RekognitionError):
    """The request's body is over the server's bound."""

    code = "RequestEntityTooLargeException"
    status = 413


class ImageTooLargeError(RekognitionError):
    """The picture has too many bytes or pixels."""

    code = "ImageTooLargeException"


class InvalidImageFormatError(RekognitionError):
    """The picture isn't a whole JPEG or PNG."""

    code = "InvalidImageFormatException"


class InvalidS3ObjectError(RekognitionError):
    """The S3 object is missing or can't be read."""

    code = "InvalidS3ObjectException"


class InvalidPaginationTokenError(RekognitionError):
    """The token isn't one of this list."""

    code = "InvalidPaginationTokenException"

    def __init__(self) -> None:
        super().__init__("Request has invalid pagination token")


NO_COLLECTION, NO_USER, NO_RESOURCE = "collection id", "user id", "resource ARN"


class ResourceNotFoundError(RekognitionError):
    """There is no such collection or user; `what` is one of the names above."""

    code = "ResourceNotFoundException"

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"The {what}: {name} does not exist")


class ConflictError(RekognitionError):
    """There is such a user already."""

    code = "ConflictException"


class ServiceQuotaExceededError(RekognitionError):
    """More than the service keeps."""

    code = "ServiceQuotaExceededException"


class IdempotentParameterMismatchError(RekognitionError):
    """A ClientRequestToken was used before, for another request."""

    code = "IdempotentParameterMismatchException"

    def __init__(self) -> None:
        super().__init__("The ClientRequestToken was used before with other parameters")


class ResourceAlreadyExistsError(RekognitionError):
    """There is such a collection already."""

    code = "ResourceAlreadyExistsException"

    def __init__(self, collection_id: str) -> None:
        super().__init__(f"The collection id: {collection_id} already exists")


class InternalError(RekognitionError):
    """The service itself failed; SDKs try again."""

    code = "InternalServerError"
    status = 500


class UnknownOperationError(RekognitionError):
    """The X-Amz-Target header names no operation of the public API."""

    code = "UnknownOperationException"


class NotImplementedOperationError(RekognitionError):
    """An operation or parameter of the public API that this service doesn't have. SDKs don't retry a 501."""

    code = "NotImplementedException"
    status = 501
