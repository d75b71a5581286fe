"""
What each kind of detector answers, in the shape its documentation shows.

Chat guards: vLLM's chat completions, with the texts of the model cards. Moderations: OpenAI's reference for
omni-moderation. Azure: the reference of ``text:analyze``, 2024-09-01.
"""

from __future__ import annotations

import json


def completion(text: str | None, finish_reason: str = "stop") -> bytes:
    """Return a chat completion as vLLM answers it."""
    message = {
        "role": "assistant",
        "content": text,
        "refusal": None,
        "annotations": None,
        "audio": None,
        "function_call": None,
        "tool_calls": [],
        "reasoning_content": None,
    }
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": finish_reason,
        "stop_reason": None,
    }
    whole = {
        "id": "chatcmpl-5f1f3d3c0a8e4f0e9d2c7b6a5e4d3c2b",
        "object": "chat.completion",
        "created": 1763900000,
        "model": "guard",
        "choices": [choice],
        "usage": {"prompt_tokens": 231, "total_tokens": 240, "completion_tokens": 9},
        "prompt_logprobs": None,
        "kv_transfer_params": None,
    }
    return json.dumps(whole).encode()


CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
    "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors",
    "violence", "violence/graphic",
)  # fmt: skip


def moderation(**scores: float) -> bytes:
    """Return a moderation with *scores* (``minors``: sexual/minors); from 0.5 on they are flagged."""
    given = {name.replace("minors", "sexual/minors"): score for name, score in scores.items()}
    every = {name: given.get(name, 1.5e-06) for name in CATEGORIES}
    flags = {name: score >= 0.5 for name, score in every.items()}
    result = {
        "flagged": any(flags.values()),
        "categories": flags,
        "category_scores": every,
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
    whole = {
        "id": "modr-970d409ef3bef3b70c73d8232df86e7d",
        "model": "omni-moderation-latest",
        "results": [result],
    }
    return json.dumps(whole).encode()


def analysis(severity: int) -> bytes:
    """Return Azure's analysis of sexual content."""
    found = [{"category": "Sexual", "severity": severity}]
    return json.dumps({"blocklistsMatch": [], "categoriesAnalysis": found}).encode()
