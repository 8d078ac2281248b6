"""A stand-in for the FBI's public list of wanted and missing persons: `python -m standins.fbi`."""
