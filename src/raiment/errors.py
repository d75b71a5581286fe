"""
The whole exception tree.

RaimentError
├── ConfigurationError          the operator set something that cannot work; raised at start
├── LogError                    the log, or what claims to come from it, does not hold together
│   ├── EntryInvalid            a record or entry that the log cannot hold (names the field)
│   ├── CheckpointInvalid       a note or key that is malformed, or not signed by the key
│   ├── ProofInvalid            a Merkle proof that does not lead to the root
│   └── ExportInvalid           an export that is damaged or forged (names the line)
└── ServiceError                something a caller is told, each with a stable ``code``
    ├── InvalidInput            a field is missing, malformed or over a limit (names the field)
    │   ├── InvalidPolicy       a rule set or regime that cannot be used (names rule, line:column)
    │   ├── UnreadableImage     the bytes are no image we can read
    │   ├── Unfetchable         an address from which no picture may, or can, be fetched
    │   ├── UnknownParameter    a parameter that no part of Raiment looks at, so none passes it on
    │   ├── UnknownModel        a model that the operator has not opened to callers
    │   ├── UnscreenedSource    a picture that is pointed at, not sent, so nobody here can look at it
    │   └── TooLarge            more bytes, pixels or items than the limit
    ├── NotAuthenticated        no or wrong credentials
    ├── NotPermitted            the credentials do not carry the permission
    ├── NotFound                no such thing, or none the caller may know of
    ├── Conflict                the thing moved on, or exists already
    ├── RateLimited             too many calls; says when to come back
    └── Unavailable             a part we need is missing, slow or broken; never means "safe"
"""

from __future__ import annotations


class RaimentError(Exception):
    """Anything Raiment raises on purpose."""


class ConfigurationError(RaimentError):
    """A setting cannot work. *setting* is the environment variable's name."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
        self.reason = reason


class LogError(RaimentError):
    """The log, or what claims to come from it, does not hold together."""

    code = "log-error"


class EntryInvalid(LogError):
    """*field* does not hold what a log entry must hold. The text never quotes the value."""

    code = "entry-invalid"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class CheckpointInvalid(LogError):
    """A checkpoint, its note or a verification key is malformed or does not verify."""

    code = "checkpoint-invalid"


class ProofInvalid(LogError):
    """An inclusion or consistency proof does not show what it claims."""

    code = "proof-invalid"


class ExportInvalid(LogError):
    """Line *line* (the first is 1) shows that the export is not what the log signed."""

    code = "export-invalid"

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class ServiceError(RaimentError):
    """An error a caller is told about. ``code`` never changes once published."""

    code = "service-error"


class InvalidInput(ServiceError):
    """*field* (a path such as ``images.0.image_url``) does not hold what it must."""

    code = "invalid-input"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class InvalidPolicy(InvalidInput):
    """The text of a rule set or regime cannot be used. *field* is ``rules.<id>.<key>`` or such."""

    code = "invalid-policy"


class UnreadableImage(InvalidInput):
    """The bytes in *field* are not an image Raiment can read safely."""

    code = "unreadable-image"


class Unfetchable(InvalidInput):
    """The address in *field* is not one from which Raiment fetches, or nothing could be had there."""

    code = "unfetchable"


class UnknownParameter(InvalidInput):
    """*field* is a parameter that nobody here looks at: passed on, it could hold anything."""

    code = "unknown-parameter"


class UnknownModel(InvalidInput):
    """*field* names a model that is not one of those the operator lets callers ask."""

    code = "model-not-found"


class UnscreenedSource(InvalidInput):
    """*field* points at a picture that is not sent along: passed on, nobody would have looked at it."""

    code = "unscreened-source"


class TooLarge(InvalidInput):
    """*field* holds more than *limit* (bytes, pixels, items: *reason* says which)."""

    code = "too-large"

    def __init__(self, field: str, reason: str, *, limit: int) -> None:
        super().__init__(field, reason)
        self.limit = limit


class NotAuthenticated(ServiceError):
    """No credentials, or credentials that do not hold."""

    code = "not-authenticated"


class NotPermitted(ServiceError):
    """The caller is known but lacks *permission*."""

    code = "not-permitted"

    def __init__(self, permission: str) -> None:
        super().__init__(f"this needs the permission {permission}")
        self.permission = permission


class NotFound(ServiceError):
    """There is no such *noun*, or none that this caller may know of."""

    code = "not-found"

    def __init__(self, noun: str) -> None:
        super().__init__(f"no such {noun}")
        self.noun = noun


class Conflict(ServiceError):
    """The thing moved on since the caller looked, or it exists already."""

    code = "conflict"


class RateLimited(ServiceError):
    """Too many calls. *retry_after* is in whole seconds."""

    code = "rate-limited"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests; try again in {retry_after} s")
        self.retry_after = retry_after


class Unavailable(ServiceError):
    """*part* is missing, slow or broken. Never to be read as "no match" or "safe"."""

    code = "unavailable"

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(f"{part}: {reason}")
        self.part = part
        self.reason = reason
