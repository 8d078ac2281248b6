"""Metrics on CloudWatch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeward.adapters.aws import aws_errors, client
from homeward.domain.operations import NAMESPACE, Measure


@dataclass(frozen=True, slots=True)
class CloudWatchMetrics:
    """Namespace Homeward, dimension Stack; one call, so either all values arrive or none."""

    stack: str

    def put(self, measures: Sequence[Measure], at: datetime) -> None:
        """See the port."""
        data = [self._datum(measure, at) for measure in measures]
        with aws_errors():
            client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)

    def _datum(self, measure: Measure, at: datetime) -> dict[str, Any]:
        labels = {"Stack": self.stack, **measure.labels}
        dimensions = [{"Name": name, "Value": value} for name, value in labels.items()]
        return {"MetricName": measure.metric.value, "Dimensions": dimensions, "Timestamp": at, "Value": measure.value}
