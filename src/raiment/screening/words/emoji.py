"""Pictures standing for words. The words are English; the lexicon reads mixed languages."""

from __future__ import annotations

from raiment.screening.words.text import Traced, respell

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
_SPELLINGS = {picture: f" {word} " for picture, word in _WORD_FOR.items()}


def name_pictures(text: Traced) -> Traced:
    """Return *text* with pictures that carry meaning here written as words, set off by blanks."""
    if text.characters.isascii():
        return text
    return respell(text, _SPELLINGS)
