"""Pictures standing for words. The words are English; the lexicon reads mixed languages."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, respell, rewrite

_WORD_FOR = {
    "👙": "bikini", "🩱": "swimsuit", "🩲": "underwear", "🩳": "shorts", "👗": "dress", "👚": "blouse",
    "👕": "shirt", "👖": "pants", "🥼": "coat", "🧥": "coat", "👔": "shirt", "👘": "kimono", "🥻": "sari",
    "👠": "shoes", "🧦": "socks", "🧣": "scarf", "👒": "hat", "🎩": "hat", "👓": "glasses", "🕶": "glasses",
    "🍑": "buttocks", "🍒": "breasts", "🍈": "breasts", "🍆": "genitals", "🐱": "cat", "💦": "wet",
    "💧": "wet", "🔞": "nsfw", "🥵": "sexy", "👅": "tongue", "🫦": "lips", "😈": "", "💋": "kiss",
    "👩": "woman", "👱": "woman", "💃": "woman", "🧍": "person", "👨": "man", "🧑": "person", "👸": "woman",
    "👧": "little girl", "👦": "little boy", "🧒": "child", "👶": "baby", "👯": "women",
    "🚫": "no", "❌": "remove", "⛔": "no", "✂": "remove", "🗑": "delete", "🙅": "no", "➖": "remove",
    "👀": "show", "👁": "show", "➡": "replaced by", "⬇": "down", "♀": "woman", "♂": "man", "🔥": "hot",
}  # fmt: skip
_BETWEEN = re.compile(
    "(?<=[^\\W\\d_])[\u2600-\u27bf\u2b50\U0001f000-\U0001faff]\ufe0f?(?=[^\\W\\d_])"
)
_FEWEST_BETWEEN = 3
"""So many pictures between letters part words; fewer stand for words themselves."""
_SPELLINGS = {picture: f" {word} " for picture, word in _WORD_FOR.items()}


def name_pictures(text: Traced) -> Traced:
    """Return *text* with pictures that carry meaning here written as words; between letters they carry none."""
    if text.characters.isascii():
        return text
    if len(_BETWEEN.findall(text.characters)) >= _FEWEST_BETWEEN:
        text = rewrite(text, _BETWEEN, lambda _: "")
    return respell(text, _SPELLINGS)
