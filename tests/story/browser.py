"""The person and the reviewer with a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Page, async_playwright

from raiment.cli.story.person import Followable
from raiment.cli.story.stage import Stage

_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
_PASSWORD = "four plain words here"


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Lend a headless Chromium."""
    path = shutil.which("chromium")
    assert path, "no chromium: run scripts/debian-packages.sh test"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        await browser.close()


@dataclass
class BrowsingPerson:
    """Clicks the platform's report link and fills in the form with a telephone's screen."""

    browser: Browser

    async def report(self, stage: Stage, post_id: str) -> Followable:
        """Fill in and send the report form for *post_id*, coming from the post itself."""
        page = await self._telephone()
        await page.goto(f"{stage.platform}/posts/{post_id}")
        await page.get_by_role("link", name=re.compile("report", re.IGNORECASE)).click()
        await page.get_by_label("It is me").check()
        await page.get_by_label("Something else that is intimate").check()
        await page.get_by_label("did not agree").check()
        await page.get_by_label("I declare that it is an intimate image").check()
        await page.get_by_label("in good faith").check()
        await page.get_by_label("true to the best").check()
        await page.get_by_label("accurate and complete").check()
        await page.get_by_label("E-mail or telephone").fill("me@example.org")
        await page.get_by_label("Name", exact=True).fill("A. Person")
        await page.get_by_label("Signature").fill("A. Person")
        await page.get_by_role("button", name="Send report").click()
        reference = await page.locator("#reference").inner_text()
        secret = await page.locator("#secret").inner_text()
        await page.context.close()
        return Followable(reference, secret)

    async def follow(self, stage: Stage, report: Followable) -> str:
        """Return the text of the page that shows where the case stands."""
        page = await self._telephone()
        await page.goto(f"{stage.web}/case/{report.reference}")
        await page.get_by_label("Secret").fill(report.secret)
        await page.get_by_role("button", name="Show my report").click()
        text = await page.locator("main").inner_text()
        await page.context.close()
        return text

    async def _telephone(self) -> Page:
        context = await self.browser.new_context(viewport={"width": 390, "height": 844})
        return await context.new_page()


@dataclass
class BrowsingReviewer:
    """Signs in and decides with the keyboard."""

    browser: Browser
    page: Page | None = None

    async def enter(self, stage: Stage, name: str, link: str) -> None:
        """Set a password for the account with its one-time *link*, and be signed in."""
        del stage, name
        self.page = await self.browser.new_page(viewport={"width": 1280, "height": 900})
        await self.page.goto(link)
        await self.page.get_by_label("New password").fill(_PASSWORD)
        await self.page.get_by_label("The same again").fill(_PASSWORD)
        await self.page.get_by_role("button", name="Set the password").click()
        await self.page.get_by_role("button", name=re.compile("sign out", re.IGNORECASE)).wait_for()

    async def remove(self, stage: Stage, case_id: str) -> None:
        """Open the case from the queue and remove with two keys; previews are there, blurred."""
        assert self.page is not None
        await self.page.goto(f"{stage.web}/console")
        await self.page.locator(f'a[href$="{case_id}"]').first.click()
        preview = self.page.locator("img").first
        await preview.scroll_into_view_if_needed()
        await self.page.wait_for_function(
            "() => { const i = document.querySelector('img'); return i.complete && i.naturalWidth; }"
        )
        assert await preview.evaluate("image => image.naturalWidth") <= 128
        await self.page.keyboard.press("1")
        await self.page.keyboard.press("Enter")
        await self.page.get_by_text("Remove", exact=False).first.wait_for()
        await self.page.locator(".made").first.wait_for()
