"""Metrics on CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from homeward.adapters.aws import aws_errors, client
from homeward.domain.operations import NAMESPACE


@dataclass(frozen=True, slots=True)
class CloudWatchMetrics:
    """Metrics of one stack, in the namespace Homeward."""

    stack: str

    def put(self, values: Mapping[str, float], at: datetime) -> None:
        """See the port."""
        dimensions = [{"Name": "Stack", "Value": self.stack}]
        data = [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": at, "Value": value}
            for name, value in values.items()
        ]
        with aws_errors():
            client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)
