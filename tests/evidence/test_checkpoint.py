"""A checkpoint is what its log's key signed, and nothing else passes for one."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import CheckpointInvalid
from raiment.evidence.checkpoint import Checkpoint, sign, verify
from raiment.evidence.note import (
    open_note,
    parse_verification_key,
    sign_note,
    verification_key,
)

ORIGIN = "log.example.org/raiment"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(32))
VKEY = verification_key(ORIGIN, KEY.public_key())
CHECKPOINT = Checkpoint(ORIGIN, 20_852_163, bytes(range(100, 132)))
NOTE = sign(CHECKPOINT, KEY)

# The example of golang.org/x/mod/sumdb/note, where the format comes from.
GO_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = GO_TEXT + (
    "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
    "KvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The key of the example of c2sp.org/signed-note.
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def line_of(note: str) -> str:
    """The first signature line of *note*."""
    return note.partition("\n\n")[2].splitlines(keepends=True)[0]


def test_the_note_and_key_of_the_go_reference_are_written_alike() -> None:
    """Ed25519 is deterministic: the published note comes out byte for byte."""
    key = Ed25519PrivateKey.from_private_bytes(GO_SEED)

    assert verification_key("PeterNeumann", key.public_key()) == GO_VKEY
    assert sign_note(GO_TEXT, "PeterNeumann", key) == GO_NOTE
    assert open_note(GO_NOTE, parse_verification_key(GO_VKEY)) == GO_TEXT


@pytest.mark.parametrize("vkey", [GO_VKEY, C2SP_VKEY, VKEY])
def test_a_verification_key_reads_back(vkey: str) -> None:
    """Published keys parse, their ids fit, and they are written as they were read."""
    assert str(parse_verification_key(vkey)) == vkey


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    """The text that C2SP tlog-checkpoint describes."""
    origin, size, root, empty, signature, end = NOTE.split("\n")

    assert (origin, size, empty, end) == (ORIGIN, "20852163", "", "")
    assert base64.b64decode(root) == CHECKPOINT.root
    assert signature.startswith(f"\u2014 {ORIGIN} ")
    assert verify(NOTE, VKEY) == CHECKPOINT


@given(st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_what_was_signed_is_what_is_read(size: int, root: bytes) -> None:
    """Every size and root goes there and back."""
    checkpoint = Checkpoint(ORIGIN, size, root)

    assert verify(sign(checkpoint, KEY), VKEY) == checkpoint


def test_lines_of_witnesses_are_skipped_wherever_they_stand() -> None:
    """Other names, other keys under our name, and post-quantum lengths do no harm."""
    text = CHECKPOINT.text
    cosigned = line_of(sign_note(text, "witness.example.net", WITNESS))
    same_name = line_of(sign_note(text, ORIGIN, WITNESS))
    long = "\u2014 pq.example " + base64.b64encode(bytes(4 + 4627)).decode() + "\n"
    ours = line_of(NOTE)

    for lines in (cosigned + ours, ours + same_name, long * 15 + ours, cosigned + same_name + ours):
        assert verify(text + "\n" + lines, VKEY) == CHECKPOINT


def test_one_bad_line_of_ours_spoils_the_note() -> None:
    """A known key whose signature fails refuses the note, even beside one that holds."""
    spoilt = sign(Checkpoint(ORIGIN, 5, bytes(32)), KEY)

    with pytest.raises(CheckpointInvalid, match="does not fit"):
        verify(NOTE + line_of(spoilt), VKEY)


def test_extension_lines_are_signed_but_mean_nothing_here() -> None:
    """C2SP allows them; an empty one is none."""
    assert verify(sign_note(CHECKPOINT.text + "more\n", ORIGIN, KEY), VKEY) == CHECKPOINT
    with pytest.raises(CheckpointInvalid, match="a line each"):
        verify(sign_note(CHECKPOINT.text + "\nmore\n", ORIGIN, KEY), VKEY)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda note: note.replace("20852163", "20852164"),
        lambda note: note.replace(ORIGIN + "\n", "other.example.org\n", 1),
        lambda note: note.replace("ZGVm", "ZGVn"),
        lambda note: note.replace(f"\u2014 {ORIGIN}", "\u2014 other"),
        lambda _: sign(CHECKPOINT, WITNESS),
    ],
)
def test_no_altered_checkpoint_verifies(tamper: Callable[[str], str]) -> None:
    """Size, origin, root, signer: each is bound."""
    assert tamper(NOTE) != NOTE

    with pytest.raises(CheckpointInvalid):
        verify(tamper(NOTE), VKEY)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        CHECKPOINT.text,
        CHECKPOINT.text + "\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\u2014 ", "\u2014  "),
        NOTE.replace("=\n", "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE + "\u2014 a+b AAAAAAA=\n",
        NOTE + "\u2014 a\u2003b AAAAAAA=\n",
        NOTE + "\u2014 short AAAAAA==\n",
        NOTE + "\u2014 witness *****\n",
        NOTE + "\u2014 witness\n",
        NOTE + "\x00",
        NOTE + "\ud800",
        NOTE + "\u2014 w AAAAAAA=\n" * 100,
        NOTE + "x" * 100_000,
    ],
)
def test_malformed_notes_are_refused(note: str) -> None:
    """A note from outside may hold anything; the error is typed."""
    with pytest.raises(CheckpointInvalid):
        verify(note, VKEY)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n05\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{ORIGIN}\n-5\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{ORIGIN}\n\u0665\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{ORIGIN}\n{2**63}\n{base64.b64encode(bytes(32)).decode()}\n",
        f"{ORIGIN}\n5\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{ORIGIN}\n5\n{bytes(32).hex()}x\n",
        f"other.example.org\n5\n{base64.b64encode(bytes(32)).decode()}\n",
        f"with space\n5\n{base64.b64encode(bytes(32)).decode()}\n",
    ],
)
def test_a_well_signed_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    """The key may sign other things, and other logs' checkpoints; none of them is ours."""
    with pytest.raises(CheckpointInvalid):
        verify(sign_note(text, ORIGIN, KEY), VKEY)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x7f", "a\u200b"])
def test_an_origin_that_cannot_name_a_log_is_refused(origin: str) -> None:
    """Spaces and plus would break the note's own syntax; invisible characters mislead."""
    with pytest.raises(CheckpointInvalid, match="origin"):
        verification_key(origin, KEY.public_key())
    with pytest.raises(CheckpointInvalid, match="origin"):
        Checkpoint(origin, 0, bytes(32))


@pytest.mark.parametrize(("size", "root"), [(-1, bytes(32)), (2**63, bytes(32)), (0, b"")])
def test_an_impossible_checkpoint_cannot_be_made(size: int, root: bytes) -> None:
    """What could not be verified is not signed either."""
    with pytest.raises(CheckpointInvalid):
        Checkpoint(ORIGIN, size, root)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+c74f20a3",
        VKEY.replace("+", " "),
        VKEY.replace(ORIGIN, "other"),
        VKEY.replace(ORIGIN, "a b"),
        VKEY.replace(ORIGIN, ""),
        VKEY[:-1],
        VKEY[:-4],
        "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "name+00000000+" + base64.b64encode(b"\x01" + bytes(31)).decode(),
        VKEY.replace("+", "+F", 1),
        VKEY.upper(),
    ],
)
def test_malformed_verification_keys_are_refused(vkey: str) -> None:
    """A key that was cut, renamed or of another kind is named as such, not just unmatched."""
    with pytest.raises(CheckpointInvalid):
        verify(NOTE, vkey)
