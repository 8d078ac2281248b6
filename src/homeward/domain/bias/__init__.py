"""Error rates by recorded group, and what follows from them. Needs NumPy and SciPy: no function imports it."""
