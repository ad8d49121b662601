"""A GAN on the page: made points over real ones, a step of each network alone, and words for what is drawn."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.page_fixtures import MARKS, broken_rules, drawn, epoch, loss, picture, show, shown, until

pytestmark = MARKS
ADDRESS = "#problem=generate&dataset=gauss&seed=0.3&networkShape=4&generator=4"


def steps(page: Page, key: str) -> None:
    """A step of one of the networks, by the keyboard."""
    before = drawn(page)
    page.keyboard.press(key)
    until(lambda: drawn(page) > before)


def test_choosing_generate_shows_made_points_and_going_back_brings_the_network_again(page: Page) -> None:
    assert page.is_hidden("#criticButton") and page.is_hidden("#maker") and page.is_hidden("#made-legend")
    empty = picture(page, "made")
    page.select_option("#problem", "generate")
    until(lambda: "problem=generate" in shown(page) and page.inner_text("#distance")[:1].isdigit())
    assert picture(page, "made") != empty and page.is_visible("#criticButton")
    assert "dataset=gauss" in shown(page) and "seed=0.5" in shown(page)
    assert page.is_hidden("#loss") and page.is_hidden("#regularization") and page.is_hidden("#accuracies")
    assert page.inner_text("#test-name") == "Generator loss" and "2 log 2 = 1.386" in page.inner_text("#rest-said")
    page.select_option("#problem", "classification")
    until(lambda: "problem=classification" in shown(page) and page.is_hidden("#maker"))
    assert "networkShape=3,2" in shown(page) and "learningRate=0.03&" in shown(page)
    assert page.inner_text("#test-name") == "Test loss" and page.is_visible("#accuracies")
    until(lambda: picture(page, "made") == empty)


def test_a_step_of_d_moves_the_map_and_one_of_g_the_points(page: Page) -> None:
    show(page, ADDRESS)
    page.uncheck("#pushes")
    until(lambda: "drawn" not in page.inner_text("#made-legend"))
    made, answer, edges = (picture(page, name) for name in ("made", "answer", "edges"))
    page.click("#criticButton")
    until(lambda: page.inner_text("#steps-said") == "Steps made: D 1, G 0.")
    assert picture(page, "made") == made and picture(page, "answer") != answer and picture(page, "edges") != edges
    answer, edges = (picture(page, name) for name in ("answer", "edges"))
    page.click("#generatorButton")
    until(lambda: page.inner_text("#steps-said") == "")
    until(lambda: picture(page, "made") != made)
    assert (picture(page, "answer"), picture(page, "edges")) == (answer, edges)
    page.check("#pushes")
    until(lambda: "where G is pushed, drawn" in page.inner_text("#made-legend"))


def test_it_learns_is_rewound_and_changes_its_generator(page: Page) -> None:
    show(page, ADDRESS)
    first = loss(page)
    for _ in range(3):
        steps(page, "ArrowRight")
    assert epoch(page) == 3 and loss(page) != first
    page.keyboard.press("ArrowLeft")
    until(lambda: epoch(page) == 2)
    page.fill("#maker-layers input", "6")
    page.keyboard.press("Tab")
    until(lambda: "generator=6" in shown(page) and epoch(page) == 0)
    page.click("#maker-more")
    until(lambda: "generator=6,6" in shown(page) and page.locator("#maker-layers input").count() == 2)


def test_two_gans_stand_side_by_side(page: Page) -> None:
    show(page, ADDRESS)
    page.click("#compareButton")
    until(lambda: page.is_visible("#other-made"))
    page.fill("#maker-layers input", "2")
    page.keyboard.press("Tab")
    until(lambda: "generator 2" in page.inner_text("#pair") and "generator 4" in page.inner_text("#pair"))
    steps(page, "Shift+G")
    until(lambda: page.inner_text("#steps-said") == "Steps made: D 0, G 1.")
    assert picture(page, "made") != picture(page, "other-made")
    page.select_option("#problem", "classification")
    until(lambda: page.is_hidden("#maker"))


@pytest.mark.parametrize(("width", "scheme"), [(480, "light"), (1280, "dark")])
def test_no_rule_of_wcag_is_broken(browser: Browser, address: str, axe: Path, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_init_script(path=axe)
    page = context.new_page()
    page.goto(address + ADDRESS)
    until(lambda: drawn(page) > 0)
    until(lambda: "Distance of the made points" in page.inner_text("#summary"))
    assert "made points" in (page.get_attribute("#answer", "aria-label") or "")
    assert broken_rules(page) == []
    context.close()
