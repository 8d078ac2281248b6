"""What Airflow itself needs of Homeward: thin tasks, and nothing that a state machine or the core could hold."""
