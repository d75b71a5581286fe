"""What an operator may set, and what is refused at the start, by name."""

from __future__ import annotations

import pytest

from raiment.errors import ConfigurationError
from raiment.settings import read_settings


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("", set()),
        ("media.example", {("media.example", 80), ("media.example", 443)}),
        ("Media.Example:8080", {("media.example", 8080)}),
        (" 10.0.0.7:8080 , [::1]:9000 ", {("10.0.0.7", 8080), ("::1", 9000)}),
    ],
)
def test_hosts_to_fetch_from_are_read(text: str, hosts: set[tuple[str, int]]) -> None:
    """With a port, that one; without, those of the web."""
    assert read_settings({"RAIMENT_FETCH_HOSTS": text}).fetch_hosts == hosts


@pytest.mark.parametrize(
    "text",
    [
        "https://media.example",
        "media.example/pictures",
        "user@media.example",
        "media.example:99999",
        "media.example:port",
        "[::1",
        ":8080",
        "media.example?x",
    ],
)
def test_what_is_no_host_stops_the_start(text: str) -> None:
    """A whole address, or half a one, is a mistake that must not open anything."""
    with pytest.raises(ConfigurationError) as refused:
        read_settings({"RAIMENT_FETCH_HOSTS": f"good.example, {text}"})
    assert refused.value.setting == "RAIMENT_FETCH_HOSTS"
