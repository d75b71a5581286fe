"""The concepts a lexicon table may use, each with what belongs under it."""

from __future__ import annotations

CONCEPTS: dict[str, str] = {
    "undress": "verbs that take a person's clothes off and mean nothing else",
    "strip": "verbs that take off what somebody wears, a hat as well as a shirt",
    "remove": "verbs that remove anything at all",
    "show": "to show, reveal, expose, see, imagine",
    "replace": "to replace, turn into, swap",
    "wear": "to wear, put on, put somebody in, dress in",
    "add": "to add, make, give, generate",
    "under": "under, beneath the clothes",
    "clothes": "clothing as a whole",
    "garment": "one piece that covers the body",
    "neckline": "edges of a garment that move to show more",
    "cover": "what covers a body without being worn for it: towel, blanket, drape",
    "scrap": "what hides little when it is all somebody wears: leaves, tape, foam, hair",
    "underwear": "pieces worn next to the skin",
    "skimpy": "bikini, thong and other wear that is mostly absence",
    "swimwear": "ordinary swimwear",
    "outer": "outer layers and accessories, harmless to take off",
    "veil": "religious covering",
    "detail": "parts of a garment, marks, things on it or around it",
    "colour": "colours: to recolour is no undressing",
    "everything": "all of it",
    "nude": "naked, nude, and phrases for it",
    "shirtless": "bare above the waist, ordinary for men",
    "nothing": "nothing, none, empty: said of what is worn",
    "only": "wearing only: whatever follows is all there is",
    "without": "without, no, not wearing",
    "sheer": "see-through",
    "wet": "wet, soaked",
    "less": "smaller, shorter, tighter, lower",
    "tiny": "tiny, tight, torn, open: ordinary of a garment until somebody is put in it",
    "revealing": "revealing, skimpy, exposed",
    "part": "intimate parts of the body",
    "skin": "skin, body, and parts that are intimate only when bared",
    "bare": "bare, exposed, as an adjective of skin",
    "bigger": "bigger, emphasised",
    "sexual": "sexy, erotic, seductive",
    "explicit": "words for sexual acts and for pornography",
    "pose": "sexual poses and assaults",
    "stance": "poses and places that are sexual only with something else that is",
    "fluid": "fluids and their look-alikes poured on somebody",
    "pronoun": "a particular person: her, him, this woman",
    "definite": "the woman, the man: somebody in the picture of an edit, anybody in a caption",
    "people": "a person by kind: woman, man, model",
    "photo": "the picture in hand: this photo, the image",
    "acquaintance": "somebody the writer knows: coworker, sister",
    "famous": "somebody the public knows: actress, president, celebrity",
    "fiction": "figures nobody is: anime, statue, elf",
    "minor": "words for children and adolescents",
    "years": "the word after a number of years of age",
    "adult": "words that say somebody is grown up",
    "harmless": "phrases in which a charged word means something else; they swallow it",
    "thing": "objects one strips, bares or undresses without anybody being naked",
    "shop": "a shop's words: mannequin, catalogue",
    "medical": "a clinic's words",
    "art": "a museum's and studio's words",
    "negation": "not, never, do not: what follows is refused",
    "of": "words that put the following thing in the background: from, on, of",
    "keep": "to leave on, keep on",
    "dressed": "clothed, wearing clothes: said of what a negative prompt denies",
    "ordinary": "words that look like a charged one of this or another language, and are not",
    "it": "it, that: what the edit before was about",
    "negative": "the words that open a negative prompt",
    "again": "again, more, further, continue, next layer",
    "consent": "claims of permission",
    "ignore": "instructions to ignore rules",
    "role": "role-play and hypotheticals",
    "film": "film, theatre",
    "common": "frequent words of no meaning here, by which a language is known",
    "function": "grammar words: they stand between any two others",
}

CHARGED = frozenset(
    {
        "undress",
        "clothes",
        "garment",
        "underwear",
        "skimpy",
        "nude",
        "sheer",
        "part",
        "sexual",
        "explicit",
    }
)
"""Concepts that make a hidden text worth reading."""

SPELT = frozenset(
    {"undress", "clothes", "underwear", "nude", "sheer", "revealing", "without", "remove"}
)
"""Concepts whose words are recognised when misspelt."""

TELLING = frozenset(
    {
        *CHARGED,
        "swimwear",
        "strip",
        "cover",
        "veil",
        "bare",
        "skin",
        "nothing",
        "only",
        "everything",
        "shirtless",
        "revealing",
        "pose",
        "fluid",
        "neckline",
        "negative",
    }
)
"""Every rule needs a word of one of these: what is far from all of them says nothing."""

SETTING = frozenset(
    {
        "acquaintance",
        "famous",
        "minor",
        "years",
        "photo",
        "pronoun",
        "definite",
        "people",
        "fiction",
        "outer",
        "shop",
        "medical",
        "art",
        "consent",
        "ignore",
        "role",
        "film",
    }
)
"""Concepts that matter wherever they stand: of whom, in what surroundings, under what pretext."""
