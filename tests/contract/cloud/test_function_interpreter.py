"""A function can import its package and its layers, and nothing else."""

from __future__ import annotations

import pytest

from tests.contract.cloud.conftest import Cloud, unique, zip_of


@pytest.mark.parametrize("package", ["ministack", "boto3", "pip"])
def test_package_of_the_cloud_is_not_importable(cloud: Cloud, package: str) -> None:
    kind, error = cloud.invoke(cloud.function(f"import {package}\ndef handler(e, c): return 1"))
    assert kind == "Unhandled"
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert f"No module named '{package}'" in error["errorMessage"]


def test_package_of_a_layer_is_importable(cloud: Cloud) -> None:
    layer = cloud.client("lambda").publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": zip_of(**{"python/faces/__init__.py": "WHO = 'layer'"})}
    )
    name = cloud.function(
        "import faces\ndef handler(e, c): return [faces.WHO, faces.__file__]", Layers=[layer["LayerVersionArn"]]
    )
    kind, (who, file) = cloud.invoke(name)
    assert kind is None
    assert who == "layer"
    assert file.startswith(str(cloud.data / "tmp"))
