"""Changes of the encoder's layers: added when it is loaded, refused where they are not what they should be."""

from __future__ import annotations

import io

import numpy as np
import pytest

from raiment.adapters.detectors.e5_encoder import e5_path, load_e5_encoder
from raiment.adapters.detectors.e5_file import open_e5_file
from raiment.adapters.detectors.e5_network import layer_of
from raiment.adapters.detectors.e5_tuning import load_tuning
from raiment.errors import ConfigurationError
from raiment.screening.words import Modality

DICE = np.random.default_rng(7)
DOWN = DICE.standard_normal((384, 4)).astype(np.float32)
UP = DICE.standard_normal((4, 384)).astype(np.float32)


def tuning_file(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of a weight file."""
    written = io.BytesIO()
    np.savez(written, **arrays)
    return written.getvalue()


def test_a_change_is_added_to_its_matrix_alone() -> None:
    """The layer read with the changes is the package's plus their product; other layers are untouched."""
    layer = layer_of(open_e5_file(e5_path()), 3)
    tuning = load_tuning("t.npz", tuning_file({"3.gather.down": DOWN, "3.gather.up": UP}))

    changed = tuning.applied(3, layer)

    assert np.allclose(changed.gather - layer.gather, DOWN @ UP, atol=0.05)
    assert changed.look is layer.look
    assert tuning.applied(4, layer) == layer


def test_a_change_changes_the_gist_and_the_name() -> None:
    """Whoever asks for an encoder by name never gets one with other changes."""
    zero = tuning_file({"5.gather.down": DOWN, "5.gather.up": np.zeros_like(UP)})
    other = tuning_file({"5.gather.down": DOWN, "5.gather.up": UP})

    plain, same, changed = (
        load_e5_encoder(e5_path(), tuning)
        for tuning in (None, load_tuning("t", zero), load_tuning("t", other))
    )

    texts = "a bench by the sea", Modality.EDIT
    assert np.array_equal(plain.encode(*texts), same.encode(*texts))
    assert not np.allclose(plain.encode(*texts), changed.encode(*texts))
    assert len({plain.version, same.version, changed.version}) == 3


@pytest.mark.parametrize(
    "arrays",
    [
        {"3.gather.down": DOWN},
        {"3.gather.down": DOWN, "3.gather.up": UP[:2]},
        {"3.gather.down": DOWN[0], "3.gather.up": UP},
        {"3.elsewhere.down": DOWN, "3.elsewhere.up": UP},
    ],
)
def test_what_is_no_change_is_refused(arrays: dict[str, np.ndarray]) -> None:
    """A file of another kind is named, not guessed at."""
    with pytest.raises(ConfigurationError, match=r"t\.npz"):
        load_tuning("t.npz", tuning_file(arrays))


def test_what_is_no_file_is_refused() -> None:
    """Neither bytes of anything nor arrays that would run code."""
    pickled = io.BytesIO()
    np.savez(pickled, what=np.array([{}], dtype=object))

    for data in (b"", b"PK\x03\x04", pickled.getvalue()):
        with pytest.raises(ConfigurationError, match=r"t\.npz"):
            load_tuning("t.npz", data)


def test_a_change_of_another_size_is_refused() -> None:
    """A change for another encoder does not fit this one's layers."""
    layer = layer_of(open_e5_file(e5_path()), 3)
    tuning = load_tuning("t.npz", tuning_file({"3.widen.down": DOWN, "3.widen.up": UP}))

    with pytest.raises(ConfigurationError, match=r"t\.npz"):
        tuning.applied(3, layer)
