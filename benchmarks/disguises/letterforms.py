"""Letters replaced by others that look like them."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Mapping
from random import Random

Rewriting = Callable[[str, Random], str]

LOWER = string.ascii_lowercase
UPPER = string.ascii_uppercase
_LATIN_TO_CYRILLIC = dict(zip("aceopxyijshkbmtnwqd", "асеорхуіјѕһкЬмтпшԛԁ", strict=True))
_LATIN_TO_CYRILLIC |= dict(zip("ABCEHIJKMOPSTXY", "АВСЕНІЈКМОРЅТХУ", strict=True))
_CYRILLIC_TO_LATIN = dict(zip("асеорхуікмтнпзб", "aceopxyikmtnn36", strict=True))
_LATIN_TO_GREEK = dict(zip("abeiknoprtuvwxyz", "αβεικηορгτυνωχγζ", strict=True))
_LATIN_TO_GREEK |= dict(zip("ABEZHIKMNOPTYX", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))
_GREEK_TO_LATIN = dict(zip("αβεικμνορτυχγη", "aßeikµvoptuxyn", strict=True))
_LATIN_TO_ARMENIAN = dict(zip("cfghijlnoqsuwyz", "ϲքցհіյӏոօզѕսաყɀ", strict=True))
_MIXED = {
    "a": "аɑαａ⍺", "b": "Ьᖯƅｂ", "c": "сϲᴄⅽ", "d": "ԁⅾժᏧ", "e": "еҽℯ℮", "f": "ƒꬵϝſ", "g": "ɡցᶃ𝗀",
    "h": "һհᏂ𝗁", "i": "іıⅰɩ", "j": "јϳյ", "k": "κкᴋ", "l": "ⅼӏI|", "m": "ｍⅿ𝗆", "n": "ոռ𝗇",
    "o": "оοօ০", "p": "рρ⍴", "q": "ԛգզ", "r": "гᴦꭇ", "s": "ѕꜱƽ", "t": "τᴛ𝗍", "u": "սυʋᴜ", "v": "νѵᴠⅴ",
    "w": "ѡաᴡԝ", "x": "хχⅹ", "y": "уүγʏ", "z": "ᴢꮓ𝗓",
}  # fmt: skip
_SMALL_CAPITALS = dict(zip(LOWER, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ", strict=True))
_MODIFIERS = dict(zip("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_STRUCK = dict(zip("abcdefghijklmnoprtuyz", "ⱥƀȼđɇꞙǥħɨɉꝁłᵯꞥøᵽɍŧʉɏƶ", strict=True))
_UPSIDE_DOWN = dict(zip(LOWER, "ɐqɔpǝɟƃɥᴉɾʞlɯuodbɹsʇnʌʍxʎz", strict=True))
_GREEKISH = dict(zip(LOWER, "αвc∂єƒgнιנкℓмησρqяѕтυνωχуz", strict=True))
_EASTERN = dict(zip(LOWER, "卂乃匚ᗪ乇千Ꮆ卄丨ﾌҜㄥ爪几ㄖ卩Ɋ尺丂ㄒㄩᐯ山乂ㄚ乙", strict=True))
_SYLLABIC = dict(zip(LOWER, "ᗩᗷᑕᗪEᖴGᕼIᒍKᒪᗰᑎOᑭᑫᖇᔕTᑌᐯᗯ᙭Yᘔ", strict=True))
_CHEROKEE = dict(zip("abcdeghijklmprstvwz", "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", strict=True))
_LISU = dict(zip(LOWER, "ꓮꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑQꓣꓢꓔꓴꓦꓪꓫꓬꓜ", strict=True))
_FAUX_CYRILLIC = dict(zip("abceghkmnorstuwxy", "дъсёgнкмиоягтцшжч", strict=True))
_MATHEMATICAL = (
    0x1D400,
    0x1D434,
    0x1D468,
    0x1D4D0,
    0x1D56C,
    0x1D5A0,
    0x1D5D4,
    0x1D608,
    0x1D63C,
    0x1D670,
)
"""Where bold, italic, script, Fraktur, sans-serif and monospace alphabets begin: capitals first."""
_RADICALS = {
    "脱": "月兑", "脫": "月兌", "服": "月艮", "裸": "衤果", "她": "女也", "他": "亻也", "掉": "扌卓",
    "把": "扌巴",
    "裤": "衤库", "裙": "衤君", "的": "白勺", "体": "亻本", "胸": "月匈", "照": "昭灬", "让": "讠上",
    "衫": "衤彡",
    "换": "扌奂", "除": "阝余", "拿": "合手", "泳": "氵永", "性": "忄生", "姿": "次女", "好": "女子",
}  # fmt: skip
_DOTLESS = str.maketrans("بتثنپجخچذزژشضظغفقي", "ٮٮٮںٮحححدررسصطعڡٯى")


def substituted(table: Mapping[str, str], *, share: float = 1.0) -> Rewriting:
    """
    Return the rewriting of letters by *table*, each with the chance *share*.

    A text of which the table knows less than a third of the letters is left alone: no disguise of its script.
    """

    def rewrite(text: str, dice: Random) -> str:
        letters = [letter for letter in text if letter.isalpha()]
        known = sum(letter in table or letter.lower() in table for letter in letters)
        if 3 * known < len(letters):
            return text
        return "".join(
            dice.choice(forms)
            if (forms := _forms(table, letter)) and dice.random() < share
            else letter
            for letter in text
        )

    return rewrite


def look_alikes(share: float) -> Rewriting:
    """Return Latin letters as Cyrillic ones, Cyrillic and Greek ones as Latin ones."""
    tables = (_LATIN_TO_CYRILLIC, _CYRILLIC_TO_LATIN, _GREEK_TO_LATIN)
    return _first_that_changes([substituted(table, share=share) for table in tables])


def mathematical(text: str, dice: Random) -> str:
    """Return *text* in one of the mathematical alphabets."""
    start = dice.choice(_MATHEMATICAL)
    return _from_alphabet(start, start + 26)(text, dice)


def _from_alphabet(capitals: int, small: int) -> Rewriting:
    table = {letter: chr(capitals + i) for i, letter in enumerate(UPPER)}
    table |= {letter: chr(small + i) for i, letter in enumerate(LOWER)}
    # A few letters of these alphabets had a code point before: the place is empty.
    return substituted({key: form for key, form in table.items() if unicodedata.name(form, "")})


def regional_indicators(text: str, dice: Random) -> str:
    """Return *text* in flag letters, apart so that no flag is drawn; words are three spaces apart."""
    table = {letter: chr(0x1F1E6 + i) for i, letter in enumerate(LOWER)}
    if substituted(table)(text, dice) == text:
        return text
    return "   ".join(
        " ".join(table.get(letter.lower(), letter) for letter in word) for word in text.split()
    )


def upside_down(text: str, dice: Random) -> str:
    """Return *text* as it reads with the screen turned."""
    turned = substituted(_UPSIDE_DOWN)(text.lower(), dice)
    return text if turned == text.lower() else turned[::-1]


def accented(text: str, dice: Random) -> str:
    """Return *text* with an accent on letters that have none."""
    table = {
    "a": "àáâãäåā", "c": "çćč", "e": "èéêëē", "g": "ğĝ", "i": "ìíîïī", "l": "ĺļ", "n": "ñńň",
    "o": "òóôõöō",
        "r": "ŕř", "s": "śŝš", "t": "ţť", "u": "ùúûüū", "y": "ýÿ", "z": "źžż",
    }  # fmt: skip
    return substituted(table, share=0.7)(text, dice) if text.isascii() else text


def dotless(text: str, _: Random) -> str:
    """Return Arabic letters without their dots, as people write past filters."""
    return text.translate(_DOTLESS)


def radicals(text: str, _: Random) -> str:
    """Return Chinese characters taken apart into their components."""
    return "".join(_RADICALS.get(character, character) for character in text)


def jamo(text: str, _: Random) -> str:
    """Return Hangul syllables as separate letters of the keyboard."""
    leads, vowels = (
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
        "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ",
    )
    tails = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]

    def taken_apart(syllable: str) -> str:
        place = ord(syllable) - 0xAC00
        if not 0 <= place < 11172:
            return syllable
        return leads[place // 588] + vowels[place % 588 // 28] + tails[place % 28]

    return "".join(map(taken_apart, text))


def other_kana(text: str, _: Random) -> str:
    """Return hiragana as katakana."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def _forms(table: Mapping[str, str], letter: str) -> str:
    return table.get(letter) or table.get(letter.lower(), "")


