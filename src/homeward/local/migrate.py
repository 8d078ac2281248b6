"""Bring Airflow's metadata database to the schema of the installed Airflow, when it isn't there yet.

Run as `python -m homeward.local.migrate SOCKET_FOLDER`. The database itself says which Airflow it was made by (in its
comment), so a database that was replaced or lost is never taken for a migrated one; asking takes milliseconds,
`airflow db migrate` takes seconds even when nothing is to be done.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from importlib.metadata import version

import psycopg2
from psycopg2 import sql

from homeward.local.postgres import DATABASE, ROLE


def main(arguments: list[str]) -> int:
    """Migrate if needed; the exit code is Airflow's."""
    wanted = f"airflow {version('apache-airflow')}"
    with closing(psycopg2.connect(host=arguments[0], user=ROLE, dbname=DATABASE)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE]
            )
            if cursor.fetchone() == (wanted,):
                return 0
            code = subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"]).returncode
            if code == 0:
                comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
                cursor.execute(comment.format(sql.Identifier(DATABASE), sql.Literal(wanted)))
            return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
