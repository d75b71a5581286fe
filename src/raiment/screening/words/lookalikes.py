"""Letters of one alphabet passed off as letters of another (Unicode TR 39, the part people can read)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from raiment.screening.words.text import Traced, respell, rewrite

_TO_LATIN = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "ҽ": "e", "һ": "h", "і": "i", "ј": "j", "к": "k",
    "ӏ": "l", "м": "m", "н": "h", "о": "o", "р": "p", "ԛ": "q", "г": "r", "ѕ": "s", "т": "t", "у": "y",
    "ѵ": "v", "ԝ": "w", "х": "x", "ү": "y", "п": "n", "и": "n", "я": "r", "з": "e", "ь": "b", "ц": "u",
    "ш": "w", "щ": "w", "л": "n", "д": "a", "ч": "y", "б": "b", "э": "e", "ы": "bl",
    "α": "a", "β": "b", "γ": "y", "δ": "d", "ε": "e", "η": "n", "ι": "i", "κ": "k", "μ": "u", "ν": "v",
    "ο": "o", "ρ": "p", "σ": "o", "τ": "t", "υ": "u", "χ": "x", "ω": "w", "ζ": "z", "θ": "o", "λ": "a",
    "π": "n", "φ": "o", "ψ": "y", "ξ": "e",
    "ա": "w", "գ": "q", "հ": "h", "յ": "j", "ո": "n", "ռ": "n", "ս": "u", "օ": "o", "զ": "q", "լ": "l",
    "ց": "g", "ք": "p", "ɑ": "a", "ɡ": "g", "ɩ": "i", "ɪ": "i", "ʀ": "r", "ᖇ": "r", "ꓮ": "a", "ꓐ": "b",
    "ꓚ": "c", "ꓓ": "d", "ꓰ": "e", "ꓳ": "o", "ꓲ": "i", "ꓡ": "l", "ꓠ": "n", "ꓢ": "s", "ꓔ": "t", "ꓴ": "u",
    "ꭰ": "d", "ꭱ": "r", "ꭲ": "i", "ꮳ": "c", "ꮪ": "s", "ꮃ": "w", "ꭺ": "a", "ꮇ": "m", "ꮋ": "h", "ꮮ": "l",
    "ɐ": "a", "ǝ": "e", "ɔ": "c", "ɟ": "f", "ƃ": "g", "ɥ": "h", "ᴉ": "i", "ɾ": "j", "ʞ": "k", "ɯ": "m",
    "ɹ": "r", "ʇ": "t", "ʌ": "v", "ʍ": "w", "ʎ": "y",
}  # fmt: skip
_TO_CYRILLIC = {
    "a": "а", "b": "в", "c": "с", "e": "е", "h": "н", "i": "і", "k": "к", "m": "м", "n": "п", "o": "о",
    "p": "р", "r": "г", "s": "ѕ", "t": "т", "u": "и", "x": "х", "y": "у", "3": "з", "0": "о", "4": "ч",
    "6": "б",
}  # fmt: skip
_TO_GREEK = dict(zip("abehikmnoptuvwxyzаеікортху", "αβεηικμηορτυνωχγζαεικορτχγ", strict=True))
_GLYPHS = {
    "a": "ꓮꭺᗩᐱ卂ค∆δλ₳⍺ᗅ𖽀𐊠",
    "b": "ꓐᏼᗷ乃日๒฿ъƅꮟᑲᖯꞵ𐊂𐊡𐌁",
    "c": "ꓚꮯᑕ匚⊂₵ςⲥ𐐽🝌𑣲𑣩𐊢𐌂𐔜",
    "d": "ꓓꭰᗪᗞ刀∂๔ꮷᑯꓒ",
    "e": "ꓰꭼᗴ乇∑єɛ€℮ꬲ⋿ⴹ𑣆𑣎𐊆",
    "f": "ꓝᖴ千ƒ₣ꬵẝ𝈓ϝ𑣂𐊇𐊥𐔥",
    "g": "ꓖꮐᏻ厶₲ﻮƍԍꮆ",
    "h": "ꓧꮋᕼ卄んɦнꮒⲏ𐋏",
    "i": "ꓲꭵ丨ٱเ⍳ꙇ𑣃",
    "j": "ꓙꭻᒍﾌフנןϳ",
    "k": "ꓗꮶк₭ⲕᛕ𐔘ҝ",
    "l": "ꓡꮮᒪㄥ乚ℓ∣⏽│۱𐌠ǀⲓⵏᛁ𖼨𐊊𐌉𝈪ⳑ𖼖𑣒𐑃𐔦",
    "m": "ꓟꮇᗰ爪冂๓₥ϻⲙᛖ𐊰𐌑",
    "n": "ꓠᑎ几刃∩₦กпⲛ𐔓",
    "o": "ꓳᎾㄖ口๏◯σంಂംං०੦૦௦౦೦൦๐໐၀۵ᴑꬽⲟჿഠဝ𐓪𑣈𑣗𐐬০୦〇𑓐𑣠ⵔዐଠ𑣕𐊒𐊫𐔖",
    "p": "ꓑꮲᑭ卩₱ק⍴ⲣ𐊕",
    "q": "ᑫ۹φⵕɋ",
    "r": "ꓣꭱꮢᖇ尺яꭇꭈᴦⲅꮁ𝈖𐓜𖼵",
    "s": "ꓢꮪᔕ丂ร₴ѕƽ𑣁𐑈տꮥ𖼺𐊖",
    "t": "ꓔꭲㄒ丅₮т⊤⟙🝨ⲧ𖼊𑣜𐊗𐊱𐌕†",
    "u": "ꓴᑌㄩ凵∪บยцꞟ𐓶𑣘⋃ሀ𖽂",
    "v": "ꓦꮩᐯ√۷ש∨⋁𑜆𑣀𝈍ⴸꛟ𖼈𐔝",
    "w": "ꓪꮃᗯ山屮ฬ₩шѡ𑜊𑜎𑜏𑣯𑣦ꮤ",
    "x": "ꓫ᙭乂×א᙮⤫⤬⨯ᕁᕽ╳𐌢𑣬ꭓⲭⵝᚷ𐊐𐊴𐌗𐔧",
    "y": "ꓬꮍㄚ丫¥ץყчɣⲩꭹ𖽃𑣄𐊲",
    "z": "ꓜꮓᘔ乙չ𐋵𑣥𑣉",
}  # fmt: skip
"""What Latin letters are drawn with: Unicode's confusables (TR 39), and generators of fancy letters."""
_DRAWN = _TO_LATIN | {glyph: letter for letter, glyphs in _GLYPHS.items() for glyph in glyphs}
_TURNED = dict(zip("ɐqɔpǝɟƃɥᴉɾʞʅɯuodbɹsʇnʌʍxʎz", "abcdefghijklmnopqrstuvwxyz", strict=True)) | {
    "q": "b",
    "b": "q",
    "d": "p",
    "p": "d",
    "n": "u",
    "u": "n",
    "ı": "i",
    "ə": "e",
    "ɓ": "g",
    "ᵷ": "g",
}
_TURNED_ONLY = re.compile("[ɐɔǝɟƃɥᴉɾʞɯɹʇʌʍʎᵷ]")
_SURE = frozenset("авсеһіјкмнорԛѕтухԁԝӏαβεικνορτυχ")
_FOREIGN = re.compile("[^\\W\\d_a-z]")
_LETTERS = re.compile(r"[^\W_]+")
_LATIN_SHARE = 0.6
"""A word wholly of look-alikes is read as Latin when this share of the text's other letters is Latin."""
_FEWEST_DRAWN = 0.5
"""Share of a text's letters that must look like Latin ones for all of it to be drawn with them."""
_LATIN = re.compile("[a-z]")
_OWN_LETTERS = (
    ("latin", re.compile("[dfgjlqrsvwzàâçéèêëîïñôûäöüßåæøãõ]")),
    ("greek", re.compile("[γδηθλμξπσςφψω]")),
    ("cyrillic", re.compile("[бгджзийлпфцчшщъыьэюяєї]")),
)
"""Letters that no letter of the other alphabets looks like: they tell which alphabet is meant."""
_TABLES = {"latin": _TO_LATIN, "greek": _TO_GREEK, "cyrillic": _TO_CYRILLIC}
_RANGES = {
    "latin": re.compile("[a-z]"),
    "greek": re.compile("[\u0370-\u03ff]"),
    "cyrillic": re.compile("[\u0400-\u052f]"),
}


