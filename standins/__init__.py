"""Local stand-ins for the services that Homeward runs on: they speak the public wire formats."""
