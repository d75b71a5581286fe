"""
Measure what the gateway costs: CPU of its process, against a bare Starlette + httpx proxy.

Both stand before the same OpenAI-shaped server on this machine, which answers every call with one picture of
about 1 MB. Rounds are interleaved; the figures are medians of the rounds, in milliseconds of processor time
for each request. Wall time is not measured: on a busy machine it says nothing. Everything is loopback.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import io
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import httpx
import numpy as np
import uvicorn
import uvloop
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from raiment.adapters.observe.logs import configure_logs
from raiment.adapters.observe.memory import keep_large_buffers
from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import open_house, open_upstream
from raiment.environment import settings_from_environment
from raiment.gateway.app import make_app
from raiment.gateway.doors import Gateway
from raiment.matching.signal import Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.settings import read_settings

TICKS = os.sysconf("SC_CLK_TCK")
ALLOWED = "a lake at dawn with mountains behind it, oil painting"
BLOCKED = "remove her clothes"


def picture() -> bytes:
    """Return a PNG of about 1 MB: shapes under fine noise."""
    rows, columns = np.mgrid[0:1024, 0:1024]
    waves = np.sin(rows / 90) * 60 + np.cos(columns / 130) * 50 + 128
    noise = np.random.default_rng(1).integers(0, 3, (1024, 1024, 3))
    spool = io.BytesIO()
    pixels = np.clip(waves[:, :, None] + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(spool, "PNG", compress_level=6)
    return spool.getvalue()


def upstream_app() -> Starlette:
    """Return the generator: one answer for everything."""
    image = base64.b64encode(picture())
    body = b'{"created":1,"data":[{"b64_json":"' + image + b'"}],"output_format":"png"}'

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/v1/images/generations", answer, methods=["POST"])])


def bare_app(upstream: str) -> Starlette:
    """Return the peer: a proxy that looks at nothing, buffered, which is its cheaper form."""
    client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=100))

    async def forward(request: Request) -> Response:
        answer = await client.post(
            f"{upstream}/images/generations",
            content=await request.body(),
            headers={"content-type": request.headers["content-type"]},
        )
        return Response(answer.content, answer.status_code, media_type="application/json")

    return Starlette(routes=[Route("/v1/images/generations", forward, methods=["POST"])])


@dataclass(frozen=True, slots=True)
class Digests:
    """Looks at no pixel: what is left is the cost of everything else."""

    async def signals(self, data: bytes, field: str) -> Sequence[Signals]:
        """Return the digest of the bytes, and signals of nothing."""
        del field
        digest = Sha256.of(data)
        views = PdqViews(100, (Pdq(digest.value),) * 8)
        return [Signals(digest, digest, views, "image/png", 1024, 1024)]


async def undecoded(port: int) -> None:
    """Serve the gateway with outputs that are digested and recorded, but not decoded."""
    configure_logs()
    keep_large_buffers()
    settings = settings_from_environment()
    async with open_house(settings) as house, open_upstream(house) as upstream:
        gateway = Gateway(house.database, house.keys, house.now, Digests(), house.screen, upstream)
        await _serve(make_app(gateway, secure=False), port)


async def _serve(app: Callable[..., object], port: int) -> None:
    config = uvicorn.Config(
        app, port=port, http="httptools", lifespan="off", log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve()


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """Return the processor time that each of *pids* has used, user and system; none for the ended."""
    used: dict[int, float] = {}
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    return used


def children(pid: int) -> list[int]:
    """Return the processes that *pid* started."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in found for child in one.read_text().split()]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table."""

    name: str
    url: str
    pid: int
    prompt: str
    status: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of processor time for each request: of the process, of its decoders, of the database."""

    own: float
    decoders: float
    database: float


async def measure(case: Case, requests: int, at_once: int, key: str, postmaster: int) -> Spent:
    """Send *requests* calls, *at_once* at a time, and return what they cost."""
    watched = [[case.pid], children(case.pid), children(postmaster)]
    before = [cpu_seconds(group) for group in watched]
    turns = asyncio.Semaphore(at_once)
    headers = {"authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def call() -> None:
            async with turns, session.post(case.url, json={"prompt": case.prompt}) as answer:
                await answer.read()
                assert answer.status == case.status, (case.name, answer.status)

        await asyncio.gather(*(call() for _ in range(requests)))
    spent = [
        sum(used - began.get(pid, used) for pid, used in cpu_seconds(began).items())
        for began in before
    ]
    return Spent(*(seconds * 1000 / requests for seconds in spent))


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python with *arguments* until the block ends."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stderr=subprocess.DEVNULL,
    ) as running:
        try:
            yield running
        finally:
            running.terminate()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until somebody listens on *port*."""
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing listens on {port}")


