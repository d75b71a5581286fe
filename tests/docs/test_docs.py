"""What the documentation says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """Every relative link and picture exists."""
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_setting_is_documented_and_read() -> None:
    """docs/settings.md and settings.py name the same variables."""
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE)
    )
    code = (ROOT / "src/raiment/settings.py").read_text()
    read = set(re.findall(r'"((?:RAIMENT_[A-Z_]+|DATABASE_URL))"', code))

    assert documented == read


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_docs_exist(page: Path) -> None:
    """Each ``raiment`` command and option, and each make target, that a page shows is real."""
    from typer.main import get_command

    from raiment.cli.main import app

    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            words = line.removeprefix("$ ").split("#")[0].split()
            if words[:1] == ["make"]:
                assert words[1] in targets, line
            if words and words[0] in {"raiment", ".venv/bin/raiment"}:
                _refuse_unknown(get_command(app), words[1:], line)


def _refuse_unknown(command: object, words: list[str], line: str) -> None:
    from typer.core import TyperGroup

    while isinstance(command, TyperGroup):
        assert words, line
        assert words[0] in command.list_commands(None), line  # type: ignore[arg-type]
        command, words = command.get_command(None, words[0]), words[1:]  # type: ignore[arg-type]
    options = {name for parameter in command.params for name in parameter.opts}  # type: ignore[attr-defined]
    assert {word for word in words if word.startswith("--")} <= options, line


def test_the_tree_names_no_machine_and_no_index() -> None:
    """No home folder and no address of a package index in any file of the repository."""
    import subprocess

    patterns = [f"--{option}" for option in ("index-url", "extra-index-url", "find-links")]
    arguments = [part for pattern in patterns for part in ("-e", pattern)]
    found = subprocess.run(
        ["git", "grep", "-nIF", *arguments, "--", ".", ":!tests/docs"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout == ""
