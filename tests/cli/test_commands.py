"""The commands do what they say, and their exit statuses say how it went."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from raiment import __version__, errors
from raiment.adapters.observe import process
from raiment.adapters.observe.process import exit_status
from raiment.adapters.postgres.accounts import digest
from raiment.adapters.postgres.database import open_database
from raiment.settings import read_settings

PORTRAIT = Path(errors.__file__).parent / "demo" / "portrait.jpg"


def _descendants(kind: type[errors.RaimentError]) -> Iterator[type[errors.RaimentError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _descendants(child)


def test_every_error_has_an_exit_status_that_is_documented() -> None:
    """No error of the tree is taken for a defect, and the table lists each status."""
    roots = {errors.RaimentError, errors.ServiceError}
    for kind in _descendants(errors.RaimentError):
        status = exit_status(kind)
        assert (status == process.DEFECT) == (kind in roots)
        assert f"\n{status} " in (process.__doc__ or "")


def test_an_account_is_made_shown_and_ended(shell: Any) -> None:
    """A one-time link is all that is handed out; names are unique."""
    made = shell.run("account", "add", "zoe", "--role", "lead")
    assert made.status == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8484/console/\S+/[\w-]{43}\n", made.out)
    assert shell.run("account", "list").out == "zoe\tlead\tno password yet\n"

    again = shell.run("account", "add", "zoe")
    assert (again.status, again.err) == (73, "raiment: an account of this name exists\n")
    for alike in ("ZOE", " zoe ", "\uff5aoe"):
        assert shell.run("account", "add", alike).status == 73
    link = shell.run("account", "link", "zoe")
    assert link.status == 0
    assert link.out != made.out

    assert shell.run("account", "disable", "zoe").status == 0
    assert shell.run("account", "list").out == "zoe\tlead\tdisabled\n"
    gone = shell.run("account", "disable", "zoe")
    assert (gone.status, gone.err) == (66, "raiment: no such account\n")
    assert shell.run("account", "add", "bad\nname").status == 65


async def test_a_key_is_shown_once_and_revoked(shell: Any) -> None:
    """The database keeps a digest; a revoked key opens nothing."""
    made = shell.run("key", "add", "tool", "--scope", "gateway", "--scope", "content")
    secret = made.out.strip()
    assert re.fullmatch(r"rmt_[\w-]{43}", secret)
    database = open_database(shell.environment["DATABASE_URL"])
    async with database.read() as tx:
        key = await tx.accounts.key(secret)
        assert key is not None
        assert key.scopes == {"gateway", "content"}
        assert len(digest(secret)) == 32

    listed = shell.run("key", "list").out
    assert listed == f"{key.id}\ttool\tcontent,gateway\tlive\n"
    assert secret not in listed
    assert shell.run("key", "revoke", key.id).status == 0
    async with database.read() as tx:
        assert await tx.accounts.key(secret) is None
    await database.close()
    assert shell.run("key", "revoke", key.id).status == 66
    assert shell.run("key", "add", "tool", "--scope", "everything").status == 65


def test_the_log_is_exported_and_verified(shell: Any, tmp_path: Path) -> None:
    """An export verifies under the published key, continues an older one, and damage is named."""
    shell.run("account", "add", "zoe")
    exported = shell.run("log", "export", "one.jsonl")
    assert (exported.status, exported.out) == (0, "1 entries\n")
    key = shell.run("log", "key").out.strip()
    header = json.loads((tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (tmp_path / "note").write_text(header["checkpoint"], encoding="utf-8")
    shell.run("account", "add", "ann")
    assert shell.run("log", "export", "one.jsonl").status == 73
    shell.run("log", "export", "two.jsonl")

    blind = {"DATABASE_URL": "postgresql://127.0.0.1:1/none"}
    good = shell.run("log", "verify", "two.jsonl", "--key", key, "--earlier", "note", **blind)
    assert good.status == 0
    assert "verified: 2 entries" in good.out
    assert "continues the checkpoint of 1 entries" in good.out
    assert "NOT TRUSTED" not in good.out
    assert "NOT TRUSTED" in shell.run("log", "verify", "two.jsonl").out

    text = (tmp_path / "two.jsonl").read_text(encoding="utf-8")
    (tmp_path / "bad.jsonl").write_text(text.replace("account.created", "account.disabled"))
    bad = shell.run("log", "verify", "bad.jsonl", "--key", key)
    assert (bad.status, bad.out) == (65, "")
    assert bad.err.startswith("raiment: line 2: ")
    assert shell.run("log", "verify", "none.jsonl").status == 65


def test_a_backup_is_restored(shell: Any, tmp_path: Path, embedded_server: Any) -> None:
    """What was kept is there again, in another database; nothing is overwritten unasked."""
    shell.run("account", "add", "zoe")
    saved = shell.run("backup", "saved")
    assert saved.status == 0
    assert shell.run("backup", "saved").status == 73
    assert shell.run("restore", "saved").status == 73
    (tmp_path / "junk").write_bytes(b"PK junk")

    with embedded_server.database(migrated=False) as url:
        assert shell.run("restore", "junk", DATABASE_URL=url).status == 65
        assert shell.run("restore", "saved", DATABASE_URL=url).status == 0
        assert "zoe" in shell.run("account", "list", DATABASE_URL=url).out


def test_the_platform_is_told_the_secret_in_force(bare: Callable[..., Any]) -> None:
    """The installation's own, the same each time, unless the operator set one."""
    own = bare("webhook", "secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=\n", own.out)
    assert bare("webhook", "secret").out == own.out
    chosen = {
        "RAIMENT_PLATFORM_WEBHOOK_URL": "http://127.0.0.1:1/",
        "RAIMENT_PLATFORM_WEBHOOK_SECRET": "whsec_" + "QUJD" * 11,
    }
    assert bare("webhook", "secret", **chosen).out == "whsec_" + "QUJD" * 11 + "\n"


