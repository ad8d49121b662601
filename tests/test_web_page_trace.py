"""The trace on the playground's page: one point's numbers, read line by line in a real browser."""

import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from etude.playground.address import read_address
from etude.playground.formula import Operation
from etude.playground.lesson import Lesson
from etude.playground.named import Line
from etude.playground.network import told
from etude.playground.trace import trace
from etude.web.stages import stage_of

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; .ci/run installs one"),
]
LESSON = "#dataset=gauss&seed=0.5&networkShape=3,2&xTimesY=true&x=true&y=true"
REGRESSION = (
    "#problem=regression&regDataset=reg-gauss&seed=0.5&networkShape=2,2,2&activation=sigmoid&regularization=L2"
    "&regularizationRate=0.1"
)
ADAM = "#optimizer=adam&loss=bce&networkShape=2&weightDecay=0.1&seed=0.5"
UNIT = "#loss=bce&points=0.9,-0.2,0;0.75,0.6,1&networkShape=&batchSize=1&learningRate=0.01&initZero=true&seed=1"
PATIENCE = 20.0
"""seconds"""
MINUS = "\N{MINUS SIGN}"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    program = [sys.executable, "-m", "etude.cli.main", "playground", "--no-browser", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        printed = ""
        while "}" not in printed:
            printed += server.stdout.readline()
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(json.loads(printed)["address"] + LESSON)
        until(lambda: page.evaluate("() => (window.etude ?? {drawn: 0}).drawn") > 0)
        yield page
        browser.close()
        server.terminate()


@pytest.fixture(autouse=True)
def fresh(page: Page) -> None:
    """The same lesson before every test, and the trace closed."""
    page.mouse.move(0, 0)
    if page.is_visible("#trace"):
        page.click("#trace-close")
    load(page, LESSON)


def load(page: Page, address: str) -> None:
    before = page.evaluate("() => window.etude.lessons")
    page.evaluate("(hash) => { location.hash = hash; }", f"{address}&unknown={time.monotonic()}")
    until(lambda: page.evaluate("() => window.etude.shown") > before)


def until(come: Callable[[], bool]) -> None:
    """Wait for what must come soon."""
    end = time.monotonic() + PATIENCE
    while not come():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def opened(page: Page) -> None:
    page.keyboard.press("n")
    until(lambda: page.locator("#trace-lines li").count() == 1)


def numbers(page: Page, selector: str) -> list[float]:
    """The exact numbers behind what stands there."""
    found: list[float] = page.eval_on_selector_all(selector, "(all) => all.map((each) => Number(each.dataset.value))")
    return found


def lines_of(lesson: Lesson, number: int) -> list[Line]:
    """Of a lesson that has not begun to learn."""
    point = lesson.points[0][number]
    (x,) = told([(point.x, point.y)], lesson.features).tolist()
    return trace(lesson.learner(), lesson.features, x, point.label)


def lit(page: Page) -> dict[str, Any]:
    """How many units and edges shine, and what stands beside them."""
    script = """() => ({
      rings: document.querySelectorAll(".spotlight .ring").length,
      results: document.querySelectorAll(".spotlight .result").length,
      edges: document.querySelectorAll(".spotlight .edge").length,
      words: [...document.querySelectorAll(".spotlight tspan")].map((each) => each.textContent),
    })"""
    found: dict[str, Any] = page.evaluate(script)
    return found


@pytest.mark.parametrize("address", [LESSON, REGRESSION, UNIT, ADAM])
def test_the_numbers_on_the_page_are_those_of_the_trace(page: Page, address: str) -> None:
    load(page, address)
    opened(page)
    page.keyboard.press("End")
    wanted = lines_of(read_address(address, seed="")[0], 0)
    until(lambda: page.locator("#trace-lines li").count() == len(wanted))
    assert numbers(page, "#trace-lines .result .number") == [line.result.value for line in wanted]
    operands = [each.value for line in wanted if isinstance(line.formula, Operation) for each in line.operands]
    assert numbers(page, "#trace-lines .row:nth-child(2) .operation .number") == operands
    shown = page.eval_on_selector_all("#trace-lines .result .number", "(all) => all.map((each) => each.textContent)")
    raised = str.maketrans({MINUS: "-", **dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))})
    printed = [float(each.replace("·10", "e").translate(raised)) for each in shown]
    assert printed == pytest.approx([line.result.value for line in wanted], rel=5.1e-4, abs=0)


