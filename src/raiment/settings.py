"""
The settings tree: frozen, read once by ``bootstrap``.

Nothing else reads the environment. What is law or protocol is code, not a setting. Every variable is
described in ``docs/settings.md``; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from raiment.adviser_settings import Adviser, read_advisers
from raiment.errors import ConfigurationError

ROLES = ("gateway", "api", "public", "console", "worker")
REGIMES = ("uk-osa", "us-take-it-down", "eu-dsa")
WORDS = ("full", "fast")
EFFECTS = ("allow", "hold", "block")
"""What a rule may be chosen to do; as ``policy.rule.Effect``, which takes long to load."""

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_SECRET_BYTES = 32
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address as a URL for this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Upstream:
    """An image generator with an OpenAI-shaped API."""

    base_url: str
    """Up to and including the version segment, e.g. ``https://api.example/v1``."""
    api_key: str | None
    """Sent upstream as a bearer token; the client's Raiment key never is."""


@dataclass(frozen=True, slots=True)
class Platform:
    """The place where images are published, which carries out our actions."""

    webhook_url: str
    """Receives hide, remove, restore and verify as Standard Webhooks."""
    webhook_secret: str | None
    """``whsec_…``; derived from the installation's secret when unset (``raiment webhook secret``)."""
    media_origin: str | None
    """The one origin from which previews may be fetched, e.g. ``https://media.example``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the operator may set."""

    data_dir: Path
    """Private folder: embedded database, secret."""
    database_url: str | None
    """The operator's PostgreSQL; None means the embedded one."""
    secret: bytes | None
    """32 bytes from which every key of the installation is derived; None means ``secret.key`` in *data_dir*."""
    web: Address
    """Where the API, the report pages and the console listen."""
    gateway: Address
    """Where the gateway listens, apart from people's pages."""
    public_url: str
    """How people reach the site; used in links, cookies and origin checks."""
    trusted_proxies: tuple[str, ...]
    """Addresses whose ``X-Forwarded-For`` is believed for rate limits."""
    roles: tuple[str, ...]
    log_origin: str
    """Name of the evidence log in its checkpoints (C2SP tlog-checkpoint origin)."""
    upstream: Upstream | None
    """None means the built-in ``demo`` upstream: ordinary picture filters, no key needed."""
    platform: Platform | None
    """None: actions wait, visibly, until a platform is connected."""
    rules: tuple[tuple[str, str], ...]
    """Ids of rules with the effect that the operator chose: allow, hold or block."""
    words: str
    """Tiers that read a request's words: ``full``, or ``fast`` without the encoder."""
    encoder: Path | None
    """Folder of an encoder of the operator's own and the weights made for it; None: the one that ships."""
    regimes: tuple[str, ...]
    """Bodies of law whose clocks start at a report."""
    advisers: tuple[Adviser, ...]
    """Detectors outside that are asked what they think of a request's words; none is the default."""
    fetch_hosts: frozenset[tuple[str, int]]
    """Hosts and ports from which pictures are fetched wherever they are; all others must be public."""
    upstream_models: tuple[str, ...]
    """Models that callers may name at the gateway, the one for who names none first; empty: any."""
    demo: Address | None
    """Where the demonstration platform listens; None leaves it out. It is *platform* where none is set."""

    @property
    def secure(self) -> bool:
        """Whether people reach us over TLS (decides cookie flags)."""
        return self.public_url.startswith("https://")


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Build the tree from *environment*; raise ConfigurationError naming the first bad variable."""
    web = _address(environment, "RAIMENT_LISTEN", "127.0.0.1:8484")
    demo = _demo(environment)
    words = _words(environment.get("RAIMENT_WORDS") or WORDS[0])
    return Settings(
        data_dir=Path(environment.get("RAIMENT_DATA_DIR") or "raiment-data").absolute(),
        database_url=_database_url(environment.get("DATABASE_URL")),
        secret=_secret(environment.get("RAIMENT_SECRET")),
        web=web,
        gateway=_address(environment, "RAIMENT_GATEWAY_LISTEN", "127.0.0.1:8485"),
        public_url=_url(environment, "RAIMENT_PUBLIC_URL") or web.url,
        trusted_proxies=_names(environment.get("RAIMENT_TRUSTED_PROXIES", "")),
        roles=_subset(environment, "RAIMENT_ROLES", ROLES),
        log_origin=_origin(environment.get("RAIMENT_LOG_ORIGIN") or "raiment.localhost/log"),
        upstream=_upstream(environment),
        platform=_platform(environment, demo),
        rules=_rules(environment.get("RAIMENT_RULES", "")),
        words=words,
        encoder=_encoder(environment.get("RAIMENT_ENCODER"), words),
        regimes=_subset(environment, "RAIMENT_REGIMES", REGIMES),
        advisers=read_advisers(environment.get("RAIMENT_OPINIONS")),
        fetch_hosts=_fetch_hosts(environment),
        upstream_models=_names(environment.get("RAIMENT_UPSTREAM_MODELS", "")),
        demo=demo,
    )


def parse_roles(text: str) -> tuple[str, ...]:
    """Read a comma-separated list of roles (the ``--roles`` option)."""
    return _subset({"RAIMENT_ROLES": text}, "RAIMENT_ROLES", ROLES)


def _words(text: str) -> str:
    if text not in WORDS:
        raise ConfigurationError("RAIMENT_WORDS", f"must be one of {', '.join(WORDS)}")
    return text


def _encoder(text: str | None, words: str) -> Path | None:
    if not text:
        return None
    if words == "fast":
        raise ConfigurationError("RAIMENT_ENCODER", "RAIMENT_WORDS=fast reads without an encoder")
    return Path(text).absolute()


def _address(environment: Mapping[str, str], name: str, default: str) -> Address:
    host, _, port = (environment.get(name) or default).rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _LAST_PORT:
        raise ConfigurationError(name, f"must be host:port, e.g. {default}")
    return Address(host.strip("[]"), int(port))


def _database_url(text: str | None) -> str | None:
    if not text:
        return None
    scheme = urlsplit(text).scheme
    if scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ConfigurationError("DATABASE_URL", "must be a postgresql:// URL")
    return "postgresql" + text[len(scheme) :]


def _secret(text: str | None) -> bytes | None:
    if not text:
        return None
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != _SECRET_BYTES:
        raise ConfigurationError("RAIMENT_SECRET", "must be 64 hex digits (openssl rand -hex 32)")
    return secret


def _url(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name)
    if not text:
        return None
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigurationError(name, "must be an http:// or https:// URL")
    return text.rstrip("/")


def _fetch_hosts(environment: Mapping[str, str]) -> frozenset[tuple[str, int]]:
    name = "RAIMENT_FETCH_HOSTS"
    hosts: set[tuple[str, int]] = set()
    for one in _names(environment.get(name, "")):
        try:
            parts = urlsplit(f"//{one}")
            host, port, bare = parts.hostname, parts.port, parts.netloc == one and "@" not in one
        except ValueError:
            host, port, bare = None, None, False
        if not host or not bare:
            raise ConfigurationError(name, "must be a list of hosts: media.example, 10.0.0.7:8080")
        hosts |= {(host, port)} if port else {(host, 80), (host, 443)}
    return frozenset(hosts)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _subset(environment: Mapping[str, str], name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    text = environment.get(name)
    if not text:
        return known
    chosen = _names(text)
    unknown = [part for part in chosen if part not in known]
    if unknown or not chosen:
        raise ConfigurationError(name, f"must be a comma-separated list of: {', '.join(known)}")
    return tuple(part for part in known if part in chosen)


def _rules(text: str) -> tuple[tuple[str, str], ...]:
    """Read ``<rule>=<effect>, …``; whether there is such a rule, and it offers that, the packs know."""
    chosen: dict[str, str] = {}
    for part in _names(text):
        rule, _, effect = (piece.strip() for piece in part.partition("="))
        if not rule or effect not in EFFECTS or rule in chosen:
            raise ConfigurationError(
                "RAIMENT_RULES", f"must be <rule>=<{'|'.join(EFFECTS)}>, each rule once"
            )
        chosen[rule] = effect
    return tuple(chosen.items())


def _origin(text: str) -> str:
    if any(c.isspace() or c == "+" for c in text):
        raise ConfigurationError("RAIMENT_LOG_ORIGIN", "must hold neither blanks nor '+'")
    return text


def _upstream(environment: Mapping[str, str]) -> Upstream | None:
    if environment.get("RAIMENT_UPSTREAM_URL", "demo") in {"", "demo"}:
        return None
    base_url = _url(environment, "RAIMENT_UPSTREAM_URL")
    assert base_url is not None
    return Upstream(base_url, environment.get("RAIMENT_UPSTREAM_KEY") or None)


def _demo(environment: Mapping[str, str]) -> Address | None:
    listen = _address(environment, "RAIMENT_DEMO_LISTEN", "127.0.0.1:8486")
    return listen if _switch(environment, "RAIMENT_DEMO") else None


def _platform(environment: Mapping[str, str], demo: Address | None) -> Platform | None:
    webhook_url = _url(environment, "RAIMENT_PLATFORM_WEBHOOK_URL")
    secret = environment.get("RAIMENT_PLATFORM_WEBHOOK_SECRET") or None
    if webhook_url is not None:
        return Platform(webhook_url, secret, _url(environment, "RAIMENT_PLATFORM_MEDIA_ORIGIN"))
    if demo is not None:
        return Platform(f"{demo.url}/webhooks", secret, demo.url)
    return None


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "").lower()
    if text in _TRUE:
        return True
    if text in _FALSE or not text:
        return False
    raise ConfigurationError(name, "must be true or false")
