"""The pages in a real browser: without JavaScript, by keyboard, on a small telephone."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from raiment.bootstrap import House

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium"),
]

_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


@pytest.fixture
async def site(house: House, embedded_url: str) -> AsyncIterator[str]:
    """The web process, as operators run it, over the test's own database; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environment = {
        **os.environ,
        "DATABASE_URL": embedded_url,
        "RAIMENT_DATA_DIR": str(house.settings.data_dir),
        "RAIMENT_LISTEN": address,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "raiment.web", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://{address}"
    async with httpx.AsyncClient() as http:
        for _ in range(300):
            try:
                if (await http.get(f"{url}/report")).is_success:
                    break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    yield url
    process.terminate()
    assert await process.wait() == 0


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without windows."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=_ARGUMENTS
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def open_page(browser: Browser, site: str) -> Callable[..., Awaitable[Page]]:
    """Opens a page of the site in a fresh window."""

    async def visit(path: str, token: str | None = None, **window: Any) -> Page:
        context = await browser.new_context(base_url=site, **window)
        if token is not None:
            await context.add_cookies([{"name": "raiment", "value": token, "url": site}])
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await page.goto(path)
        return page

    return visit


async def test_person_reports_and_follows_without_javascript(open_page: Any) -> None:
    """From the start page to where the report stands, with nothing but forms and links."""
    page = await open_page("/", java_script_enabled=False)
    await page.get_by_role("link", name="Report an image No account").click()
    await page.get_by_label("Where is it?").fill("https://pictures.example/posts/17")
    await page.get_by_label("It is me").check()
    await page.get_by_label("I am not sure").first.check()
    await expect(page.get_by_text("Take It Down")).to_be_visible()
    await expect(page.get_by_label("Signature")).to_be_hidden()
    await page.locator("[name=minor][value=no]").check()
    await expect(page.get_by_text("Take It Down")).to_be_hidden()
    await page.get_by_label("Signature").fill("A. Nonymous")
    await page.get_by_role("button", name="Send report").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Your report was received")
    reference = await page.locator("#reference").inner_text()
    secret = await page.locator("#secret").inner_text()
    await page.reload()
    assert await page.locator("#secret").inner_text() == secret

    await page.get_by_role("link", name=reference).click()
    await page.get_by_label("Secret").fill(secret)
    await page.get_by_role("button", name="Show my report").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("We are working on it")
    assert secret not in page.url


async def test_reviewer_decides_with_three_keys(
    open_page: Any, person: Any, reviewer: Any, upload: Any, complete: dict[str, object]
) -> None:
    """A digit chooses, Enter decides; then the page follows the platform's answers by itself."""
    await upload("post-17")
    await person.report(**complete)
    case_id = await person.case_id()
    ann = await reviewer("ann")
    page = await open_page("/console", ann.http.cookies["raiment"])
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.locator("table a").first.click()
    await expect(page.get_by_role("heading", name="Decision")).to_be_visible()

    await page.keyboard.press("2")
    await expect(page.locator("[value=not_intimate]")).to_be_checked()
    await page.keyboard.press("1")
    await expect(page.locator("[value=remove]")).to_be_checked()
    await page.keyboard.press("Enter")

    await expect(page.locator(".made")).to_contain_text("Remove by ann")
    await person.answer_all(case_id)
    await expect(page.locator("#progress")).to_contain_text("gone, checked")
    await expect(page.locator(".tags")).to_contain_text("closed")
    assert complaints == []


async def test_digits_in_the_reason_are_digits(
    open_page: Any, person: Any, reviewer: Any, complete: dict[str, object]
) -> None:
    """Whoever writes "2 people" chooses nothing by it."""
    await person.report(**complete)
    ann = await reviewer("ann")
    page = await open_page(f"/console/cases/{await person.case_id()}", ann.http.cookies["raiment"])

    await page.locator("#reason").press_sequentially("2 people")

    await expect(page.locator("#reason")).to_have_value("2 people")
    await expect(page.locator("[name=outcome]:checked")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pages_fit_and_can_be_read(
    open_page: Any, person: Any, reviewer: Any, upload: Any, flood: Any, complete: dict[str, object],
    width: int, scheme: str,
) -> None:  # fmt: skip
    """No sideways scrolling; every text reaches 4.5:1 on its ground (WCAG 2.2, 1.4.3)."""
    await upload("post-17")
    long = {"locations": "https://pictures.example/" + "a" * 300}
    await person.report(**complete | long)
    await flood("A_BANK_WITH_A_LONG_NAME_" + "x" * 70)
    ann = await reviewer("ann", "admin")
    case = f"/console/cases/{await person.case_id()}"
    window = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = await open_page("/", ann.http.cookies["raiment"], **window)

    for path in ("/", "/report", "/case", "/console", case, "/console/floods", "/console/accounts"):
        await page.goto(path)
        assert await page.evaluate(_OVERFLOW) == 0, path
        assert await page.evaluate(_FAINT) == [], path


async def test_leaving_quickly_leaves_no_way_back(open_page: Any) -> None:
    """The page is replaced in the history."""
    page = await open_page("/")
    await page.route("https://**/*", lambda route: route.fulfill(body="the weather"))
    await page.get_by_role("link", name="Report an image No account").click()

    await page.get_by_role("link", name="Leave this page").click()

    await page.wait_for_url("https://**/*")
    await page.go_back()
    assert page.url.endswith("/")
    assert not page.url.endswith("/report")


_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

_FAINT = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${element.tagName} ${element.className} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
