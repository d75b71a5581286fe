"""The law's terms in plain words, as the receipt and the case page say them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from raiment.casework.case import CaseState, ItemState
from raiment.casework.decision import Outcome

CLOCKS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("uk-osa", "removal"): "It is taken down, with every copy that we know of",
        ("us-take-it-down", "removal"): "It is taken down, with every copy that we know of",
        ("eu-dsa", "receipt"): "You have a receipt",
        ("eu-dsa", "decision"): "A person has decided, and you can read the decision",
        ("eu-dsa", "removal"): "It is removed, or nobody can open it any more",
    }
)
"""(regime, clock) -> what is done when that clock stops."""

MISSING: Mapping[str, str] = MappingProxyType(
    {
        "declared-intimate": "the tick that says it is an intimate image",
        "by-or-for-the-subject": "whether it is you in the image, or somebody you act for",
        "good-faith-and-truth": "the ticks that say the report is honest and true",
        "identified": "where the image is",
        "contact": "a way to reach you",
        "signed": "your typed signature (and, if you act for somebody, that you may)",
        "located": "where the image is",
        "without-consent": "the ticks on what it shows, on consent, and that you are honest",
        "explained": "the ticks on what it shows and on consent",
        "name-and-email": "your name and an e-mail address",
        "accurate": "the ticks that say the report is honest and complete",
    }
)
"""Requirement of a regime -> how we name what is missing."""

PLACES: Mapping[str, str] = MappingProxyType(
    {
        ItemState.LISTED: "we have asked for it to be hidden",
        ItemState.HIDDEN: "hidden",
        ItemState.REMOVED: "removed; we are checking that it is gone",
        ItemState.ABSENT: "gone; we checked",
        ItemState.RESTORED: "visible again",
    }
)
"""State of one place -> words, while nobody has decided; see ``VISIBLE``."""

VISIBLE: Mapping[str, str] = MappingProxyType(
    {
        CaseState.OPEN: PLACES[ItemState.LISTED],
        CaseState.REMOVING: "visible, as far as we know; we have asked for its removal",
        CaseState.RESTORING: "visible",
        CaseState.CLOSED: "visible",
    }
)
"""State of the case -> words for a place that is neither hidden nor removed, also not any more."""

DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        Outcome.REMOVE: (
            "It has to be removed, everywhere we find it. If somebody uploads it here again, it is blocked."
        ),
        Outcome.NOT_INTIMATE: (
            "The reviewer concluded that this is not an intimate image as the law describes one. "
            "So it is not removed."
        ),
        Outcome.NOT_SUBJECT: (
            "The reviewer concluded that the report came neither from the person in the image nor "
            "from somebody acting for them. So the image is not removed on this report."
        ),
    }
)
"""Outcome -> what it means for the person who reported."""

REDRESS: Mapping[str, str] = MappingProxyType(
    {
        "uk-osa": (
            "You can complain to the service where the image was; give your reference. It must handle your "
            "complaint in an expedited procedure (Online Safety Act s. 21(2A)). Sharing an intimate image "
            "without consent is a crime: you can also go to the police."
        ),
        "us-take-it-down": (
            "You can tell the Federal Trade Commission, which enforces the TAKE IT DOWN Act (ftc.gov)."
        ),
        "eu-dsa": (
            "For at least six months you can complain to the service free of charge (Digital Services Act "
            "Art. 20). You can also turn to a certified dispute settlement body (Art. 21), or to a court."
        ),
    }
)
"""Regime -> what a reporter can do about a decision."""

OWN_TARGET = "our own target: the law says “without undue delay”"
LAWS_LIMIT = "the limit set by law"
