"""The whole system on one machine: processes, ports, the state folder, PostgreSQL and Airflow's environment."""
