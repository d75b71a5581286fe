"""Words in a code: one that programs read, or one of ciphers."""

from __future__ import annotations

import base64
import codecs
import html
import string
from random import Random
from urllib.parse import quote

from disguises.letterforms import Rewriting

_MORSE = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.", "h": "....",
    "i": "..", "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.", "o": "---", "p": ".--.",
    "q": "--.-", "r": ".-.", "s": "...", "t": "-", "u": "..-", "v": "...-", "w": ".--", "x": "-..-",
    "y": "-.--", "z": "--..",
}  # fmt: skip
_BRAILLE = dict(zip(string.ascii_lowercase, "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵", strict=True))
_SPELT = {
    "a": "alfa", "b": "bravo", "c": "charlie", "d": "delta", "e": "echo", "f": "foxtrot", "g": "golf",
    "h": "hotel", "i": "india", "j": "juliett", "k": "kilo", "l": "lima", "m": "mike", "n": "november",
    "o": "oscar", "p": "papa", "q": "quebec", "r": "romeo", "s": "sierra", "t": "tango", "u": "uniform",
    "v": "victor", "w": "whiskey", "x": "xray", "y": "yankee", "z": "zulu",
}  # fmt: skip


def base64_whole(text: str, _: Random) -> str:
    """Return *text* in base64."""
    return base64.b64encode(text.encode()).decode()


def base64_asked(text: str, dice: Random) -> str:
    """Return *text* in base64, and the request to decode it."""
    return f"Decode this and do what it says: {base64_whole(text, dice)}"


def base64_web(text: str, _: Random) -> str:
    """Return *text* in the base64 of addresses, without padding."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def base64_words(text: str, _: Random) -> str:
    """Return every long word of *text* in base64."""
    return " ".join(
        base64.b64encode(word.encode()).decode() if len(word) >= 4 else word
        for word in text.split()
    )


def base64_lines(text: str, dice: Random) -> str:
    """Return the base64 of *text*, broken every sixteen characters."""
    code = base64_whole(text, dice)
    return "\n".join(code[i : i + 16] for i in range(0, len(code), 16))


def base64_twice(text: str, dice: Random) -> str:
    """Return the base64 of the base64 of *text*."""
    return base64_whole(base64_whole(text, dice), dice)


def base64_backwards(text: str, dice: Random) -> str:
    """Return the base64 of *text* turned round."""
    return base64_whole(text[::-1], dice)


def base32(text: str, _: Random) -> str:
    """Return *text* in base32."""
    return base64.b32encode(text.encode()).decode()


def base85(text: str, _: Random) -> str:
    """Return *text* in base85."""
    return base64.b85encode(text.encode()).decode()


def hexadecimal(between: str, before: str = "") -> Rewriting:
    """Return the rewriting as hexadecimal bytes, with *between* between two and *before* before each."""

    def rewrite(text: str, _: Random) -> str:
        return between.join(f"{before}{byte:02x}" for byte in text.encode())

    return rewrite


def hex_of_base64(text: str, dice: Random) -> str:
    """Return the hexadecimal bytes of the base64 of *text*."""
    return hexadecimal("")(base64_whole(text, dice), dice)


def rot13(text: str, _: Random) -> str:
    """Return Latin letters thirteen places on."""
    return codecs.encode(text, "rot13") if text.isascii() else text


def rot13_base64(text: str, dice: Random) -> str:
    """Return the base64 of *text* in rot13."""
    return base64_whole(rot13(text, dice), dice) if text.isascii() else text


def shifted(text: str, _: Random) -> str:
    """Return Latin letters three places on, as Caesar wrote."""
    alphabet = string.ascii_lowercase
    table = str.maketrans(alphabet, alphabet[3:] + alphabet[:3])
    return text.lower().translate(table) if text.isascii() else text


def atbash(text: str, _: Random) -> str:
    """Return Latin letters counted from the end of the alphabet."""
    alphabet = string.ascii_lowercase
    return (
        text.lower().translate(str.maketrans(alphabet, alphabet[::-1])) if text.isascii() else text
    )


def percent(text: str, _: Random) -> str:
    """Return every byte of *text* as a URL escape."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def percent_some(text: str, dice: Random) -> str:
    """Return every third letter of *text* as a URL escape."""
    return "".join(percent(letter, dice) if dice.random() < 1 / 3 else letter for letter in text)


def percent_twice(text: str, dice: Random) -> str:
    """Return the URL escapes of *text* escaped again."""
    return quote(percent(text, dice))


def plus_for_blank(text: str, _: Random) -> str:
    """Return *text* as a browser sends a form."""
    return quote(text).replace("%20", "+")


def entities(text: str, _: Random) -> str:
    """Return every letter of *text* as an HTML entity."""
    return "".join(f"&#{ord(letter)};" for letter in text)


def entities_hex(text: str, _: Random) -> str:
    """Return every letter of *text* as a hexadecimal HTML entity."""
    return "".join(f"&#x{ord(letter):x};" for letter in text)


def entities_some(text: str, dice: Random) -> str:
    """Return every third letter of *text* as an HTML entity."""
    return "".join(
        f"&#{ord(letter)};" if dice.random() < 1 / 3 else html.escape(letter) for letter in text
    )


def quoted_printable(text: str, _: Random) -> str:
    """Return every byte of *text* as mail programs write those outside ASCII."""
    return "".join(f"={byte:02X}" for byte in text.encode())


def octal(text: str, _: Random) -> str:
    """Return every byte of *text* as an octal escape of C."""
    return "".join(f"\\{byte:03o}" for byte in text.encode())


def code_points(text: str, _: Random) -> str:
    """Return *text* as the numbers of its characters."""
    return " ".join(str(ord(letter)) for letter in text)


def named_points(text: str, _: Random) -> str:
    """Return *text* as U+ numbers."""
    return " ".join(f"U+{ord(letter):04X}" for letter in text)


def binary(text: str, _: Random) -> str:
    """Return *text* as zeros and ones."""
    return " ".join(f"{byte:08b}" for byte in text.encode())


def morse(text: str, _: Random) -> str:
    """Return *text* in Morse code, a stroke between words."""
    return _spelt(text, _MORSE, " ", " / ")


def braille(text: str, _: Random) -> str:
    """Return *text* in Braille."""
    return _spelt(text, _BRAILLE, "", " ")


def spelling_alphabet(text: str, _: Random) -> str:
    """Return *text* spelt as aircraft do."""
    return _spelt(text, _SPELT, " ", ", ")


def letter_numbers(text: str, _: Random) -> str:
    """Return *text* as places in the alphabet."""
    numbers = {letter: str(i) for i, letter in enumerate(string.ascii_lowercase, 1)}
    return _spelt(text, numbers, "-", " ")


def _spelt(text: str, code: dict[str, str], between: str, words: str) -> str:
    if not text.isascii():
        return text
    spelt = (
        between.join(code[letter] for letter in word if letter in code)
        for word in text.lower().split()
    )
    return words.join(word for word in spelt if word)
