"""The texts written for training: one file per language, one original a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from raiment.screening.words import Intent, Modality, Who

NONE = "none"
LABELS = (NONE, *(intent.value for intent in Intent))
"""The classes of the head, in the order of its arrays; the first is the reference."""


@dataclass(frozen=True, slots=True)
class Original:
    """One text as written."""

    language: str
    """The file's name: a BCP 47 tag."""
    label: str
    modality: Modality
    who: Who
    text: str

    @property
    def abusive(self) -> bool:
        """Whether the text asks for one of the intents."""
        return self.label != NONE


def read_texts(folder: Path) -> list[Original]:
    """
    Return every original of *folder*, by language and line. A text written twice in a file counts once.

    Raises ValueError naming file and line when a row is malformed.
    """
    return [original for path in sorted(folder.glob("*.tsv")) for original in _read(path)]


def _read(path: Path) -> Iterator[Original]:
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != len(Original.__slots__) - 1 or fields[0] not in LABELS:
            raise ValueError(
                f"{path.name}:{number}: a row is label, modality, who and text, tab-separated"
            )
        label, modality, who, text = fields
        if text.casefold() not in seen:
            seen.add(text.casefold())
            yield Original(path.stem, label, Modality(modality), Who(who), text.strip())
