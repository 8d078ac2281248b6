"""The pictures of docs/architecture.md, drawn from the template and the imports: `python -m tools.draw_architecture`.

calls.svg: what starts what. access.svg: who reads and writes what. rooms.svg: who imports whom.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.drawing import graph, grid
from tools.made_sections import ROOT, write_or_compare
from tools.stack import Grant, named, of_type, referred, rights, shared, short

PICTURES = ROOT / "docs" / "images" / "architecture"
READS = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "Search", "Detect")
# Not worth a column: everybody has them, or they say nothing about data.
LEFT_OUT = ("logs", "everything", "execution", "stateMachine", "mapRun", "parameter", "machine ", "key ")
# Parts of Airflow, by the policies that they get.
AIRFLOW = {
    "SeeDesk": "the desk",
    "ActAtDesk": "the desk",
    "RunCallbacks": "callbacks",
    "RunCases": "DAGs",
    "RunPolicies": "DAGs",
    "RunDetections": "DAGs",
    "RunRetention": "DAGs",
    "RunOperations": "DAGs",
}
# The first that fits; longer paths before shorter ones.
ROOMS = {
    "src/homeward/domain": "domain",
    "src/homeward/steps": "steps",
    "src/homeward/adapters": "adapters",
    "src/homeward/bootstrap": "bootstrap",
    "src/homeward/verifier": "verifier",
    "src/homeward/local": "local",
    "src/homeward/cli": "cli",
    "src/homeward/settings": "settings",
    "src/homeward/deployment": "deployment",
    "src/homeward/enrolment": "deployment",
    "src/homeward/packaging": "deployment",
    "lambdas": "lambdas",
    "plugins/homeward_airflow": "plugins",
    "dags": "dags",
    "edge/homeward_camera": "edge",
    "standins": "standins",
}
FOLDERS = ("src", "lambdas", "plugins", "dags", "edge", "standins")
OUTSIDE = {"boto3": "AWS, HTTP", "botocore": "AWS, HTTP", "requests": "AWS, HTTP", "urllib3": "AWS, HTTP"}


def calls() -> str:
    """What starts what, and who sends to which topic or queue."""
    functions, machines = of_type("AWS::Serverless::Function"), of_type("AWS::Serverless::StateMachine")
    ways: dict[tuple[str, str], bool] = {("cameras", "bucket pictures"): False}
    for rule in of_type("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            ways[("bucket pictures", "EventBridge")] = False
            ways[("EventBridge", short(referred(target["Arn"])))] = False
            if "DeadLetterConfig" in target:
                ways[("EventBridge", named(referred(target["DeadLetterConfig"]["Arn"])))] = True
    for name, body in machines.items():
        for value in body["DefinitionSubstitutions"].values():
            ways[(named(name), short(referred(value)))] = False
    for body in of_type("AWS::SNS::Subscription").values():
        ways[(named(referred(body["TopicArn"])), short(referred(body["Endpoint"])))] = False
    for name, body in functions.items():
        for thing, service in _sends(rights(referred(body["Role"]))):
            ways[(short(name), thing)] = service == "sqs"
    alarms = f"{len(of_type('AWS::CloudWatch::Alarm'))} alarms"
    ways |= {(alarms, "topic operations"): False, ("topic alert", "phones, programs"): False}
    ways |= {("topic operations", "operators"): False, ("sync DAGs", "machine index_photos"): False}
    return graph({name: _kind(name) for way in ways for name in way}, ways, "What starts what in the deployed stack")


def _sends(granted: list[Grant]) -> Iterator[tuple[str, str]]:
    for grant in granted:
        if {"StartExecution", "Publish", "SendMessage"} & {*grant.actions}:
            yield from ((thing, grant.service) for thing in grant.things)
        if grant.service == "rekognition":
            yield "Rekognition", grant.service


def _kind(name: str) -> str:
    known = name.partition(" ")[0]
    if known in ("bucket", "topic", "queue", "machine"):
        return known
    if name in ("EventBridge", "Rekognition"):
        return "service"
    functions = {short(one) for one in of_type("AWS::Serverless::Function")}
    return "function" if name in functions else "people"


def access() -> str:
    """Who reads and writes which table, part of a bucket, topic and queue."""
    functions = of_type("AWS::Serverless::Function")
    names = sorted(short(name) for name in functions)
    by_role = {short(name): rights(referred(body["Role"])) for name, body in functions.items()}
    by_role |= {f"{part} ({name})": shared()[name] for name, part in AIRFLOW.items()}
    rows = [*names, *sorted(set(by_role) - {*names})]
    marks: dict[tuple[str, str], str] = {}
    for who, granted in by_role.items():
        for grant in granted:
            mode = _mode(grant)
            for thing in (_column(one) for one in grant.things):
                if thing and mode:
                    marks[(who, thing)] = "".join(sorted({*marks.get((who, thing), ""), *mode}))
    columns = sorted({thing for _, thing in marks}, key=_order)
    return grid(rows, columns, marks, "Who reads (r) and writes (w) what")


def _order(column: str) -> tuple[int, str]:
    kinds = ("table", "bucket", "face", "topic", "queue")
    return next((number for number, kind in enumerate(kinds) if column.startswith(kind)), len(kinds)), column


def _mode(grant: Grant) -> str:
    if grant.actions == ("ListBucket",):
        return ""
    modes = {"r" if action.startswith(READS) else "w" for action in grant.actions}
    return "".join(sorted(modes))


def _column(thing: str) -> str | None:
    if thing.startswith(LEFT_OUT):
        return None
    return thing.partition(": index/")[0].removesuffix("/*").replace(": *", "")


def rooms() -> str:
    """Who imports whom, as the files do."""
    ways: dict[tuple[str, str], bool] = {}
    for file in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        room = _room(file.relative_to(ROOT).as_posix())
        for name in _imports(file):
            other = _room_of_module(name)
            if room and other and other != room:
                ways[(room, other)] = False
    kinds = {name: "service" if name in OUTSIDE.values() else "room" for way in ways for name in way}
    return graph(kinds, ways, "Which room imports which")


def _room(path: str) -> str | None:
    return next((room for prefix, room in ROOMS.items() if path.startswith(prefix)), None)


def _room_of_module(name: str) -> str | None:
    first = name.partition(".")[0]
    if first in OUTSIDE:
        return OUTSIDE[first]
    roots = {"homeward": "src/", "homeward_airflow": "plugins/", "homeward_camera": "edge/"}
    return _room(roots.get(first, "") + name.replace(".", "/"))


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            bare = node.module == "homeward"
            yield from ([f"homeward.{alias.name}" for alias in node.names] if bare else [node.module])


def main() -> int:
    """Write the pictures; with --check only say which are out of date."""
    files = {"calls.svg": calls(), "access.svg": access(), "rooms.svg": rooms()}
    pictures = {PICTURES / name: text for name, text in files.items()}
    return write_or_compare(pictures, "--check" in sys.argv, "-m tools.draw_architecture")


if __name__ == "__main__":
    sys.exit(main())
