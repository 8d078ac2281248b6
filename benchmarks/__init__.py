"""What is fast, measured side by side. Each module runs alone: `python -m benchmarks.NAME [--quick] [--json FILE]`."""