def undo_lookalikes(text: Traced) -> Traced:
    """
    Return *text* with every word in one alphabet: the one its own letters tell, or else the text's.

    A word of nothing but unmistakable look-alikes turns Latin when the text around it is Latin.
    """
    characters = text.characters
    if characters.isascii() or _FOREIGN.search(characters) is None:
        return text
    latin = len(_LATIN.findall(characters))
    mostly_latin = latin > _LATIN_SHARE * max(1, sum(map(str.isalpha, characters)))
    whole = _alphabet(characters) or "latin"
    return rewrite(text, _LETTERS, lambda match: _one_alphabet(match.group(), mostly_latin, whole))


def drawn(text: Traced) -> Traced:
    """Return *text* with all letters as the Latin ones they look like; the same object when few do."""
    if text.characters.isascii():
        return text
    alike = {one: like for one in set(text.characters) if (like := _drawn_letter(one))}
    shown = [one for one in text.characters if not one.isspace()]
    if sum(one in alike or "a" <= one <= "z" for one in shown) < _FEWEST_DRAWN * len(shown):
        return text
    return respell(text, alike)


@lru_cache(maxsize=4096)
def _drawn_letter(character: str) -> str | None:
    """Return the Latin letter that *character*, or the letter it is a form of, looks like."""
    base, _, form = unicodedata.name(character, "").partition(" WITH ")
    if character in _DRAWN or not form:
        return _DRAWN.get(character)
    try:
        return _DRAWN.get(unicodedata.lookup(base))
    except KeyError:
        return None


def turned(text: Traced) -> Traced:
    """Return *text* as it reads with the screen turned; the same object when no letter is turned."""
    if _TURNED_ONLY.search(text.characters) is None:
        return text
    upright = respell(text, _TURNED)
    return Traced(upright.characters[::-1], upright.origins[::-1])


def _alphabet(characters: str) -> str | None:
    """Return the alphabet that most letters of *characters* can only belong to, None where none can."""
    counts = {name: len(own.findall(characters)) for name, own in _OWN_LETTERS}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else None


def _one_alphabet(word: str, text_is_latin: bool, whole: str) -> str:
    """Return *word* in one alphabet, or as it was when it is in one."""
    if word.isascii():
        return word
    mixed = sum(letters.search(word) is not None for letters in _RANGES.values()) > 1
    if not mixed and _LATIN.search(word) is None:
        wholly = text_is_latin and len(word) > 1 and all(letter in _SURE for letter in word)
        return _to_latin(word) if wholly else word
    if not any(letter in _TO_LATIN for letter in word):
        return word
    table = _TABLES[_alphabet(word) or whole]
    return "".join(table.get(letter, letter) for letter in word)


def _to_latin(word: str) -> str:
    return "".join(_TO_LATIN.get(letter, letter) for letter in word)
