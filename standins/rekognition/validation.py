"""Requests against the public service model (the one inside botocore): types, then constraints.

As at AWS a wrong type ends at once in SerializationException, while all broken constraints of a request are told
together in one ValidationException. Members that the model doesn't know are ignored.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NoReturn

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

from standins.rekognition.errors import SerializationError, ValidationError

_NUMBERS: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
}

_INTEGERS = range(-(2**31), 2**31)
_MOST_VALUES = 100_000
"""Commas and brackets of a body. A list of empty lists takes thirty times its JSON's bytes in memory."""
_CHECKED_BYTES = 256 * 1024
_MOST_PROBLEMS = 100
_SHOWN_VALUE, _SHOWN_NAME = 300, 100

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASSES = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": _SEPARATORS}


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """Amazon Rekognition's service model as botocore ships it."""
    return botocore.session.get_session().get_service_model("rekognition")


def parse_request(operation: str, body: bytes) -> dict[str, Any]:
    """The request of `operation` as the model's types (blobs decoded to bytes).

    Raises SerializationError (no JSON, wrong type) or ValidationError (required, length, range, pattern, enum).
    """
    shape = service_model().operation_model(operation).input_shape
    value = _load(body)
    parameters: dict[str, Any] = _typed(shape, value) if shape is not None else {}
    problems = list(islice(_problems(shape, parameters, ""), _MOST_PROBLEMS)) if shape is not None else []
    if problems:
        noun = "error" if len(problems) == 1 else "errors"
        raise ValidationError(f"{len(problems)} validation {noun} detected: {'; '.join(problems)}")
    return parameters


def _load(body: bytes) -> Any:
    if len(body) > _CHECKED_BYTES and sum(map(body.count, (b",", b"[", b"{"))) > _MOST_VALUES:
        raise SerializationError(f"The request body has more than {_MOST_VALUES} values")
    try:
        return json.loads(body.decode() or "{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise SerializationError("The request body is not valid JSON") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _typed(shape: Shape, value: Any) -> Any:
    """`value` as the type of `shape`; null members count as absent."""
    if isinstance(shape, StructureShape):
        _expect(value, (dict,), shape)
        present = ((name, member) for name, member in shape.members.items() if value.get(name) is not None)
        return {name: _typed(member, value[name]) for name, member in present}
    if isinstance(shape, ListShape):
        _expect(value, (list,), shape)
        return [_typed(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        _expect(value, (dict,), shape)
        return {_typed(shape.key, key): _typed(shape.value, item) for key, item in value.items()}
    if shape.type_name == "blob":
        return _blob(value, shape)
    _expect(value, _NUMBERS.get(shape.type_name) or ((bool,) if shape.type_name == "boolean" else (str,)), shape)
    if shape.type_name == "integer" and value not in _INTEGERS:
        raise SerializationError(f"{shape.name} is not a number of 32 bits")
    if isinstance(value, str):
        _check_text(value, shape)
    return value


def _check_text(value: str, shape: Shape) -> None:
    """JSON can escape half a character, which is no text."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise SerializationError(f"{shape.name} is not Unicode text") from error


def _expect(value: Any, types: tuple[type, ...], shape: Shape) -> None:
    # bool is an int in Python, never in JSON.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise SerializationError(f"A value of type {type(value).__name__} can not be converted to {shape.name}")


def _blob(value: Any, shape: Shape) -> bytes:
    _expect(value, (str,), shape)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SerializationError(f"{shape.name} is not base64") from error


def _problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    """Every broken constraint in `value`, in AWS's words. `path` is camelCase with dots, members are 1-based."""
    if isinstance(shape, StructureShape):
        yield from _missing(shape, value, path)
        for name, item in value.items():
            yield from _problems(shape.members[name], item, _join(path, name))
    elif isinstance(shape, ListShape):
        yield from _broken_bounds(shape, value, path)
        for number, item in enumerate(value, start=1):
            yield from _problems(shape.member, item, f"{path}.{number}.member")
    elif isinstance(shape, MapShape):
        yield from _broken_bounds(shape, value, path)
        for key, item in value.items():
            yield from _problems(shape.key, key, f"{path}.key")
            yield from _problems(shape.value, item, f"{path}.{key[:_SHOWN_NAME]}.member")
    else:
        yield from _broken_bounds(shape, value, path)
        if isinstance(shape, StringShape):
            yield from _broken_text(shape, value, path)


def _missing(shape: StructureShape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield _problem(None, _join(path, name), "Member must not be null")


def _broken_bounds(shape: Shape, value: Any, path: str) -> Iterator[str]:
    is_number = shape.type_name in _NUMBERS
    size, measure = (value, "value") if is_number else (len(value), "length") if hasattr(value, "__len__") else (0, "")
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if measure and low is not None and size < low:
        yield _problem(value, path, f"Member must have {measure} greater than or equal to {low}")
    if measure and high is not None and size > high:
        yield _problem(value, path, f"Member must have {measure} less than or equal to {high}")


def _broken_text(shape: StringShape, value: str, path: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern is not None and _compiled(pattern).fullmatch(value) is None:
        yield _problem(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if shape.enum and value not in shape.enum:
        yield _problem(value, path, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The model's Java pattern for Python, which lacks the classes letter, number and separator."""
    for java, python in _CLASSES.items():
        pattern = pattern.replace(java, python)
    return re.compile(pattern)


def _problem(value: Any, path: str, constraint: str) -> str:
    if value is None:
        shown = "null"
    elif isinstance(value, bytes):
        shown = f"'java.nio.HeapByteBuffer[pos=0 lim={len(value)} cap={len(value)}]'"
    else:
        shown = f"'{str(value)[:_SHOWN_VALUE]}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    name = name[:1].lower() + name[1:]
    return f"{path}.{name}" if path else name
