"""The Merkle tree of RFC 6962 as its definition has it (2.1): split at the largest power of two, and hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from homeward.domain.audit_format import LEAF, NODE


def leaf(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(LEAF + data).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """The hash of a tree, from the hashes of its leaves (or of equal complete subtrees, the last may be smaller)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return hashlib.sha256(NODE + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of a leaf (2.1.1), the sibling of the leaf first."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*path(leaves[:half], index), tree_hash(leaves[half:])]
    return [*path(leaves[half:], index - half), tree_hash(leaves[:half])]


def root_from(leaf_hash: bytes, index: int, size: int, siblings: Sequence[bytes]) -> bytes | None:
    """The hash of the tree that a path leads to; None when the path is too long or too short for the place."""
    if size == 1:
        return leaf_hash if not siblings and index == 0 else None
    if not siblings:
        return None
    half = _split(size)
    if index < half:
        left = root_from(leaf_hash, index, half, siblings[:-1])
        return None if left is None else hashlib.sha256(NODE + left + siblings[-1]).digest()
    right = root_from(leaf_hash, index - half, size - half, siblings[:-1])
    return None if right is None else hashlib.sha256(NODE + siblings[-1] + right).digest()


def _split(size: int) -> int:
    """The largest power of two that is smaller."""
    return 1 << (size - 1).bit_length() - 1
