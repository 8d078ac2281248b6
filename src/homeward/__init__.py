"""Homeward finds missing people in camera pictures."""

__version__ = "0.1.0"
