"""`python -m homeward_camera`."""

import sys

from homeward_camera.cli import main

sys.exit(main())
