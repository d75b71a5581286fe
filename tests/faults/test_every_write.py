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
from tests.faults.story import STEPS, Step, Story, publish_a_post, report_by_the_form
from tests.faults.whole import Summary, check_whole

from raiment.worker import upkeep

pytestmark = pytest.mark.faults

HELD = "select 1 from procrastinate_jobs where task_name = 'deliver_action'"


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


async def test_a_worker_that_lives_on_finds_the_job_it_lost(story: Story) -> None:
    """The connection breaks while it says that a job is done; a minute later the job is taken again."""
    await publish_a_post(story)
    await report_by_the_form(story)
    with story.cuts.made(Moment.BEFORE, where="procrastinate_finish_job"):
        async with story.working():
            await story.until(lambda: story.cuts.points)
            story.state.change("update procrastinate_events set at = at - interval '1 minute'")
            await upkeep.retake_stalled(story.house)
            assert story.state.rows(HELD)
            await upkeep.retake_held(story.house)
            await story.until(lambda: not story.state.rows(HELD))

    await check_whole(story.house, story.state, story.shop.gallery)
    assert not story.state.rows("select 1 from actions where state = 'pending' or attempts <> 1")


async def _change(step: Step, story: Story) -> Summary:
    """Play the step and return how much there is more, or less, of what."""
    story.state.remember()
    before = story.state.stored
    await step.play(story)
    change = story.state.summary()
    change.subtract(before)
    return Summary({what: count for what, count in change.items() if count})
