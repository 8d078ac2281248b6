"""The face service beside its peers: `python -m benchmarks.rekognition [--quick] [--json FILE] [--only PART]`."""