def postmaster_in(folder: Path) -> int:
    """Return the pid of the database server below *folder*."""
    return int(next(folder.rglob("postmaster.pid")).read_text().split()[0])


@asynccontextmanager
async def cases(folder: str) -> AsyncIterator[tuple[list[Case], str, int]]:
    """Start everything; yield the cases, an API key, and the pid of the database's postmaster."""
    ports = [free_port() for _ in range(4)]
    upstream, bare, plain, full = ports
    base = f"http://127.0.0.1:{upstream}/v1"
    environment = {
        "RAIMENT_DATA_DIR": f"{folder}/data",
        "RAIMENT_UPSTREAM_URL": base,
        "RAIMENT_GATEWAY_LISTEN": f"127.0.0.1:{full}",
    }
    here = str(Path(__file__))
    async with open_house(read_settings(environment)) as house:
        key = "rmt_" + secrets.token_hex(20)
        async with house.database.begin() as tx:
            await tx.accounts.add_key(new_id("key"), "benchmark", key, ["gateway"], house.now())
        postmaster = postmaster_in(Path(folder))
        with (
            process(here, "--serve-upstream", str(upstream)),
            process(here, "--serve-bare", str(bare), base) as one,
            process(here, "--serve-undecoded", str(plain), **environment) as two,
            process("-m", "raiment.gateway", **environment) as three,
        ):
            for port in ports:
                wait_for(port)
            path = "/v1/images/generations"
            urls = {port: f"http://127.0.0.1:{port}{path}" for port in ports}
            yield (
                [
                    Case("bare Starlette + httpx", urls[bare], one.pid, ALLOWED, 200),
                    Case("screened, recorded, not decoded", urls[plain], two.pid, ALLOWED, 200),
                    Case("full: decoded, PDQ, ledger", urls[full], three.pid, ALLOWED, 200),
                    Case("blocked request", urls[full], three.pid, BLOCKED, 400),
                ],
                key,
                postmaster,
            )


async def compare(requests: int, rounds: int, at_once: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        async with cases(folder) as (lines, key, postmaster):
            for case in lines:
                await measure(case, 20, at_once, key, postmaster)
            spent: dict[str, list[Spent]] = {case.name: [] for case in lines}
            for _ in range(rounds):
                for case in lines:
                    cost = await measure(case, requests, at_once, key, postmaster)
                    spent[case.name].append(cost)
    print(f"CPU ms per request, median of {rounds} rounds of {requests}, {at_once} at once")
    print(f"{'':<34}{'process':>9}{'ratio':>8}{'decoders':>10}{'database':>10}")
    bare = statistics.median(one.own for one in spent[lines[0].name])
    for case in lines:
        all_of = spent[case.name]
        own = statistics.median(one.own for one in all_of)
        decoders = statistics.median(one.decoders for one in all_of)
        database = statistics.median(one.database for one in all_of)
        print(f"{case.name:<34}{own:>9.2f}{own / bare:>7.2f}x{decoders:>10.2f}{database:>10.2f}")


def main() -> None:
    """Run the benchmark, or one of the servers it starts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--serve-upstream", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--serve-bare", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--serve-undecoded", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve_upstream:
        uvloop.run(_serve(upstream_app(), asked.serve_upstream))
    elif asked.serve_bare:
        uvloop.run(_serve(bare_app(asked.serve_bare[1]), int(asked.serve_bare[0])))
    elif asked.serve_undecoded:
        uvloop.run(undecoded(asked.serve_undecoded))
    else:
        asyncio.run(compare(asked.requests, asked.rounds, asked.at_once))


if __name__ == "__main__":
    main()
