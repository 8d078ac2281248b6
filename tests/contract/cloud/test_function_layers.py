"""A layer's files are the same for every process that uses them."""

from __future__ import annotations

from tests.contract.cloud.conftest import Cloud, unique, zip_of

CODE = "import os, faces\ndef handler(e, c): return [faces.WHO, os.path.realpath(faces.__file__)]"


def test_two_functions_read_the_same_file(cloud: Cloud) -> None:
    layer = cloud.client("lambda").publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": zip_of(**{"python/faces/__init__.py": "WHO = 'shared'"})}
    )
    answers = [cloud.invoke(cloud.function(CODE, Layers=[layer["LayerVersionArn"]])) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0][0] is None
    assert answers[0][1][0] == "shared"


def test_another_version_has_files_of_its_own(cloud: Cloud) -> None:
    name, said = unique("layer"), []
    for who in ("first", "second"):
        layer = cloud.client("lambda").publish_layer_version(
            LayerName=name, Content={"ZipFile": zip_of(**{"python/faces/__init__.py": f"WHO = '{who}'"})}
        )
        said.append(cloud.invoke(cloud.function(CODE, Layers=[layer["LayerVersionArn"]]))[1][0])
    assert said == ["first", "second"]
