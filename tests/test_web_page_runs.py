"""The page of the runs in a real browser, beside a training that goes on."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.page_fixtures import BROWSER, broken_rules, until

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine; .ci/run installs one"),
]
PATIENCE = 30.0
"""seconds"""


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A training of LeNet that would take long, and the address of its page."""
    program = [sys.executable, "-m", "etude.cli.main", "train", "lenet", "--steps", "40000", "--watch"]
    folder = tmp_path_factory.mktemp("watched")
    with subprocess.Popen(
        [*program, "--no-browser", "--out", str(folder / "runs")], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        line = ""
        while not line.startswith("page: "):
            line = process.stderr.readline()
            assert line, "the training ended"
        yield process, line.removeprefix("page: ").strip()
        process.kill()


@pytest.fixture(scope="module")
def page(browser: Browser, training: tuple[subprocess.Popen[str], str]) -> Iterator[Page]:
    _, address = training
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    home = address.split("/runs")[0]
    page.on("request", lambda request: None if request.url.startswith((home, "data:")) else errors.append(request.url))
    page.goto(address)
    until(lambda: page.evaluate("() => window.etude?.views ?? 0") > 0)
    yield page
    assert errors == []


def update(page: Page) -> int:
    """As the page tells it."""
    found = re.search(r"update ([\d,]+)", page.inner_text("#status"))
    return int(found[1].replace(",", "")) if found else 0


def drawn(page: Page, card: str) -> int:
    """Pixels of a card's drawing that are not empty."""
    script = """(title) => {
      const card = [...document.querySelectorAll(".card")].find((each) => each.textContent.includes(title));
      const canvas = card?.querySelector("canvas");
      if (!canvas) return 0;
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return data.filter((value, k) => k % 4 === 3 && value > 0).length;
    }"""
    return int(page.evaluate(script, card))


def test_a_training_is_drawn_while_it_learns(page: Page) -> None:
    first = update(page)
    until(lambda: update(page) > first)
    for card in ("Loss", "Confusion on the validation part", "mistakes on the validation part"):
        until(lambda card=card: drawn(page, card) > 500)  # type: ignore[misc]


def test_it_stands_still_and_goes_on(page: Page) -> None:
    page.click("#play")
    until(lambda: page.inner_text("#play") == "Go on")
    still = update(page)
    time.sleep(1.2)
    assert update(page) == still
    page.click("#play")
    until(lambda: update(page) > still)


def test_the_rate_is_halved_and_the_diary_says_so(page: Page) -> None:
    page.click("#slower")
    page.click("#diary-box summary")
    until(lambda: "factor 0.5" in page.inner_text("#diary"))


def test_the_inside_of_each_layer_is_shown(page: Page) -> None:
    page.click("#inside summary")
    until(lambda: drawn(page, "channels") > 500)
    until(lambda: "parameters" in page.inner_text("#whole"))
    options = page.eval_on_selector_all("#layers option", "(all) => all.map((each) => each.textContent)")
    last = next(option for option in reversed(options) if "Linear" in option)
    page.select_option("#layers", label=last)
    until(lambda: drawn(page, f"{last.split()[0]}.weight") > 500)


def test_the_data_and_the_latest_batch_are_shown(page: Page) -> None:
    page.click("#data-box summary")
    for card in ("Examples of each class", "Training pictures of each class", "The latest batch"):
        until(lambda card=card: drawn(page, card) > 500)  # type: ignore[misc]
    assert "copies of others" in page.inner_text("#pool")
    until(lambda: "Near copies across the parts" in page.inner_text("#pool"))


def test_a_drawn_digit_is_answered_while_it_learns(page: Page) -> None:
    page.click("#try summary")
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 190, steps=8)
    page.mouse.up()
    until(lambda: page.locator(".bars meter").count() == 10 and page.locator(".answer canvas").count() == 3)
    first = page.inner_text(".bars")
    until(lambda: page.inner_text(".bars") != first)  # the network has learnt meanwhile
    until(lambda: drawn(page, "training examples, by distance") > 500)


def test_a_recipe_that_leaves_its_pictures_alone_has_no_sliders(page: Page) -> None:
    assert page.locator("#strengths").is_hidden()


@pytest.mark.parametrize("width", [480, 1180, 1920])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    time.sleep(0.3)
    script = """(width) => [...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > width + 1 && !each.closest(".drawing"))
      .map((each) => each.outerHTML.slice(0, 80))"""
    assert page.evaluate(script, width) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_every_control_has_a_name(page: Page) -> None:
    script = """() => [...document.querySelectorAll("button, select, input, canvas")]
      .filter((each) => !(each.ariaLabel || each.textContent.trim() || each.title))
      .filter((each) => !each.labels?.[0]?.textContent.trim())
      .map((each) => each.outerHTML)"""
    assert page.evaluate(script) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_wcag_is_broken(
    browser: Browser, training: tuple[subprocess.Popen[str], str], axe: Path, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    context.add_init_script(path=axe)
    other = context.new_page()
    other.goto(training[1])
    until(lambda: other.evaluate("() => window.etude?.views ?? 0") > 0)
    for part in ("inside", "data-box", "try", "facts", "diary-box"):
        other.click(f"#{part} summary")
    until(lambda: other.evaluate("() => window.etude.inside * window.etude.data") > 0)
    assert broken_rules(other) == []
    context.close()


def test_stop_ends_the_training_as_ctrl_c_does(page: Page, training: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = training
    page.click("#stop")
    assert process.wait(timeout=30) == 130
    until(lambda: "does not answer" in page.inner_text("#trouble"))


def test_a_port_that_cannot_be_had_is_refused(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "etude.cli.main", "train", "lenet", "--watch", "--port", "99999"]
    done = subprocess.run([*program, "--out", str(tmp_path / "runs")], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "--port 99999" in done.stderr
    assert not (tmp_path / "runs").exists()
