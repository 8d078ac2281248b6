"""Where the plugins lie that are tested, and the DAGs beside them: the checkout, or a package of it."""

from __future__ import annotations

from pathlib import Path

import homeward_airflow

PLUGINS = Path(homeward_airflow.__file__).resolve().parents[1]
DAGS = PLUGINS.parent / "dags"
