"""The desk: executions, reviews, sightings, collection, bias and audit, as pages inside Airflow's UI."""
