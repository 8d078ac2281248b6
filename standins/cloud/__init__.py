"""The local cloud: MiniStack 1.5.33 on 127.0.0.1, corrected where it differs from AWS in what we rely on."""
