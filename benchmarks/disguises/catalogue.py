"""All disguises by family, with what may be lost to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from disguises import codes, layout, letterforms, marks, spelling

Change = Callable[[str, Random], str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Disguise:
    """One way to rewrite a request so that a filter does not read it."""

    name: str
    family: str
    change: Change
    aim: float | None
    """Share of what is caught in the clear that may be lost; None where it is only reported."""


def disguised(text: str, disguise: Disguise) -> tuple[str, ...]:
    """Return the fields of the request that says *text* in *disguise*; the text itself where it has none."""
    seed = sha256(f"{disguise.name}\0{text}".encode()).digest()
    dice = Random(seed)  # noqa: S311 - dice, the same each time
    changed = disguise.change(text, dice)
    return (changed,) if isinstance(changed, str) else changed


def _family(name: str, aim: float | None, /, **changes: Change) -> tuple[Disguise, ...]:
    return tuple(
        Disguise(one.replace("_", " "), name, change, aim) for one, change in changes.items()
    )


_LETTERS = _family(
    "letters", 0.03,
    look_alikes=letterforms.look_alikes(1.0), some_look_alikes=letterforms.look_alikes(0.4),
    greek=letterforms.greek, armenian=letterforms.armenian, mixed_scripts=letterforms.mixed,
    some_mixed_scripts=letterforms.some_mixed, mathematical=letterforms.mathematical,
    fullwidth=letterforms.fullwidth,
    small_capitals=letterforms.small_capitals, raised=letterforms.raised, struck_letters=letterforms.struck,
    accented=letterforms.accented, circled=letterforms.circled, parenthesised=letterforms.parenthesised,
    squared=letterforms.squared, dark_squares=letterforms.dark_squares, dark_circles=letterforms.dark_circles,
    regional_indicators=letterforms.regional_indicators, upside_down=letterforms.upside_down,
    greekish=letterforms.greekish, eastern=letterforms.eastern, syllabic=letterforms.syllabic,
    cherokee=letterforms.cherokee, lisu=letterforms.lisu, faux_cyrillic=letterforms.faux_cyrillic,
    dotless_arabic=letterforms.dotless, chinese_radicals=letterforms.radicals, hangul_jamo=letterforms.jamo,
    katakana=letterforms.other_kana,
)  # fmt: skip
_MARKS = _family(
    "marks", 0.03,
    zero_width=marks.strewn(marks.ZERO_WIDTH), zero_width_sparse=marks.sparse(marks.ZERO_WIDTH),
    soft_hyphens=marks.strewn(marks.SOFT_HYPHEN), directions=marks.strewn(marks.DIRECTIONS),
    blanks=marks.strewn(marks.BLANKS), blanks_sparse=marks.sparse(marks.BLANKS), tags=marks.strewn(marks.TAGS),
    variation_selectors=marks.strewn(marks.VARIATIONS), struck_through=marks.struck_through,
    enclosing=marks.strewn(marks.ENCLOSING), combining=marks.strewn(marks.ABOVE_AND_BELOW),
    zalgo=marks.strewn(marks.ABOVE_AND_BELOW, least=4, most=12), mirrored_override=marks.mirrored_override,
    vowel_marks=marks.vowel_marks, kashida=marks.kashida, in_tags=marks.in_tags,
    in_variations=marks.in_variations,
)  # fmt: skip
_LEET = _family(
    "leet", 0.03,
    leet=spelling.leet(spelling.BASIC), some_leet=spelling.leet(spelling.BASIC, 0.5),
    symbols=spelling.leet(spelling.SYMBOLS), heavy_leet=spelling.leet(spelling.HEAVY),
    cyrillic_leet=spelling.leet(spelling.CYRILLIC),
    masked_vowel=spelling.of_words(spelling.masked_vowel),
    masked_vowels=spelling.of_words(spelling.masked_vowels),
)  # fmt: skip
_LAYOUT = _family(
    "layout", 0.03,
    spaced=layout.spaced, spaced_flat=layout.spaced_flat, spaced_some=layout.spaced_some,
    separated=layout.separated,
    separated_flat=layout.separated_flat, signs_differ=layout.signs_differ, parted_by_blank=layout.parted(" "),
    parted_by_line=layout.parted("\n"), parted_by_hyphen=layout.parted("-\n"), punctuated=layout.punctuated,
    column=layout.column, word_a_line=layout.word_a_line, quoted_pieces=layout.quoted_pieces,
    variables=layout.variables, joined=layout.joined, capital_joined=layout.capital_joined,
    snake=layout.linked("_"), hyphens=layout.linked("-"), dots=layout.linked("."),
    blanks_moved=layout.blanks_moved,
    fields=layout.fields, fields_in_word=layout.fields_in_word, emphasised=layout.emphasised,
    elements=layout.in_elements, comments=layout.commented, ticks=layout.in_code, program=layout.in_program,
    json=layout.in_json, emoji_between_words=layout.emoji_between_words,
    emoji_between_letters=layout.emoji_between_letters, emoji_for_words=layout.pictured,
    backwards=layout.backwards,
    words_backwards=layout.words_backwards, order_backwards=layout.order_backwards,
    acrostic_words=layout.acrostic_words, acrostic_lines=layout.acrostic_lines,
    every_second_word=layout.every_second_word, padded=layout.padded, long_padded=layout.long_padded,
)  # fmt: skip
_CODES = _family(
    "codes", 0.03,
    base64=codes.base64_whole, base64_asked=codes.base64_asked, base64_web=codes.base64_web,
    base64_words=codes.base64_words, base64_lines=codes.base64_lines, base64_twice=codes.base64_twice,
    base64_backwards=codes.base64_backwards, hexadecimal=codes.hexadecimal(""),
    hex_blanks=codes.hexadecimal(" "),
    hex_c=codes.hexadecimal("", "\\x"), hex_0x=codes.hexadecimal(" ", "0x"),
    hex_of_base64=codes.hex_of_base64,
    rot13=codes.rot13, rot13_base64=codes.rot13_base64, percent=codes.percent,
    percent_some=codes.percent_some,
    percent_twice=codes.percent_twice, form=codes.plus_for_blank, entities=codes.entities,
    entities_hex=codes.entities_hex, entities_some=codes.entities_some, json_escapes=layout.in_json_escapes,
    some_json_escapes=layout.in_some_json_escapes,
)  # fmt: skip
_TYPOS = _family(
    "typos, half the words", 0.06,
    neighbour=spelling.of_words(spelling.neighbour, share=0.5),
    transposed=spelling.of_words(spelling.transposed, share=0.5),
    dropped=spelling.of_words(spelling.dropped, share=0.5), doubled=spelling.of_words(spelling.doubled,
    share=0.5),
    inserted=spelling.of_words(spelling.inserted, share=0.5),
)  # fmt: skip
_SPELLING = _family(
    "spelling", 0.06,
    vowels_dropped=spelling.of_words(spelling.without_vowels), stirred=spelling.of_words(spelling.stirred),
    by_sound=spelling.by_sound, stretched=spelling.of_words(spelling.stretched), stuttered=spelling.stuttered,
    alternating=spelling.alternating, shouted=spelling.shouted, latin_written=spelling.in_latin,
)  # fmt: skip
_BEYOND = _family(
    "beyond the aim", None,
    pig_latin=spelling.pig_latin, wrong_layout=spelling.in_wrong_layout, caesar=codes.shifted,
    atbash=codes.atbash,
    base32=codes.base32, base85=codes.base85, quoted_printable=codes.quoted_printable, octal=codes.octal,
    code_points=codes.code_points, u_plus=codes.named_points, binary=codes.binary, morse=codes.morse,
    braille=codes.braille, spelling_alphabet=codes.spelling_alphabet, letter_numbers=codes.letter_numbers,
)  # fmt: skip
DISGUISES: tuple[Disguise, ...] = (
    *_LETTERS, *_MARKS, *_LEET, *_LAYOUT, *_CODES, *_TYPOS, *_SPELLING, *_BEYOND,
)  # fmt: skip