def test_the_database_is_named_for_psql(shell: Any, bare: Callable[..., Any]) -> None:
    """The operator's as it was set, the embedded one by its socket."""
    assert shell.run("database", "url").out.strip() == shell.environment["DATABASE_URL"]
    embedded = bare("database", "url", DATABASE_URL="").out
    assert embedded.startswith("postgresql://raiment@/raiment?host=")


def test_pictures_are_hashed_line_by_line(bare: Callable[..., Any], tmp_path: Path) -> None:
    """One line for each file, in order; one that cannot be read says why and spoils no other."""
    (tmp_path / "text").write_text("no picture")
    ran = bare("hash", PORTRAIT, "text", "missing", PORTRAIT)
    lines = [json.loads(line) for line in ran.out.splitlines()]

    assert ran.status == 65
    assert [line["file"] for line in lines] == [str(PORTRAIT), "text", "missing", str(PORTRAIT)]
    assert re.fullmatch("[0-9a-f]{64}", lines[0]["pdq"])
    assert lines[0]["quality"] == 100
    assert lines[0]["error"] is None
    assert lines[0] == lines[3]
    assert lines[1]["pdq"] is None
    assert len(lines[1]["sha256"]) == 64
    assert lines[2]["sha256"] is None
    assert lines[1]["error"]
    assert lines[2]["error"]
    assert bare("hash", PORTRAIT).status == 0


def test_words_are_judged_line_by_line(bare: Callable[..., Any]) -> None:
    """Each line gets one answer, whatever is in the other lines."""
    asked = [
        b'{"text": "make the sky blue", "modality": "edit"}',
        b"not json",
        b'{"text": "remove her clothes", "modality": "edit", "source_person": true}',
        b'{"text": "a", "modality": "video"}',
        b'{"text": 3}',
        b'{"text": "a", "unknown": 1}',
        b"\xff\xfe",
        b'{"text": "smaller", "modality": "edit", "history": ["make the bag red"]}',
    ]
    ran = bare("words", given=b"\n".join(asked))
    answers = [json.loads(line) for line in ran.out.splitlines()]

    assert ran.status == 65
    verdicts = [answer.get("verdict") for answer in answers]
    assert verdicts[:3] == ["allow", None, "block"]
    assert [("error" in answer) for answer in answers] == [
        False, True, False, True, True, True, True, False,
    ]  # fmt: skip
    assert set(answers[2]["intents"]) == {"undress", "reveal", "sexualise"}
    assert {"who", "minor", "language", "disguise", "spans"} <= set(answers[2])
    assert bare("words", given=asked[0]).status == 0


def test_words_of_an_untold_use_are_read_as_an_edit_too(bare: Callable[..., Any]) -> None:
    """A source or a history that is told of says that it is one."""
    asked: list[dict[str, object]] = [
        {"text": "make tom nude", "modality": "generate"},
        {"text": "make tom nude"},
        {"text": "make tom nude", "modality": "either"},
        {"text": "make tom nude", "source_person": True},
        {"text": "make tom nude", "history": ["a red shirt"]},
        {"text": "make tom smile"},
    ]
    ran = bare("words", given="\n".join(map(json.dumps, asked)).encode())

    verdicts = [json.loads(line)["verdict"] for line in ran.out.splitlines()]
    assert verdicts == ["allow", "hold", "hold", "block", "block", "allow"]


def test_what_is_wrong_is_said_in_one_line(shell: Any, bare: Callable[..., Any]) -> None:
    """No trace of the inside for errors people can act on; each kind with its own status."""
    unreachable = shell.run(
        "account", "list", DATABASE_URL="postgresql://127.0.0.1:1/none?connect_timeout=2"
    )
    assert (unreachable.status, unreachable.out) == (75, "")
    wrong_setting = bare("account", "list", RAIMENT_LISTEN="nowhere")
    assert wrong_setting.status == 78
    assert wrong_setting.err.startswith("raiment: RAIMENT_LISTEN: ")
    shell.run("account", "list")
    wrong_secret = shell.run("account", "list", RAIMENT_SECRET="00" * 32)
    assert wrong_secret.status == 78
    for ran in (unreachable, wrong_setting, wrong_secret):
        assert len(ran.err.splitlines()) == 1
        assert "Traceback" not in ran.err
    assert bare("nonsense").status == 2
    assert bare("account", "add").status == 2
    assert bare("version").out == f"{__version__}\n"


def test_help_names_every_command(bare: Callable[..., Any]) -> None:
    """Each command can be loaded, and says what it does."""
    from raiment.cli.main import COMMANDS

    ran = bare("--help")
    assert ran.status == 0
    for name in COMMANDS:
        assert re.search(rf"^│ {name} +\w+", ran.out, re.MULTILINE)


def test_the_demonstration_platform_is_the_platform_unless_one_is_set() -> None:
    """Switching it on is enough to try; connecting a real one is enough to leave it."""
    demo = read_settings({"RAIMENT_DEMO": "true", "RAIMENT_DEMO_LISTEN": "127.0.0.1:9000"})
    assert demo.platform is not None
    assert demo.platform.webhook_url == "http://127.0.0.1:9000/webhooks"
    assert demo.platform.media_origin == "http://127.0.0.1:9000"
    both = {"RAIMENT_DEMO": "1", "RAIMENT_PLATFORM_WEBHOOK_URL": "https://site.example/hooks"}
    real = read_settings(both).platform
    assert real is not None
    assert real.webhook_url == "https://site.example/hooks"
    assert read_settings({}).platform is None
