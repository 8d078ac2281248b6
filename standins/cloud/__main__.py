"""`python -m standins.cloud`: check the options, then become the server in the cloud's own Python environment."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from pathlib import Path

from standins.cloud.corrections import CORRECTIONS
from standins.cloud.settings import ACCOUNT_ID, HOST, REGION, CloudError, Settings

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 14566


def main(arguments: list[str] | None = None) -> int:
    """Returns only if the server can't begin, or has nothing to serve."""
    options = parser().parse_args(arguments)
    if options.list_corrections:
        width = max(len(correction.name) for correction in CORRECTIONS)
        print("\n".join(f"{correction.name:<{width}}  {correction.aws}" for correction in CORRECTIONS))
        return 0
    try:
        become_server(settings_of(options))
    except CloudError as error:
        print(f"standins.cloud: {error}", file=sys.stderr)
    return 2


def parser() -> argparse.ArgumentParser:
    """The options."""
    names = [correction.name for correction in CORRECTIONS]
    result = argparse.ArgumentParser(
        prog="python -m standins.cloud",
        description="A local AWS on 127.0.0.1: S3, DynamoDB, Lambda, Step Functions, EventBridge, SNS, SQS, KMS, SSM, "
        "CloudFormation with SAM. Prints one line `ready URL` when it serves; ends on Ctrl-C or SIGTERM.",
        epilog="Use it with any AWS SDK: AWS_ENDPOINT_URL=http://127.0.0.1:14566 AWS_ACCESS_KEY_ID=test "
        "AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1",
    )
    result.add_argument("--port", type=port_number, default=DEFAULT_PORT, help="default: %(default)s")
    result.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("HOMEWARD_HOME", ".homeward")) / "cloud",
        help="folder that keeps everything between runs (default: %(default)s); one server at a time",
    )
    result.add_argument(
        "--rekognition-url", help="where functions and state machines find Rekognition (AWS_ENDPOINT_URL_REKOGNITION)"
    )
    result.add_argument("--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    result.add_argument(
        "--workers", type=positive, default=4, help="processes per function; more calls wait (default: %(default)s)"
    )
    result.add_argument(
        "--save-every", type=float, default=1.0, help="seconds between saves of changed state (default: %(default)s)"
    )
    result.add_argument(
        "--auth", action="store_true", help="look at signatures and policies; the key `test` may do everything"
    )
    result.add_argument("--list-corrections", action="store_true", help="what differs from plain MiniStack, and exit")
    # Hidden: it exists to see, and to test, what a correction does.
    result.add_argument("--without", action="append", default=[], choices=names, help=argparse.SUPPRESS)
    return result


def port_number(text: str) -> int:
    """A port that can be listened on."""
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def positive(text: str) -> int:
    """A number of processes."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def settings_of(options: argparse.Namespace) -> Settings:
    """The options, and what comes from the environment."""
    return Settings(
        port=options.port,
        data_dir=str(options.data.resolve()),
        rekognition_url=options.rekognition_url or os.environ.get("AWS_ENDPOINT_URL_REKOGNITION"),
        log_level=options.log_level,
        workers_per_function=options.workers,
        save_every=options.save_every,
        without=tuple(options.without),
        auth=options.auth,
    )


def become_server(settings: Settings) -> None:
    """Replace this process by the server, with an environment that holds nothing of the user's."""
    python = cloud_python()
    os.chdir(ROOT)
    os.execve(  # noqa: S606 - the same process goes on
        python, [python, "-m", "standins.cloud.server", settings.to_json()], server_environment(settings)
    )


def cloud_python() -> str:
    """The interpreter that has MiniStack: this one, or HOMEWARD_CLOUD_PYTHON, or the one in .venv-cloud."""
    if importlib.util.find_spec("ministack"):
        return sys.executable
    python = Path(os.environ.get("HOMEWARD_CLOUD_PYTHON") or ROOT / ".venv-cloud" / "bin" / "python")
    if not python.exists():
        raise CloudError(f"{python} does not exist: run `make install`, or set HOMEWARD_CLOUD_PYTHON")
    return str(python.absolute())


def server_environment(settings: Settings) -> dict[str, str]:
    """The whole environment of the server. Functions inherit from it, so the user's variables must not be in it."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(settings.tmp),
        "TMPDIR": str(settings.tmp),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(settings.port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        "LOG_LEVEL": settings.log_level,
        "AUTH": str(settings.auth).lower(),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(settings.objects),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if settings.rekognition_url:
        environment["AWS_ENDPOINT_URL_REKOGNITION"] = settings.rekognition_url
    return environment


if __name__ == "__main__":
    sys.exit(main())
