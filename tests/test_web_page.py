"""The playground's page in a real browser: what a person sees and does there."""

import time

import pytest
from playwright.sync_api import Page

from tests.page_fixtures import LESSON, MARKS, epoch, loss, picture, pixel, shown, until

pytestmark = MARKS


def test_t01_reset_starts_again_from_the_same_weights(page: Page) -> None:
    first = loss(page)
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert loss(page) < first
    page.click("#resetButton")
    until(lambda: epoch(page) == 0)
    assert loss(page) == first


def test_t02_play_and_pause(page: Page) -> None:
    page.click("#playButton")
    until(lambda: epoch(page) > 3)
    assert page.inner_text("#playButton .name") == "Pause"
    page.keyboard.press("Space")  # the button has the focus
    until(lambda: page.inner_text("#playButton .name") == "Train")
    time.sleep(0.3)
    still = epoch(page)
    time.sleep(0.3)
    assert epoch(page) == still


def test_t03_step_is_one_epoch(page: Page) -> None:
    for wanted in (1, 2):
        page.keyboard.press("ArrowRight")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]


def test_t04_epochs_are_counted_with_six_digits(page: Page) -> None:
    assert page.inner_text("#epoch") == "000,000"


def test_t05_the_learning_rate_changes_without_a_reset(page: Page) -> None:
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    page.select_option("#learningRate", "10")
    page.click("#stepButton")
    until(lambda: epoch(page) == 2)
    rates = page.eval_on_selector_all("#learningRate option", "(all) => all.map((each) => each.value)")
    assert rates == ["0.00001", "0.0001", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10"]
    assert "learningRate=10" in shown(page)


@pytest.mark.parametrize(
    ("control", "value", "said"),
    [
        ("activation", "relu", "activation=relu"),
        ("regularization", "L1", "regularization=L1"),
        ("regularizationRate", "0.003", "regularizationRate=0.003"),
        ("problem", "regression", "problem=regression"),
    ],
    ids=["t06", "t07", "t08", "t09"],
)
def test_other_choices_reset(page: Page, control: str, value: str, said: str) -> None:
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    page.select_option(f"#{control}", value)
    until(lambda: epoch(page) == 0 and said in shown(page))


def test_t10_worlds_are_chosen_by_their_picture(page: Page) -> None:
    names = page.eval_on_selector_all("#worlds button", "(all) => all.map((each) => each.ariaLabel)")
    assert names == ["Circle", "Exclusive or", "Gaussian", "Spiral"]
    page.click("#worlds button[aria-label=Spiral]")
    until(lambda: "dataset=spiral" in shown(page))
    assert page.get_attribute("#worlds button[aria-label=Spiral]", "aria-checked") == "true"
    page.select_option("#problem", "regression")
    until(lambda: page.locator("#worlds button").count() == 2)


def test_t11_t12_t13_sliders(page: Page) -> None:
    for name, low, high, step in (("percTrainData", 10, 90, 10), ("noise", 0, 50, 5), ("batchSize", 1, 30, 1)):
        slider = page.locator(f"#{name}")
        assert [slider.get_attribute(each) for each in ("min", "max", "step")] == [str(low), str(high), str(step)]
        slider.fill(str(high))
        slider.dispatch_event("change")
        until(lambda name=name, high=high: f"{name}={high}" in shown(page))  # type: ignore[misc]


def test_t14_new_points_for_the_same_weights(page: Page) -> None:
    for wanted in range(1, 6):
        page.click("#stepButton")
        until(lambda wanted=wanted: epoch(page) == wanted)  # type: ignore[misc]
    learnt, seed = loss(page), shown(page)
    page.click("#regenerate")
    until(lambda: epoch(page) == 0 and shown(page) != seed)
    assert loss(page) < 2 * learnt + 0.05  # what was learnt still holds


def test_t16_features_are_switched(page: Page) -> None:
    page.click("button[aria-label^='Feature X₁X₂']")
    until(lambda: "xTimesY=true" in shown(page))
    assert page.get_attribute("button[aria-label^='Feature X₁X₂']", "aria-pressed") == "true"


def test_t17_t18_layers_and_units(page: Page) -> None:
    page.click("#more")
    until(lambda: "networkShape=3,2,2" in shown(page))
    page.click("button[aria-label='One unit more in hidden layer 1']")
    until(lambda: "networkShape=4,2,2" in shown(page))
    assert page.locator(".unit:not(.on):not(.off)").count() == 8
    for left in (2, 1, 0):
        page.click("#fewer")
        until(lambda left=left: page.inner_text("#layers-text").startswith(str(left)))  # type: ignore[misc]


def test_t19_t23_units_are_shown_and_enlarged(page: Page) -> None:
    page.mouse.move(0, 0)  # wherever the last test left it
    first = page.locator(".unit:not(.on):not(.off)").first
    whole = pixel(page, 5.5, 5.5), pixel(page, -5.5, 5.5)
    first.hover()
    until(lambda: (pixel(page, 5.5, 5.5), pixel(page, -5.5, 5.5)) != whole)
    page.mouse.move(0, 0)
    until(lambda: (pixel(page, 5.5, 5.5), pixel(page, -5.5, 5.5)) == whole)


def test_t20_a_bias_is_read_and_changed(page: Page) -> None:
    page.click("button[aria-label='Bias of unit 2 of hidden layer 1']")
    assert page.inner_text("#card-text") == "Bias is 0.10."
    page.fill("#card-value", "-3")
    before = loss(page)
    page.keyboard.press("Enter")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert loss(page) != before
    page.click("button[aria-label='Bias of unit 2 of hidden layer 1']")
    assert page.inner_text("#card-text").startswith("Bias is -")
    page.keyboard.press("Escape")


def test_t22_a_weight_is_read_and_changed(page: Page) -> None:
    box = page.locator("#network").bounding_box()
    assert box is not None
    for x in range(int(box["width"]) - 60, 100, -4):
        page.mouse.move(box["x"] + x, box["y"] + 96)
        if page.is_visible("#card"):
            break
    assert page.inner_text("#card-text").startswith("Weight is ")
    page.mouse.down()
    page.mouse.up()
    page.fill("#card-value", "4.5")
    before = loss(page)
    page.keyboard.press("Enter")
    page.click("#stepButton")
    until(lambda: epoch(page) == 1)
    assert loss(page) != before


def test_t26_t28_what_is_learnt_is_seen(page: Page) -> None:
    page.click("#playButton")
    until(lambda: epoch(page) >= 15)
    page.click("#playButton")
    until(lambda: page.inner_text("#playButton .name") == "Train")
    assert loss(page) < 0.05 and float(page.inner_text("#test-loss")) < 0.05
    red, _, blue = pixel(page, 5.5, 5.5)
    assert blue > red + 40  # the upper cloud is blue
    red, _, blue = pixel(page, -5.5, -5.5)
    assert red > blue + 40


def test_t32_two_colours_only(page: Page) -> None:
    page.click("#stepButton")
    page.check("#discretize")
    shades = {tuple(pixel(page, x / 2, -5.9)) for x in range(-11, 12)}
    assert len(shades) <= 3  # two, and their border
    assert "discretize=true" in shown(page)


def test_t31_test_points_are_shown(page: Page) -> None:
    before = picture(page, "points")
    page.check("#showTestData")
    assert picture(page, "points") != before


def test_t30_the_legend_runs_from_orange_to_blue(page: Page) -> None:
    script = "() => [...document.getElementById('legend').getContext('2d').getImageData(0, 0, 256, 1).data]"
    pixels = page.evaluate(script)
    assert pixels[:3] == [245, 147, 34] and pixels[-4:-1] == [8, 119, 189]
    assert max(pixels[512:515]) - min(pixels[512:515]) < 8  # grey in the middle


@pytest.mark.parametrize("width", [480, 1180, 1920])
def test_t40_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.set_viewport_size({"width": 1280, "height": 800})


def test_t39_the_text_can_be_hidden(page: Page) -> None:
    assert page.is_visible("#article")
    page.evaluate("(hash) => { location.hash = hash; }", f"{LESSON}&hideText=true")
    until(lambda: not page.is_visible("#article"))


def test_t38_a_teacher_hides_controls(page: Page) -> None:
    page.evaluate("(hash) => { location.hash = hash; }", f"{LESSON}&learningRate_hide=true&playButton_hide=true")
    until(lambda: not page.is_visible("#learningRate"))
    assert not page.is_visible("#playButton") and page.is_visible("#stepButton")


def test_every_control_has_a_name(page: Page) -> None:
    script = """() => [...document.querySelectorAll("button, select, input")]
      .filter((each) => !(each.ariaLabel || each.textContent.trim() || each.title))
      .filter((each) => !each.labels?.[0]?.textContent.trim())
      .map((each) => each.outerHTML)"""
    assert page.evaluate(script) == []


def test_the_page_asks_nobody_else_and_has_no_errors(page: Page, address: str, requests: list[str]) -> None:
    home = address.split("/?")[0]
    assert requests and all(each.startswith((home, "data:", home.replace("http", "ws"))) for each in requests)
