"""Whom the words speak of, and whether that is somebody under age."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from raiment.screening.words.fold import folded
from raiment.screening.words.reading import Modality, Who
from raiment.screening.words.scene import Scene

_ADULT_AGE = 18
_AGE_DIGITS = 2
_AGE_REACH = 2
_NAMES_LOOKED_AT = 50
_GLUED_AGE = re.compile(r"(\d{1,2})(?:yo|yrs?|yrold|y|歳|岁|살)")
_WORD = re.compile(r"\b[^\W\d_](?:[^\W\d_]|')+")
_LONGEST_NAME = 21
_HANDLE = re.compile(r"(?<![\w.])@[A-Za-z0-9_.]{3,30}\b")


def whom(
    scene: Scene,
    raw: str,
    known: AbstractSet[str],
    modality: Modality,
    source_person: bool | None,
) -> Who:
    """
    Return whom the request is about, the most protective reading first.

    A pronoun whose person the words themselves introduce (``a woman ... her``) is nobody in particular.
    """
    if scene.has("acquaintance"):
        return Who.ACQUAINTANCE
    if (
        scene.has("famous")
        or _HANDLE.search(raw)
        or names_somebody(raw, known, uncased=modality is Modality.GENERATE)
    ):
        return Who.NAMED
    if modality is Modality.EDIT and source_person:
        return Who.SOURCE
    if scene.has("photo") or points_at_somebody(scene, modality):
        unreal = scene.has("fiction") or (modality is Modality.EDIT and source_person is False)
        return Who.GENERIC if unreal else Who.SOURCE
    if scene.has("people", "fiction", "pronoun", "definite", "minor"):
        return Who.GENERIC
    return Who.NOBODY


def points_at_somebody(scene: Scene, modality: Modality) -> bool:
    """
    Return whether the words mean somebody they have not introduced themselves.

    "The woman" is somebody in the picture when one is edited, and anybody when one is described.
    """
    editing = modality is Modality.EDIT
    pointing = ("pronoun", "definite") if editing else ("pronoun",)
    introducing = ("people", "fiction") if editing else ("people", "fiction", "definite")
    pointed = min((hit.first for hit in scene.of(pointing)), default=len(scene.words))
    introduced = min((hit.first for hit in scene.of(introducing)), default=len(scene.words))
    return pointed < introduced


def names_somebody(raw: str, known: AbstractSet[str], *, uncased: bool) -> bool:
    """
    Return whether two capitalised words stand together in *raw* that are not *known* words.

    Brands and places may pass for people: then the request is read more strictly, never less. Where letters
    have no capitals any two such words count if *uncased* says so.
    """
    if raw.istitle() or raw.isupper():
        return False
    before: re.Match[str] | None = None
    names = 0
    for word in _WORD.finditer(raw):
        if not _may_be_name(word.group(), uncased=uncased):
            before = None
            continue
        names += 1
        if names > _NAMES_LOOKED_AT:
            return False
        beside = before and word.start() == before.end() + 1 and raw[before.end()] in " -"
        if before and beside and not {folded(before.group()), folded(word.group())} & known:
            return True
        before = word
    return False


def _may_be_name(word: str, *, uncased: bool) -> bool:
    """Return whether *word* is written as a name is."""
    if len(word) > _LONGEST_NAME:
        return False
    if word[0].isupper():
        return word[1:] == word[1:].lower()
    return uncased and word[0].upper() == word[0].lower()


def speaks_of_minor(scene: Scene) -> bool:
    """Return whether the words name a child, an adolescent or an age under eighteen."""
    if scene.has("minor"):
        return True
    return any(_is_young(scene, i) for i in range(len(scene.words)))


def _is_young(scene: Scene, place: int) -> bool:
    letters = scene.words[place].letters
    glued = _GLUED_AGE.fullmatch(letters)
    if glued:
        return int(glued.group(1)) < _ADULT_AGE
    if not letters.isdecimal() or len(letters) > _AGE_DIGITS or int(letters) >= _ADULT_AGE:
        return False
    beside = range(max(0, place - 1), min(len(scene.words), place + 1 + _AGE_REACH))
    return any("years" in scene.said[i] for i in beside)
