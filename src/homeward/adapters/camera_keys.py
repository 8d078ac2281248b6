"""Access keys of a camera's IAM user."""

from __future__ import annotations

from dataclasses import dataclass, field

from homeward.adapters.aws import aws_errors, client


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What the camera signs with; AWS shows the secret this once."""

    key_id: str
    secret: str = field(repr=False)


def key_ids(user: str) -> list[str]:
    """The keys that the user has."""
    with aws_errors():
        pages = client("iam").get_paginator("list_access_keys").paginate(UserName=user)
        return [key["AccessKeyId"] for page in pages for key in page["AccessKeyMetadata"]]


def make_key(user: str) -> AccessKey:
    """A new one."""
    with aws_errors():
        made = client("iam").create_access_key(UserName=user)["AccessKey"]
    return AccessKey(made["AccessKeyId"], made["SecretAccessKey"])


def remove_keys(user: str, keys: list[str]) -> None:
    """Requests that are signed with them are refused from now on."""
    with aws_errors():
        for key in keys:
            client("iam").delete_access_key(UserName=user, AccessKeyId=key)
