"""Hangul syllables typed as the separate letters of the keyboard."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_SYLLABLE = re.compile(f"([{_LEADS}])([{_VOWELS}])([{''.join(_TAILS)}](?![{_VOWELS}]))?")
_FIRST_SYLLABLE = 0xAC00


def compose(text: Traced) -> Traced:
    """Return *text* with letters that stand in a row composed to syllables; the same object without any."""
    return rewrite(text, _SYLLABLE, _syllable)


def _syllable(match: re.Match[str]) -> str:
    lead, vowel = _LEADS.index(match[1]), _VOWELS.index(match[2])
    tail = _TAILS.index(match[3] or "")
    return chr(_FIRST_SYLLABLE + (lead * len(_VOWELS) + vowel) * len(_TAILS) + tail)
