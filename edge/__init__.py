"""The camera agent: finds faces in camera pictures and uploads one crop for each."""

__version__ = "0.1.0"
