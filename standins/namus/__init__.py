"""A case server with the public paths, bodies and quirks of NamUs, for people who do not exist."""