def _first_that_changes(rewritings: list[Rewriting]) -> Rewriting:
    def rewrite(text: str, dice: Random) -> str:
        return next((new for one in rewritings if (new := one(text, dice)) != text), text)

    return rewrite


greek = substituted(_LATIN_TO_GREEK)
armenian = substituted(_LATIN_TO_ARMENIAN)
mixed = substituted(_MIXED)
some_mixed = substituted(_MIXED, share=0.4)
small_capitals = substituted(_SMALL_CAPITALS)
raised = substituted(_MODIFIERS)
struck = substituted(_STRUCK)
greekish = substituted(_GREEKISH)
eastern = substituted(_EASTERN)
syllabic = substituted(_SYLLABIC)
cherokee = substituted(_CHEROKEE)
lisu = substituted(_LISU)
faux_cyrillic = substituted(_FAUX_CYRILLIC)
fullwidth = _from_alphabet(0xFF21, 0xFF41)
circled = _from_alphabet(0x24B6, 0x24D0)
parenthesised = substituted({letter: chr(0x249C + i) for i, letter in enumerate(LOWER)})
squared = substituted({letter: chr(0x1F130 + i) for i, letter in enumerate(LOWER)})
dark_squares = substituted({letter: chr(0x1F170 + i) for i, letter in enumerate(LOWER)})
dark_circles = substituted({letter: chr(0x1F150 + i) for i, letter in enumerate(LOWER)})
