"""What programs that show text take out of it: tags, comments, marks of Markdown, quotes that are added up."""

from __future__ import annotations

import re

from raiment.screening.words.text import Traced, rewrite

_ELEMENT = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]{0,80}>", re.DOTALL)
_EMPHASIS = re.compile(r"\*{1,3}|~~|__|`{1,3}")
_IN_WORD = re.compile(r"(?:\*{1,3}|~~|__|`{1,3})(?=[^\W\d_])|(?<=[^\W\d_])(?:\*{1,3}|~~|__|`{1,3})")
_MARK = re.compile(r"[<*~_`\-]")
"""Without any of these there is nothing to strip."""
_FEWEST_MARKS = 2
_HYPHENATED = re.compile(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[^\W\d_])")
_QUOTED = re.compile(
    r"[\"'\u201c\u201e\u00ab]([^\"'\u201c\u201d\u201e\u00ab\u00bb\n]{1,200})[\"'\u201d\u201c\u00bb]"
)
_ADDED = re.compile(r"[\"'\u201d\u00bb]\s*\+\s*[\"'\u201c\u00ab]|=\s*[\"']")
_LINKS = re.compile(r"(?<=[^\W\d_])[_\-.+](?=[^\W\d_])")
_FEWEST_LINKS = 2


def strip(text: Traced) -> Traced:
    """Return *text* without elements, comments, marks of emphasis and hyphens at line ends."""
    if _MARK.search(text.characters) is None:
        return text
    text = rewrite(text, _ELEMENT, lambda _: "")
    text = rewrite(text, _HYPHENATED, lambda _: "")
    if len(_IN_WORD.findall(text.characters)) >= _FEWEST_MARKS:
        text = rewrite(text, _EMPHASIS, lambda _: "")
    return text


def added_up(text: Traced) -> Traced:
    """Return the quoted pieces of *text* as one text, where pieces are added or named; else empty."""
    if _ADDED.search(text.characters) is None:
        return Traced("", ())
    places = [i for match in _QUOTED.finditer(text.characters) for i in range(*match.span(1))]
    said = "".join(text.characters[place] for place in places)
    return Traced(said, [text.origins[place] for place in places])


def unlink(text: Traced) -> Traced:
    """Return *text* with blanks for the signs that link its words, where it has no blanks of its own."""
    if len(text.characters.split(None, 1)) > 1:
        return text
    if len(_LINKS.findall(text.characters)) < _FEWEST_LINKS:
        return text
    return rewrite(text, _LINKS, lambda _: " ")
