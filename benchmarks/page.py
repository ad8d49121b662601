"""How fast the playground learns while Chromium, on the same two cores, draws it.

TensorFlow Playground's own numbers were measured on this class of machine, with the same browser.
"""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from benchmarks.browser import chromium, counted, served, until
from benchmarks.pairs import Row
from etude.playground.address import read_address
from etude.web.stage import LessonStage

SECONDS = 6.0
TRIES = 3
ALL = "x=true&y=true&xSquared=true&ySquared=true&xTimesY=true&sinX=true&sinY=true"


@dataclass(frozen=True, slots=True)
class Net:
    """A lesson, and how fast TensorFlow Playground learns it."""

    name: str
    address: str
    theirs: float
    """epochs a second"""
    wanted: float
    """times that"""


NETS = (
    Net("its default net (4,2)", "dataset=circle&networkShape=4,2&seed=0.5", 52, 1.7),
    Net("8,8", "dataset=circle&networkShape=8,8&seed=0.5", 28, 2.5),
    Net("8,8 on reg-gauss", "problem=regression&regDataset=reg-gauss&networkShape=8,8&seed=0.5", 24, 2.5),
    Net(
        "its largest net (8x6, all features, batch 1, 90 %)",
        f"dataset=circle&networkShape=8,8,8,8,8,8&batchSize=1&percTrainData=90&seed=0.5&{ALL}",
        7.2,
        1.0,
    ),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """What a page did in some seconds."""

    epochs: float
    """a second"""
    frames: float
    """a second"""
    delays: list[float]
    """milliseconds from the update to the drawn frame"""


def pace(page: Page) -> Pace:
    """Of the lesson that plays."""
    start, epochs, frames = time.perf_counter(), counted(page, "epoch"), counted(page, "drawn")
    seen = int(page.evaluate("() => window.etude.delay.length"))
    time.sleep(SECONDS)
    passed = time.perf_counter() - start
    delays = page.evaluate(f"() => window.etude.delay.slice({seen})")
    return Pace((counted(page, "epoch") - epochs) / passed, (counted(page, "drawn") - frames) / passed, delays)


def alone(net: Net) -> float:
    """Epochs a second that nobody looks at."""
    stage = LessonStage(read_address(net.address, seed="0.5")[0])
    stage.play(True)
    end = time.perf_counter() + SECONDS / 2
    while time.perf_counter() < end:
        stage.advance()
    return stage.epoch / (SECONDS / 2)


def watched(page: Page, net: Net) -> Iterator[Row]:
    """One net, several times."""
    found, free = [], []
    for _ in range(TRIES):
        lessons = counted(page, "shown")
        page.evaluate("(hash) => { location.hash = hash; }", f"#{net.address}&unknown={time.monotonic()}")
        until(lambda lessons=lessons: counted(page, "shown") > lessons)  # type: ignore[misc]
        page.click("#playButton")
        time.sleep(1)
        found.append(pace(page))
        page.click("#playButton")
        free.append(alone(net))
    speeds = [each.epochs for each in found]
    middle = statistics.median(speeds)
    frames = statistics.median(each.frames for each in found)
    delays = sorted(delay for each in found for delay in each.delays)
    yield Row(
        f"playground, {net.name}, while it is drawn; TensorFlow Playground: {net.theirs:g} epochs a second",
        f"at least {net.wanted:g} times, 55 frames a second, p50 at most 30 ms",
        f"{middle / net.theirs:.2f} times: {middle:.0f} epochs a second ({min(speeds):.0f} to {max(speeds):.0f} in "
        f"{TRIES} tries; {statistics.median(free):.0f} undrawn), {frames:.0f} frames a second, "
        f"update to drawn frame p50 {delays[len(delays) // 2]:.0f} ms, p95 {delays[len(delays) * 95 // 100]:.0f} ms",
    )


def rows() -> Iterator[Row]:
    """From the command to the first frame, then each net."""
    with chromium() as browser:
        began = time.perf_counter()
        with served() as address:
            printed = time.perf_counter() - began
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            until(lambda: counted(page, "drawn") > 0)
            first = time.perf_counter() - began
            yield Row(
                "`etude playground` to its address, and to the first frame",
                "at most 4 s",
                f"{printed:.1f} s, {first:.1f} s",
            )
            for net in NETS:
                yield from watched(page, net)
