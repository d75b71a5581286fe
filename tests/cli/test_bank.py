"""``raiment bank``: lists come in and go out, also when they are broken or interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest


def values(count: int, kind: str = "pdq") -> list[str]:
    """Return *count* values that look like a list's."""
    digits = {"pdq": 64, "sha256": 64, "md5": 32}[kind]
    return [sha256(f"{kind} {n}".encode()).hexdigest()[:digits] for n in range(count)]


@pytest.fixture
def bank(shell: Any) -> Any:
    """An installation with an empty bank, LIST."""
    assert shell.run("bank", "add", "LIST", "--kind", "outside", "--radius", 20).status == 0
    return shell


def held(shell: Any) -> list[tuple[str, str]]:
    """Return type and value of all entries."""
    with psycopg.connect(shell.environment["DATABASE_URL"]) as connection:
        query = "select signal_type, value from bank_entries order by number"
        return connection.execute(query).fetchall()  # type: ignore[return-value]


def test_a_bank_is_made_and_listed(bank: Any) -> None:
    """Made twice it is the same bank; of another kind it is a conflict."""
    first = bank.run("bank", "list").out
    again = bank.run("bank", "add", "LIST", "--kind", "outside", "--radius", 20)

    assert first == f"{again.out.strip()}\tLIST\toutside\t20\n"
    assert bank.run("bank", "add", "LIST", "--kind", "allow").status == 73
    assert bank.run("bank", "add", "a list", "--kind", "allow").status == 65
    hotline = ("bank", "add", "HOTLINE", "--category", "child")
    assert bank.run(*hotline, "--kind", "allow").status == 65
    assert bank.run(*hotline, "--kind", "outside").status == 0
    assert bank.run("bank", "list").out.splitlines()[0].endswith("HOTLINE\toutside\t31\tchild")


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_what_is_exported_is_what_was_imported(bank: Any, tmp_path: Path, suffix: str) -> None:
    """Types, values, labels and ends, in either format."""
    given = tmp_path / f"given.{suffix}"
    entries = [
        {"type": "pdq", "value": values(1)[0], "labels": ["a", "b c"]},
        {"type": "md5", "value": values(1, "md5")[0], "labels": []},
        {"type": "sha256", "value": values(1, "sha256")[0], "labels": [],
         "expires_at": "2099-01-01T00:00:00+00:00"},
    ]  # fmt: skip
    if suffix == "csv":
        rows = [
            f"{e['type']},{e['value']},{'|'.join(e['labels'])},{e.get('expires_at', '')}"
            for e in entries
        ]
        given.write_text("\n".join(["type,value,labels,expires_at", *rows, ""]))
    else:
        given.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    done = bank.run("bank", "import", given, "--bank", "LIST")
    assert (done.status, done.err.strip()) == (0, "3 new, 0 known already, 0 bad lines")

    out = bank.run("bank", "export", "--bank", "LIST").out
    assert [json.loads(line) for line in out.splitlines()] == entries
    taken = tmp_path / f"taken.{suffix}"
    assert bank.run("bank", "export", taken, "--bank", "LIST").status == 0
    if suffix == "csv":
        assert taken.read_text() == given.read_text()
    assert bank.run("bank", "export", taken, "--bank", "LIST").status == 65


def test_bad_lines_are_told_with_their_number_and_skipped(bank: Any, tmp_path: Path) -> None:
    """With --strict nothing of their batch is added."""
    good = values(3)
    given = tmp_path / "list.csv"
    broken = ["x" * 64, "", f"{good[1]},too many", good[2][:-1], '"', "y" * 70_000]
    given.write_bytes(
        b"\n".join(
            [b"value", good[0].encode(), *map(str.encode, broken), b"\xff", good[2].encode()]
        )
    )

    strict = bank.run("bank", "import", given, "--bank", "LIST", "--type", "pdq", "--strict")
    assert strict.status == 65
    assert strict.err.startswith("raiment: line 3: ")
    assert held(bank) == []

    done = bank.run("bank", "import", given, "--bank", "LIST", "--type", "pdq")
    assert done.status == 0
    told = [line.split(":")[0] for line in done.err.splitlines() if line.startswith("line")]
    assert told == ["line 3", "line 6", "line 7", "line 8", "line 9"]
    assert held(bank) == [("pdq", good[0]), ("pdq", good[1]), ("pdq", good[2])]
    assert not any(value in done.err for value in good)


@pytest.mark.faults
def test_an_interrupted_import_goes_on_where_it_stopped(bank: Any, tmp_path: Path) -> None:
    """Killed in the middle and run again: every entry once, and no line read twice."""
    given = tmp_path / "list.jsonl"
    listed = values(8_000)
    given.write_text("".join(json.dumps({"type": "pdq", "value": one}) + "\n" for one in listed))
    command = [sys.executable, "-m", "raiment.cli", "bank", "import", given, "--bank", "LIST"]
    with subprocess.Popen(
        command, env=os.environ | bank.environment, stderr=subprocess.DEVNULL
    ) as process:
        while not held(bank):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    before = len(held(bank))
    assert 0 < before < len(listed)
    assert before % 1000 == 0

    done = bank.run("bank", "import", given, "--bank", "LIST")

    assert done.err.strip() == f"{len(listed) - before} new, 0 known already, 0 bad lines"
    assert held(bank) == [("pdq", one) for one in listed]
    again = bank.run("bank", "import", given, "--bank", "LIST")
    assert again.err.strip() == "0 new, 0 known already, 0 bad lines"


def test_what_cannot_be_imported_is_said(bank: Any, tmp_path: Path) -> None:
    """No such bank, no such file, no such format, no header."""
    given = tmp_path / "list.csv"
    given.write_text("hash\n" + values(1)[0])

    assert bank.run("bank", "import", given, "--bank", "LIST").status == 65
    assert bank.run("bank", "import", given, "--bank", "OTHER").status == 66
    assert bank.run("bank", "import", tmp_path / "none.csv", "--bank", "LIST").status == 65
    assert bank.run("bank", "import", tmp_path / "list.txt", "--bank", "LIST").status == 65
