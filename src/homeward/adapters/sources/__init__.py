"""Sources of cases: HTTP clients, for Airflow only. Functions never talk to one, so none of this is in their layer."""
