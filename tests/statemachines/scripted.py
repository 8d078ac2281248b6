"""A function that does what the test's script says; it stands where a state's own function would."""

import json
import os
from pathlib import Path


class ThrottledError(Exception):
    """Same class name as the error of ours."""


class ServiceUnavailableError(Exception):
    """Same class name as the error of ours."""


class ConflictError(Exception):
    """Same class name as the error of ours."""


ERRORS = {error.__name__: error for error in (ThrottledError, ServiceUnavailableError, ConflictError)}


def handler(event, context):
    """Answer call number n with the n-th entry of the script (the last one for all that follow)."""
    name = os.environ["STATE"]
    detection = event.get("detection", event)
    script = detection["script"]
    folder = Path(script["folder"])
    calls = len(list(folder.glob(f"{name} *.json")))
    (folder / f"{name} {calls}.json").write_text(json.dumps(event))
    answers = script["states"][name]
    answer = answers[min(calls, len(answers) - 1)]
    if "raises" in answer:
        raise ERRORS[answer["raises"]](f"scripted failure of {name}")
    return answer["returns"]
