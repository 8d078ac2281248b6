"""Checks the sealed audit log, from its files and the public key alone.

It shares nothing with what seals but the names and constants of `domain/audit_format.py`, and knows nothing of AWS.
"""
