"""
Metrics of one process, in Prometheus' text format.

What must be true of the whole installation (clocks that run, actions that wait) is read from the
database at each scrape, so that every server shows the same; see ``web.floor``.
"""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

REQUESTS = Counter("raiment_http_requests", "HTTP calls", ["door", "route", "method", "status"])
SECONDS = Histogram(
    "raiment_http_seconds", "Time to answer", ["door", "route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)  # fmt: skip
VERDICTS = Counter("raiment_verdicts", "Screening and matching verdicts", ["surface", "verdict"])
OPINIONS = Counter("raiment_opinions", "Second opinions asked for", ["adviser", "outcome"])
FLOODS = Counter("raiment_bank_floods", "Bank entries that matched too much at once", ["state"])
JOBS = Counter("raiment_jobs", "Jobs run", ["task", "outcome"])


def metrics_text() -> tuple[bytes, str]:
    """Return this process's metrics and their content type."""
    return generate_latest(), CONTENT_TYPE_LATEST