def test_keys_step_through_the_lines_and_training_stands_still(page: Page) -> None:
    opened(page)
    page.keyboard.press("Space")  # Next line has the focus
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#trace-count").startswith("Line 3 of ")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#trace-lines li").count() == 2
    page.keyboard.press("Home")
    assert page.locator("#trace-lines li").count() == 1
    page.focus("#trace-lines li.now")
    page.keyboard.press("Space")
    assert page.locator("#trace-lines li").count() == 2
    page.click("#trace-parts button:text('Gradient')")
    lines = page.locator("#trace-lines li").count()
    page.keyboard.press("Space")
    assert page.locator("#trace-lines li").count() == lines + 1
    assert page.inner_text("#epoch") == "000,000"
    page.keyboard.press("Escape")
    assert not page.is_visible("#trace") and page.locator(".spotlight, .mark").count() == 0
    page.keyboard.press("ArrowRight")  # an epoch again
    until(lambda: page.inner_text("#epoch") == "000,001")


def test_a_line_lights_up_its_operands(page: Page) -> None:
    opened(page)
    assert lit(page)["edges"] == 3 and lit(page)["rings"] == 4 and lit(page)["results"] == 1
    line = lines_of(read_address(LESSON, seed="")[0], 0)[0]
    x, xy = line.operands[1].value, line.operands[5].value
    words = [each.replace(MINUS, "-") for each in lit(page)["words"]]
    assert f"x₁ = {x:.4g}" in words and f"x₁x₂ = {xy:.4g}" in words and f"{line.operands[0].value:.4g}" in words
    page.click("#trace-parts button:text('Backward')")
    page.keyboard.press("ArrowRight")
    assert (lit(page)["edges"], lit(page)["rings"], lit(page)["results"]) == (1, 2, 1)
    page.click("#trace-parts button:text('Step')")
    assert lit(page)["edges"] == 1 and lit(page)["rings"] == 0
    now = lit(page)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.locator("#trace-lines li").first.hover()
    assert lit(page) != now and lit(page)["rings"] == 4
    page.mouse.move(0, 0)


def test_points_are_chosen_by_keys_and_in_the_plot(page: Page) -> None:
    opened(page)
    assert page.inner_text("#trace-point") == "Point 1 of 250"
    page.keyboard.press("ArrowUp")
    until(lambda: page.inner_text("#trace-point") == "Point 250 of 250")
    page.keyboard.press("ArrowDown")
    until(lambda: page.inner_text("#trace-point") == "Point 1 of 250")
    points = read_address(LESSON, seed="")[0].points[0]
    box = page.locator(".plot").first.bounding_box()
    assert box is not None
    wanted = points[7]
    page.mouse.click(box["x"] + box["width"] * (wanted.x + 6) / 12, box["y"] + box["height"] * (6 - wanted.y) / 12)
    until(lambda: not page.inner_text("#trace-point").startswith("Point 1 "))
    chosen = points[int(page.inner_text("#trace-point").split()[1]) - 1]
    assert chosen == pytest.approx(wanted, abs=0.05)  # a pixel is 12 / 320 wide


def test_the_worked_example_is_taken_step_by_step(page: Page) -> None:
    before = page.evaluate("() => window.etude.lessons")
    page.click("text=Examples")
    page.click("#examples a:has-text('by hand')")
    until(lambda: page.evaluate("() => window.etude.shown") > before)
    assert page.is_visible("#example") and not page.is_visible("#examples")
    opened(page)
    page.keyboard.press("End")
    assert numbers(page, "#trace-lines .result .number")[-3:] == pytest.approx([-0.0045, 0.001, -0.005], abs=1e-15)
    page.click("#trace-learn")
    until(lambda: numbers(page, "#trace-lines .result .number")[0] != 0)
    page.keyboard.press("ArrowDown")
    until(lambda: page.inner_text("#trace-point") == "Point 2 of 2")
    found = numbers(page, "#trace-lines .result .number")
    assert found[:3] == pytest.approx([-0.007775, 0.498056260, 0.697042237], abs=1e-9)
    assert found[-3:] == pytest.approx([-0.0007354219, 0.0040116624, 0.0000194374], abs=1e-10)


