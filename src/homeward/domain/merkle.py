"""The Merkle tree of RFC 6962, grown leaf by leaf; its memory doesn't grow with the leaves."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from homeward.domain.audit_format import LEAF, MOST_PARTS, NODE


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 of a leaf."""
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of a node."""
    return hashlib.sha256(NODE + left + right).digest()


@dataclass(slots=True)
class MerkleTree:
    """A stack of complete subtrees, the largest first: as many as the number of leaves has ones in binary.

    Besides, the hashes of equal parts of `part_size` leaves (a power of two), MOST_PARTS at most.
    """

    leaves: int = 0
    part_size: int = 1
    _stack: list[bytes] = field(default_factory=list)
    _parts: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """Append a leaf."""
        self._stack.append(leaf_hash(data))
        self.leaves += 1
        if self.part_size == 1:
            self._parts.append(self._stack[-1])
        size = 1
        while self.leaves % (2 * size) == 0:
            right = self._stack.pop()
            self._stack.append(node_hash(self._stack.pop(), right))
            size *= 2
            if size == self.part_size:
                self._parts.append(self._stack[-1])
        if len(self._parts) == MOST_PARTS:
            self._double()

    def root(self) -> bytes:
        """The hash of the whole tree; of nothing, it is SHA-256 of nothing."""
        return _folded(self._stack)

    def parts(self) -> list[bytes]:
        """The hash of each part; the last one may hold fewer leaves than the others."""
        rest = self.leaves % self.part_size
        return [*self._parts, *([_folded(self._stack[-rest.bit_count() :])] if rest else [])]

    def _double(self) -> None:
        """Parts of twice the size."""
        self._parts = [node_hash(*self._parts[n : n + 2]) for n in range(0, MOST_PARTS, 2)]
        self.part_size *= 2


def _folded(stack: list[bytes]) -> bytes:
    if not stack:
        return hashlib.sha256(b"").digest()
    result = stack[-1]
    for left in reversed(stack[:-1]):
        result = node_hash(left, result)
    return result
