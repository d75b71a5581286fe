"""The tree is that of RFC 6962, and its proofs prove."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidInput, ProofInvalid
from raiment.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    Place,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    leaf_hash,
    nodes_for_consistency,
    nodes_for_inclusion,
    nodes_for_root,
    root,
    root_at,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of Certificate Transparency: leaves, roots by size, audit paths and
# consistency proofs as published with its implementations (merkle_tree_test.cc of
# google/certificate-transparency; testonly/constants.go of transparency-dev/merkle).
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
SIZES = st.integers(1, 300)


@dataclass
class Tree:
    """A tree with its stored nodes."""

    leaves: list[bytes] = field(default_factory=list)
    nodes: dict[Place, bytes] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)

    @classmethod
    def of(cls, entries: list[bytes]) -> Tree:
        """Append *entries* one by one."""
        tree = cls()
        for entry in entries:
            tree.leaves.append(leaf_hash(entry))
            tree.frontier, nodes = tree.frontier.append(tree.leaves[-1])
            tree.nodes |= {(node.level, node.index): node.hash for node in nodes}
        return tree


CT = Tree.of(CT_LEAVES)
BIG = Tree.of([b"%d" % number for number in range(300)])


def recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, as its formula reads."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    left, right = recursive_root(leaves[:middle]), recursive_root(leaves[middle:])
    return sha256(b"\x01" + left + right).digest()


def flipped(data: bytes) -> bytes:
    """*data* with one bit changed."""
    return bytes([data[0] ^ 1]) + data[1:]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """The published roots of the reference tree at each size."""
    assert root_at(size, CT.nodes).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("index", "size"), CT_PATHS)
def test_audit_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    """The published audit paths, from the stored nodes."""
    path = inclusion_proof(index, size, CT.nodes)

    assert [step.hex() for step in path] == CT_PATHS[index, size]


@pytest.mark.parametrize(("first", "second"), CT_CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(first: int, second: int) -> None:
    """The published consistency proofs, from the stored nodes."""
    path = consistency_proof(first, second, CT.nodes)

    assert [step.hex() for step in path] == CT_CONSISTENCY[first, second]


def test_roots_follow_the_formula_of_the_rfc_at_every_size() -> None:
    """Appending leaf by leaf gives what the recursion gives, and so does reading nodes back."""
    frontier = Frontier()
    for size in range(len(BIG.leaves) + 1):
        expected = recursive_root(BIG.leaves[:size])
        assert root(frontier) == root_at(size, BIG.nodes) == expected
        assert frontier_at(size, BIG.nodes) == frontier
        if size < len(BIG.leaves):
            frontier, _ = frontier.append(BIG.leaves[size])


def test_appending_stores_each_node_once_and_needs_only_the_frontier() -> None:
    """A tree continued from its stored peaks grows as if it had never been put down."""
    for size in range(0, 260, 13):
        frontier = frontier_at(size, BIG.nodes)
        for index in range(size, size + 40):
            frontier, nodes = frontier.append(BIG.leaves[index])
            assert nodes[0].hash == BIG.leaves[index]
            assert all(BIG.nodes[node.level, node.index] == node.hash for node in nodes)
        assert root(frontier) == recursive_root(BIG.leaves[: size + 40])
    assert len(BIG.nodes) == sum(300 >> level for level in range(9))


def test_a_root_needs_few_nodes_even_in_a_huge_log() -> None:
    """One small read before an append, whatever the size."""
    assert len(nodes_for_root(2**40 - 1)) == 40
    assert nodes_for_root(2**40) == ((40, 0),)
    assert nodes_for_root(0) == ()


@pytest.mark.parametrize("size", range(1, 70))
def test_every_leaf_of_every_small_tree_is_proven(size: int) -> None:
    """Inclusion holds for each index, from exactly the nodes that were asked for."""
    for index in range(size):
        asked = {place: BIG.nodes[place] for place in nodes_for_inclusion(index, size)}
        verify_inclusion(
            leaf=BIG.leaves[index],
            index=index,
            size=size,
            path=inclusion_proof(index, size, asked),
            root_hash=recursive_root(BIG.leaves[:size]),
        )


@pytest.mark.parametrize("second", range(70))
def test_every_growth_of_every_small_tree_is_proven(second: int) -> None:
    """Consistency holds from each earlier size, the empty tree included."""
    for first in range(second + 1):
        asked = {place: BIG.nodes[place] for place in nodes_for_consistency(first, second)}
        verify_consistency(
            first=first,
            second=second,
            path=consistency_proof(first, second, asked),
            first_root=recursive_root(BIG.leaves[:first]),
            second_root=recursive_root(BIG.leaves[:second]),
        )


@given(st.data())
def test_no_changed_inclusion_proof_holds(data: st.DataObject) -> None:
    """One changed bit, step, place or size breaks the proof."""
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion_proof(index, size, BIG.nodes))
    top = root_at(size, BIG.nodes)
    leaf = BIG.leaves[index]
    other = data.draw(st.integers(0, size - 1).filter(lambda at: at != index) | st.just(size))
    forgeries: list[tuple[bytes, int, int, list[bytes], bytes]] = [
        (flipped(leaf), index, size, path, top),
        (leaf, other, size, path, top),
        (leaf, -1, size, path, top),
        (leaf, index, size, [*path, leaf], top),
        (leaf, index, size, path, flipped(top)),
    ]
    for place in range(len(path)):
        spoilt = [*path[:place], flipped(path[place]), *path[place + 1 :]]
        forgeries.append((leaf, index, size, spoilt, top))
        forgeries.append((leaf, index, size, path[:place], top))
    for forged, at, of, steps, under in forgeries:
        with pytest.raises(ProofInvalid):
            verify_inclusion(leaf=forged, index=at, size=of, path=steps, root_hash=under)


@given(st.data())
def test_no_changed_consistency_proof_holds(data: st.DataObject) -> None:
    """One changed bit, step or root breaks the proof."""
    second = data.draw(SIZES)
    first = data.draw(st.integers(1, second))
    path = list(consistency_proof(first, second, BIG.nodes))
    old, new = root_at(first, BIG.nodes), root_at(second, BIG.nodes)
    forgeries: list[tuple[int, int, list[bytes], bytes, bytes]] = [
        (first, second, path, flipped(old), new),
        (first, second, path, old, flipped(new)),
        (first, second, [*path, old], old, new),
        (second + 1, second, path, old, new),
        (-1, second, path, old, new),
    ]
    for place in range(len(path)):
        spoilt = [*path[:place], flipped(path[place]), *path[place + 1 :]]
        forgeries.append((first, second, spoilt, old, new))
        forgeries.append((first, second, path[:place], old, new))
    for start, end, steps, before, after in forgeries:
        with pytest.raises(ProofInvalid):
            verify_consistency(
                first=start, second=end, path=steps, first_root=before, second_root=after
            )


def test_a_rewritten_log_is_not_consistent_with_its_past() -> None:
    """The proof an honest log of the new leaves makes does not reach the old root."""
    rewritten = Tree.of([b"other", *(b"%d" % number for number in range(1, 40))])
    for first in range(1, 40):
        with pytest.raises(ProofInvalid):
            verify_consistency(
                first=first,
                second=40,
                path=consistency_proof(first, 40, rewritten.nodes),
                first_root=root_at(first, BIG.nodes),
                second_root=root_at(40, rewritten.nodes),
            )


def test_from_nothing_everything_grows_but_nothing_has_one_root() -> None:
    """The empty tree proves nothing and needs no step, and no other root stands for it."""
    top = root_at(5, BIG.nodes)
    verify_consistency(first=0, second=5, path=[], first_root=EMPTY_ROOT, second_root=top)
    with pytest.raises(ProofInvalid, match="another root"):
        verify_consistency(first=0, second=5, path=[], first_root=top, second_root=top)
    with pytest.raises(ProofInvalid, match="two roots"):
        verify_consistency(first=5, second=5, path=[], first_root=flipped(top), second_root=top)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_hash_of_another_length_is_no_hash(length: int) -> None:
    """Two children in one step would pass for a node."""
    top = root_at(2, BIG.nodes)
    odd = bytes(length)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_inclusion(leaf=BIG.leaves[0], index=0, size=2, path=[odd], root_hash=top)
    with pytest.raises(ProofInvalid, match="32 bytes"):
        verify_consistency(first=1, second=2, path=[odd], first_root=top, second_root=top)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, -1)])
def test_asking_for_a_leaf_outside_the_tree_is_invalid_input(index: int, size: int) -> None:
    """The numbers come from a caller: the error names the field."""
    with pytest.raises(InvalidInput, match=r"index|size"):
        nodes_for_inclusion(index, size)
    with pytest.raises(InvalidInput, match=r"index|size"):
        inclusion_proof(index, size, {})


@pytest.mark.parametrize(("first", "second"), [(6, 5), (-1, 5), (0, -1)])
def test_asking_for_a_shrinking_log_is_invalid_input(first: int, second: int) -> None:
    """The numbers come from a caller: the error names the field."""
    with pytest.raises(InvalidInput, match=r"first|second"):
        nodes_for_consistency(first, second)
    with pytest.raises(InvalidInput, match=r"first|second"):
        consistency_proof(first, second, {})


def test_a_negative_size_has_no_root() -> None:
    """A size below zero names no tree."""
    with pytest.raises(InvalidInput, match="size"):
        nodes_for_root(-1)
