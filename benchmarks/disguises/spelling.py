"""Words spelt wrongly: by slips of the finger, by habit of chats, on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from disguises.letterforms import LOWER, Rewriting

_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = "aeiouAEIOUáéíóúàèìòùâêîôûäöüåæøãõаеёиоуыэюяіїєАЕИОУαεηιουω"
_ROWS = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю",
    "ςερτυθιοπ", "ασδφγηξκλ", "ζχψωβνμ",
    "ضصثقفغعهخحج", "شسيبلاتنمك", "קראטוןםפ", "שדגכעיחלךף", "זסבהנמצתץ",
)  # fmt: skip
BASIC = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
SYMBOLS = {
    "a": "@",
    "e": "3",
    "i": "!",
    "o": "0",
    "s": "$",
    "t": "+",
    "l": "1",
    "b": "8",
    "g": "9",
    "c": "(",
    "h": "#",
}
HEAVY = {
    "a": "4", "b": "8", "c": "(", "d": "|)", "e": "3", "f": "|=", "g": "6", "h": "|-|", "i": "!",
    "j": "_|", "k": "|<",
    "l": "1", "m": "|\\/|", "n": "|\\|", "o": "0", "p": "|>", "q": "9", "r": "|2", "s": "5", "t": "7",
    "u": "|_|",
    "v": "\\/", "w": "\\/\\/", "x": "><", "y": "`/", "z": "2",
}  # fmt: skip
CYRILLIC = {
    "а": "@",
    "б": "6",
    "в": "8",
    "з": "3",
    "о": "0",
    "ч": "4",
    "е": "3",
    "т": "7",
    "и": "u",
    "л": "/|",
}
_SOUNDS = (
    (r"\bnude\b", "nood"), (r"\bnudes\b", "noodz"), (r"\bnaked\b", "nekkid"), (r"\boff\b", "awf"),
    (r"\btopless\b", "toplez"),
    (r"\bclothes\b", "cloze"), (r"\bremove\b", "remoov"), (r"\bunderwear\b", "undawear"),
    (r"\bbikini\b", "bikeeny"),
    (r"\bsexy\b", "secksy"), (r"\bsee\b", "c"), (r"\byou\b", "u"), (r"\byour\b", "ur"), (r"\bfor\b",
    "4"), (r"\bto\b", "2"),
    (r"ph", "f"), (r"ck", "k"), (r"\bth", "d"), (r"c(?=[aou])", "k"), (r"s\b", "z"), (r"x", "ks"),
    (r"qu", "kw"),
)  # fmt: skip
_MASKS = "*#-_.%"
_LATIN_WRITTEN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z",
    "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f",
    "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya",
    "і": "i", "ї": "yi", "є": "ye", "ґ": "g",
}  # fmt: skip
_LAYOUT = dict(
    zip("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", strict=True)
)


def leet(table: Mapping[str, str], share: float = 1.0) -> Rewriting:
    """Return the rewriting of Latin letters, or of Cyrillic ones, as the digits and signs of *table*."""
    known = LOWER if "s" in table else "".join(_LATIN_WRITTEN)

    def rewrite(text: str, dice: Random) -> str:
        letters = [letter.lower() for letter in text if letter.isalpha()]
        if 2 * sum(letter in known for letter in letters) < len(letters):
            return text
        return "".join(
            table.get(letter.lower(), letter) if dice.random() < share else letter
            for letter in text
        )

    return rewrite


def of_words(change: Rewriting, *, least: int = 4, share: float = 1.0) -> Rewriting:
    """Return the rewriting of words of *least* letters or more by *change*, each with the chance *share*."""

    def rewrite(text: str, dice: Random) -> str:
        def one(found: re.Match[str]) -> str:
            word = found.group()
            slips = len(word) >= least and _is_alphabetic(word) and dice.random() < share
            return change(word, dice) if slips else word

        return _WORD.sub(one, text)

    return rewrite


def neighbour(word: str, dice: Random) -> str:
    """Return *word* with one letter struck beside the right key."""
    places = [i for i, letter in enumerate(word) if _neighbours(letter.lower())]
    if not places:
        return word
    place = dice.choice(places)
    return word[:place] + dice.choice(_neighbours(word[place].lower())) + word[place + 1 :]


def transposed(word: str, dice: Random) -> str:
    """Return *word* with two neighbours changed over."""
    place = dice.randrange(len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def dropped(word: str, dice: Random) -> str:
    """Return *word* with a letter missing."""
    place = dice.randrange(len(word))
    return word[:place] + word[place + 1 :]


def doubled(word: str, dice: Random) -> str:
    """Return *word* with a letter twice."""
    place = dice.randrange(len(word))
    return word[:place] + word[place] + word[place:]


def inserted(word: str, dice: Random) -> str:
    """Return *word* with a key struck that does not belong there."""
    place = dice.randrange(1, len(word))
    beside = _neighbours(word[place].lower()) or word[place]
    return word[:place] + dice.choice(beside) + word[place:]


def stirred(word: str, dice: Random) -> str:
    """Return *word* with all but the first and the last letter in disorder, which people still read."""
    inner = list(word[1:-1])
    dice.shuffle(inner)
    return word[0] + "".join(inner) + word[-1]


def without_vowels(word: str, _: Random) -> str:
    """Return *word* without the vowels after its first letter."""
    return word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)


def masked_vowel(word: str, dice: Random) -> str:
    """Return *word* with one vowel starred out."""
    places = [i for i, letter in enumerate(word) if i and letter in _VOWELS]
    if not places:
        return word
    place = dice.choice(places)
    return word[:place] + dice.choice(_MASKS) + word[place + 1 :]


def masked_vowels(word: str, _: Random) -> str:
    """Return *word* with every vowel after its first letter starred out."""
    return word[0] + "".join("*" if letter in _VOWELS else letter for letter in word[1:])


def stretched(word: str, dice: Random) -> str:
    """Return *word* with a vowel, or its last letter, held for three to six times."""
    places = [i for i, letter in enumerate(word) if letter in _VOWELS] or [len(word) - 1]
    place = dice.choice(places)
    return word[:place] + word[place] * dice.randint(3, 6) + word[place + 1 :]


def stuttered(text: str, _: Random) -> str:
    """Return *text* with every letter twice."""
    return "".join(letter * 2 if letter.isalpha() else letter for letter in text)


def alternating(text: str, _: Random) -> str:
    """Return *text* in small letters and capitals by turns."""
    return "".join(letter.upper() if i % 2 else letter.lower() for i, letter in enumerate(text))


def shouted(text: str, _: Random) -> str:
    """Return *text* in capitals."""
    return text.upper()


def by_sound(text: str, _: Random) -> str:
    """Return English as it sounds, the way chats spell it."""
    for pattern, sound in _SOUNDS:
        text = re.sub(pattern, sound, text, flags=re.IGNORECASE)
    return text


def in_latin(text: str, _: Random) -> str:
    """Return Cyrillic in Latin letters."""
    return "".join(_LATIN_WRITTEN.get(letter, letter) for letter in text.lower())


def in_wrong_layout(text: str, _: Random) -> str:
    """Return Russian as the same keys give it with the English layout on."""
    return "".join(_LAYOUT.get(letter, letter) for letter in text.lower())


def pig_latin(text: str, _: Random) -> str:
    """Return the words of *text* with their first consonants moved behind, and ``ay``."""

    def one(found: re.Match[str]) -> str:
        start = re.match(r"(?:qu|[^aeiou])*", word := found.group().lower())
        onset = start.group() if start else ""
        return word[len(onset) :] + onset + "ay" if onset else word + "way"

    return re.sub(r"[A-Za-z]+", one, text)


def _neighbours(letter: str) -> str:
    for row in _ROWS:
        place = row.find(letter)
        if place >= 0:
            return row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    return ""


def _is_alphabetic(word: str) -> bool:
    """Return whether *word* is written in letters: a slip in syllables or ideographs makes another word."""
    return all(ord(letter) < 0x0900 for letter in word)