def test_the_numbers_of_now_are_shown_while_training_goes_on(page: Page) -> None:
    opened(page)
    first = numbers(page, "#trace-lines .result .number")
    page.click("#playButton")
    until(lambda: numbers(page, "#trace-lines .result .number") not in (first, []))
    page.click("#playButton")
    until(lambda: page.inner_text("#playButton .name") == "Train")


def test_the_loss_is_chosen_and_quantities_have_none_to_choose(page: Page) -> None:
    page.select_option("#loss", "bce")
    until(lambda: "loss=bce" in page.evaluate("() => location.hash") and page.inner_text("#lowest") == "0")
    page.select_option("#problem", "regression")
    until(lambda: page.locator("#loss option[value=bce]").count() == 0)
    assert page.input_value("#loss") == "mse"
    assert "loss" not in page.evaluate("() => location.hash") and page.inner_text("#lowest") == f"{MINUS}1"


@pytest.mark.parametrize("width", [480, 1280, 1920])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page)
    page.keyboard.press("End")
    script = "() => [document.documentElement, document.getElementById('trace-lines')].map((each) => each.scrollWidth)"
    assert all(each <= width for each in page.evaluate(script))
    for name in ("#trace-next", "#trace-close", "#trace-learn", "#trace-lines li.now"):
        box = page.locator(name).bounding_box()
        assert (
            box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= 901
        )
    page.set_viewport_size({"width": 1280, "height": 800})


def test_every_example_shows_what_it_says(page: Page) -> None:
    links = page.eval_on_selector_all("#examples a", "(all) => all.map((each) => each.hash)")
    assert len(links) == 10
    del links[1:3]  # the perceptron's, below
    lessons = [stage_of(read_address(each, seed="")[0]) for each in links]
    _, ring, product, spiral, vanishing, clouds, small, high = lessons
    for stage, epochs in ((ring, 20), (product, 20), (spiral, 300), (clouds, 60), (small, 60), (high, 20)):
        for _ in range(epochs):
            stage.one_epoch()
    (_, ring_loss, _), (_, product_loss, _), (_, heart, fresh) = (each.losses[-1] for each in (ring, product, spiral))
    assert ring_loss < 0.03 and product_loss < 0.03 and heart < 0.01 and fresh > 0.2
    apart = [float(stage.arrays()["distance"][0]) for stage in (clouds, small)]
    assert apart[0] < 0.1 and apart[1] > 2 * apart[0]
    losses = [train for _, train, _ in high.losses]
    assert sum(later > sooner for sooner, later in pairwise(losses)) >= 5
    deltas = [line.result for line in vanishing.traced(0) if line.kind == "delta"]
    first, last = (max(abs(each.value) for each in deltas if each.layer == layer) for layer in (1, 7))
    assert first < last / 100_000


def test_the_perceptrons_examples_show_what_they_say(page: Page) -> None:
    links = page.eval_on_selector_all("#examples a", "(all) => all.map((each) => each.hash)")
    given = (links[1], links[2], f"{links[2]}&xTimesY=true&x=true&y=true")
    stages = [stage_of(read_address(each, seed="")[0]) for each in given]
    for stage in stages:
        for _ in range(20):
            stage.one_epoch()
    counts = [stage.arrays()["mistakes"][:2].tolist() for stage in stages]
    rest = [stage.scores["train_accuracy"] == 1 for stage in stages]
    assert counts[0][0] == 11 and int(counts[0][1]) == 114 and rest == [True, False, True]
    assert counts[1][1] == math.inf > counts[2][1]
