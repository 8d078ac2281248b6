"""Airflow's entry to Homeward. Airflow imports every module of this folder; the code is in `homeward_airflow`."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class HomewardPlugin(AirflowPlugin):
    """Registers Homeward with Airflow."""

    name = "homeward"
