"""
The posts of the demonstration platform, and what it did for which webhook.

Kept in memory and, at each change, written as JSON lines to one file, which is replaced whole: a post and the
webhook that changed it are never apart, whenever the process is killed. Pictures lie beside it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec

from raiment.casework.action import ActionKind, ActionOutcome


class PostState(StrEnum):
    """Who can see a post: everybody, staff, nobody."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Post:
    """One picture somebody published."""

    id: str
    author: str
    mime: str
    state: PostState
    removals: int
    """How often it was really removed; the promise is: at most once."""


@dataclass(frozen=True, slots=True)
class Call:
    """A webhook that was carried out, and what was answered."""

    id: str
    kind: ActionKind
    outcome: ActionOutcome
    received: int
    """How often it came."""


class _Line(msgspec.Struct, omit_defaults=True):
    post: Post | None = None
    call: Call | None = None


class Gallery:
    """The posts kept in *folder*, which is made, private, where it is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._file = folder / "posts.jsonl"
        self._posts: dict[str, Post] = {}
        self._calls: dict[str, Call] = {}
        self._load()

    def posts(self) -> Sequence[Post]:
        """Return every post that was not removed, newest first."""
        return [p for p in reversed(self._posts.values()) if p.state is not PostState.REMOVED]

    def post(self, post_id: str) -> Post | None:
        """Return the post, removed or not; None where there never was one."""
        return self._posts.get(post_id)

    def picture(self, post: Post) -> bytes:
        """Return the picture of a post that was not removed."""
        return self._path(post.id).read_bytes()

    def publish(self, post: Post, picture: bytes) -> None:
        """Keep a new post."""
        _write(self._path(post.id), picture)
        self._posts[post.id] = post
        self._save()

    def carry_out(self, call_id: str, kind: ActionKind, post_id: str | None) -> ActionOutcome:
        """Do what is asked, once per *call_id*, and return what to answer."""
        known = self._calls.get(call_id)
        if known is not None:
            self._calls[call_id] = replace(known, received=known.received + 1)
            self._save()
            return known.outcome
        post = self._posts.get(post_id or "")
        outcome = self._apply(kind, post)
        self._calls[call_id] = Call(call_id, kind, outcome, received=1)
        self._save()
        if post is not None and kind is ActionKind.REMOVE:
            self._path(post.id).unlink(missing_ok=True)
        return outcome

    def _apply(self, kind: ActionKind, post: Post | None) -> ActionOutcome:
        if post is None or post.state is PostState.REMOVED:
            return ActionOutcome.ABSENT
        match kind:
            case ActionKind.HIDE:
                changed = replace(post, state=PostState.HIDDEN)
            case ActionKind.RESTORE:
                changed = replace(post, state=PostState.VISIBLE)
            case ActionKind.REMOVE:
                changed = replace(post, state=PostState.REMOVED, removals=post.removals + 1)
            case ActionKind.VERIFY:
                return ActionOutcome.PRESENT
        self._posts[post.id] = changed
        return ActionOutcome.DONE

    def _load(self) -> None:
        lines = self._file.read_bytes().splitlines() if self._file.exists() else []
        for line in lines:
            parsed = msgspec.json.decode(line, type=_Line)
            if parsed.post is not None:
                self._posts[parsed.post.id] = parsed.post
            if parsed.call is not None:
                self._calls[parsed.call.id] = parsed.call
        kept = {self._path(post.id) for post in self.posts()}
        for picture in self._folder.glob("post-*"):
            if picture not in kept:
                picture.unlink()

    def _save(self) -> None:
        posts = [_Line(post=post) for post in self._posts.values()]
        calls = [_Line(call=call) for call in self._calls.values()]
        _write(self._file, msgspec.json.Encoder().encode_lines([*posts, *calls]))

    def _path(self, post_id: str) -> Path:
        return self._folder / post_id


def _write(path: Path, data: bytes) -> None:
    """Write *data* to *path*, all or nothing, for its owner alone."""
    draft = path.with_name(f".{path.name}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
