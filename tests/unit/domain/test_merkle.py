"""The growing tree against the definition of RFC 6962, which the verifier has as it stands there."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.audit_format import MOST_PARTS
from homeward.domain.merkle import MerkleTree
from homeward.verifier.tree import leaf, path, root_from, tree_hash

# Section 2.1.3 gives no hashes; these are those of the test data that Certificate Transparency logs are checked with.
LEAVES = [bytes.fromhex(each) for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def grown(leaves: list[bytes]) -> MerkleTree:
    tree = MerkleTree()
    for each in leaves:
        tree.add(each)
    return tree


def test_known_roots() -> None:
    for size, root in ROOTS.items():
        assert grown(LEAVES[:size]).root().hex() == root
        assert tree_hash([leaf(each) for each in LEAVES[:size]]).hex() == root


@given(st.lists(st.binary(max_size=9), max_size=70))
def test_the_growing_tree_is_the_defined_one(leaves: list[bytes]) -> None:
    assert grown(leaves).root() == tree_hash([leaf(each) for each in leaves])


@given(st.integers(0, 5 * MOST_PARTS))
def test_parts_make_the_root_and_are_few(size: int) -> None:
    leaves = [number.to_bytes(2) for number in range(size)]
    tree = grown(leaves)
    parts = tree.parts()
    hashes = [leaf(each) for each in leaves]
    assert parts == [tree_hash(hashes[n : n + tree.part_size]) for n in range(0, size, tree.part_size)]
    assert len(parts) <= MOST_PARTS
    assert tree_hash(parts) == tree.root()
    assert tree.part_size == 1 or size >= MOST_PARTS, "a small file's lines can be told apart"


@given(st.integers(1, 200), st.randoms(use_true_random=False))
def test_a_path_proves_its_leaf_and_no_other(size: int, chance: random.Random) -> None:
    hashes = [hashlib.sha256(number.to_bytes(2)).digest() for number in range(size)]
    index, root = chance.randrange(size), tree_hash(hashes)
    siblings = path(hashes, index)
    assert root_from(hashes[index], index, size, siblings) == root
    assert root_from(hashlib.sha256(b"?").digest(), index, size, siblings) != root
    assert root_from(hashes[index], index, size, [*siblings, root]) != root
    if size > 1:
        assert root_from(hashes[index], (index + 1) % size, size, siblings) != root
        assert root_from(hashes[index], index, size, siblings[1:]) != root
