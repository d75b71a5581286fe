"""
A process may die at every write, and the story goes on: nothing lost, nothing half, nothing twice.

The story is played in peace first. Then it is played with each step cut before every one of its writes and
commits, and once more with each step cut after every commit. Each step must change what it changed in peace.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from tests.conftest import Server
from tests.faults.cuts import Moment
from tests.faults.installation import open_story
from tests.faults.story import STEPS, Step, Story
from tests.faults.whole import Summary, check_whole

pytestmark = pytest.mark.faults


@pytest.fixture
async def story(embedded_url: str, tmp_path: Path) -> AsyncIterator[Story]:
    """An installation to play on."""
    async with open_story(embedded_url, tmp_path) as story:
        yield story


@pytest.fixture(scope="module")
async def in_peace(
    embedded_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Sequence[Summary]:
    """What each step changes where nothing dies."""
    folder = tmp_path_factory.mktemp("peace")
    with embedded_server.database() as url:
        async with open_story(url, folder) as story:
            return [await _change(step, story) for step in STEPS]


@pytest.mark.parametrize("moment", Moment)
async def test_the_story_cut_at_every_write_goes_on(
    story: Story, in_peace: Sequence[Summary], moment: Moment
) -> None:
    """What was cut before its commit is not there; what was cut after it is there, once."""
    for step, expected in zip(STEPS, in_peace, strict=True):
        with story.cuts.made(moment):
            change = await _change(step, story)

        assert story.cuts.points, step.name
        await check_whole(story.house, story.state, story.shop.gallery)
        assert step.counted(change) == step.counted(expected), step.name


async def _change(step: Step, story: Story) -> Summary:
    """Play the step and return how much there is more, or less, of what."""
    story.state.remember()
    before = story.state.stored
    await step.play(story)
    change = story.state.summary()
    change.subtract(before)
    return Summary({what: count for what, count in change.items() if count})
