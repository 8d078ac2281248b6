"""Makes people who do not exist: their photos, their case data, and camera pictures in which they appear."""
