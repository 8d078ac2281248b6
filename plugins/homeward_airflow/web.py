"""Homeward's own pages inside Airflow's UI, as one application. Every route asks Airflow's auth manager."""

from __future__ import annotations

from fastapi import FastAPI

from homeward_airflow.desk.app import add_desk

app = FastAPI(title="Homeward", docs_url=None, redoc_url=None, openapi_url=None)
add_desk(app)
