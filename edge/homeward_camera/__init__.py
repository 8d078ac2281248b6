"""The camera agent: from a camera's pictures to one or two face crops of everybody who walks by, in S3."""

__version__ = "1.0.0"
