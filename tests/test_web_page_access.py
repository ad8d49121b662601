"""The playground for those who use no mouse, see no canvas, or want little motion."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.page_fixtures import LESSON, MARKS, broken_rules, drawn, epoch, loss, shown, until

pytestmark = MARKS


def opened(browser: Browser, address: str, **settings: Any) -> Page:
    page = browser.new_context(**settings).new_page()
    page.goto(address + LESSON)
    until(lambda: drawn(page) > 0)
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 480])
def test_no_rule_of_wcag_is_broken(browser: Browser, address: str, axe: Path, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_init_script(path=axe)
    page = context.new_page()
    page.goto(address + LESSON)
    until(lambda: drawn(page) > 0)
    for act in (lambda: None, lambda: page.keyboard.press("?")):
        act()
        assert broken_rules(page) == []
    context.close()


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.id"))


def test_arrows_move_between_units_and_tab_passes_the_network_once(page: Page) -> None:
    page.focus("#more")
    stops = []
    for _ in range(8):
        page.keyboard.press("Tab")
        stops.append(focused(page))
    assert [each for each in stops if each.startswith(("Feature", "Unit", "Bias"))] == ["Feature X₁"]
    page.focus("button[aria-label='Feature X₁']")
    way = {"ArrowDown": "Feature X₂", "ArrowRight": "Unit 2 of hidden layer 1", "ArrowUp": "Unit 1 of hidden layer 1"}
    for key, name in way.items():
        page.keyboard.press(key)
        assert focused(page) == name
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert focused(page) == "Unit 1 of hidden layer 2" and epoch(page) == 0  # an arrow here is no step


def weight(page: Page) -> float:
    """What the card says."""
    return float(re.findall(r"-?[\d.]+(?:e-?\d+)?", page.inner_text("#card-text").rstrip("."))[0])


def test_weights_are_changed_without_a_mouse(page: Page) -> None:
    page.focus("button[aria-label='Feature X₂']")
    page.keyboard.press("w")
    page.keyboard.press("w")
    assert page.inner_text("#said").startswith("weight from X₂ to unit 2 of hidden layer 1: ")
    first = weight(page)
    page.keyboard.press("+")
    until(lambda: weight(page) == pytest.approx(first + 0.1, abs=0.02))
    page.keyboard.press("-")
    until(lambda: weight(page) == pytest.approx(first, abs=0.02))
    before = loss(page)
    page.keyboard.press("Enter")
    assert (
        page.get_attribute("#card-value", "aria-label") == "New value of the weight from X₂ to unit 2 of hidden layer 1"
    )
    page.keyboard.type("4.5")
    page.keyboard.press("Enter")
    assert focused(page) == "Feature X₂"
    page.keyboard.press("w")
    page.keyboard.press("w")
    until(lambda: weight(page) == 4.5)
    page.keyboard.press("Escape")
    assert not page.is_visible("#card")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert loss(page) != before


def test_the_bias_of_a_unit_opens_with_enter_and_escape_changes_nothing(page: Page) -> None:
    page.focus("button[aria-label='Unit 2 of hidden layer 2']")
    page.keyboard.press("Enter")
    assert page.get_attribute("#card-value", "aria-label") == "New value of the bias of unit 2 of hidden layer 2"
    page.keyboard.type("7")
    page.keyboard.press("Escape")
    assert focused(page) == "Unit 2 of hidden layer 2"
    page.keyboard.press("Enter")
    assert page.inner_text("#card-text") == "Bias is 0.10."
    page.keyboard.press("Escape")


def test_the_focus_stays_where_it_was_when_the_network_is_built_anew(page: Page) -> None:
    page.focus("button[aria-label^='Feature X₁X₂']")
    page.keyboard.press("Enter")
    until(lambda: "xTimesY=true" in shown(page))
    assert focused(page) == "Feature X₁X₂"
    page.focus("#worlds [aria-checked=true]")
    page.keyboard.press("ArrowRight")
    until(lambda: "dataset=spiral" in shown(page))
    assert focused(page) == "Spiral"


def test_a_question_mark_opens_the_list_of_keys(page: Page) -> None:
    page.keyboard.press("?")
    assert page.is_visible("dialog#keys")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog#keys") and epoch(page) == 0
    named = page.eval_on_selector_all("#keys kbd", "(all) => all.map((each) => each.textContent)")
    assert {"Space", "R", "T", "D", "?", "W", "+", "Enter"} <= set(named)


def test_little_motion_is_at_most_four_frames_a_second(browser: Browser, address: str) -> None:
    page = opened(browser, address, reduced_motion="reduce")
    page.click("#playButton")
    until(lambda: epoch(page) > 0)
    before, begun = drawn(page), time.monotonic()
    page.wait_for_timeout(2000)
    after, took = drawn(page), time.monotonic() - begun
    assert 2 <= after - before <= 4 * took + 2
    page.context.close()


def test_forced_colours_keep_what_is_chosen_visible(browser: Browser, address: str) -> None:
    page = opened(browser, address, forced_colors="active")
    border = "(name) => getComputedStyle(document.querySelector(name)).borderTopColor"
    chosen, other = (page.evaluate(border, f"#worlds [aria-checked={each}]") for each in ("true", "false"))
    assert chosen != other
    page.context.close()


def test_drawings_are_told_in_words(page: Page) -> None:
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    until(lambda: "over 1 epoch:" in (page.get_attribute("#curve", "aria-label") or ""))
    words = page.get_attribute("#answer", "aria-label") or ""
    assert re.search(r"\d+ % of the plane.* \d+ of 250 test points lie on the wrong side", words)
    assert words.split(". ", 1)[1] in page.inner_text("#summary")
