"""COVERAGE.md, coverage.py and the public service model agree; a new parameter of the model has to be decided on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from standins.rekognition import coverage, operations
from standins.rekognition.coverage import State
from standins.rekognition.validation import service_model
from tools.rekognition_coverage import PAGE, declared_errors, error_codes, page


def structures(shape: Shape | None) -> Iterator[StructureShape]:
    """Every structure in a shape."""
    if isinstance(shape, StructureShape):
        yield shape
        for member in shape.members.values():
            yield from structures(member)
    elif isinstance(shape, ListShape):
        yield from structures(shape.member)
    elif isinstance(shape, MapShape):
        yield from structures(shape.value)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run python tools/rekognition_coverage.py"


def test_what_is_told_as_here_is_here() -> None:
    assert set(coverage.OPERATIONS) == set(operations.OPERATIONS)


@pytest.mark.parametrize("name", coverage.OPERATIONS)
def test_every_parameter_of_the_model_is_covered(name: str) -> None:
    request, *inside = structures(service_model().operation_model(name).input_shape)
    assert set(coverage.OPERATIONS[name]) == set(request.members)
    for shape in inside:
        assert set(coverage.STRUCTURES[shape.name]) == set(shape.members)


def test_what_is_not_quite_as_at_aws_is_explained() -> None:
    for parameters in (*coverage.OPERATIONS.values(), *coverage.STRUCTURES.values()):
        for name, treatment in parameters.items():
            assert treatment.state is State.REAL or treatment.remark, name


def test_members_of_answers_are_those_of_the_model() -> None:
    answered = {
        shape.name: shape
        for name in coverage.OPERATIONS
        for shape in structures(service_model().operation_model(name).output_shape)
    }
    for table in (coverage.LEFT_OUT, coverage.APPROXIMATED):
        for structure, members in table.items():
            assert members.keys() <= answered[structure].members.keys(), structure


def test_every_error_of_the_model_can_be_answered_or_is_told_as_missing() -> None:
    declared = {code for name in coverage.OPERATIONS for code in declared_errors(service_model().operation_model(name))}
    assert declared - error_codes() == coverage.NEVER_ANSWERED.keys()


def test_every_value_that_is_refused_is_one_of_the_model() -> None:
    for name, parameters in coverage.OPERATIONS.items():
        for parameter, treatment in parameters.items():
            shape = service_model().operation_model(name).input_shape.members[parameter]
            values = shape.member.enum if isinstance(shape, ListShape) else getattr(shape, "enum", [])
            assert set(treatment.refused_values) <= set(values)
