import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from run_folders import pictures_run, signals_run, table_run

from etude.errors import CheckpointError
from etude.evaluation.records import from_json
from etude.report.report import write_report
from etude.report.words import written

HOSTILE = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Tags that are open, and everything worth checking."""

    VOID = frozenset(("meta", "img", "br", "use", "path", "rect", "link"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "defs"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def titles(self) -> list[str | None]:
        return [attributes.get("id") for tag, attributes in self.tags if tag == "section"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    return {
        "pictures": pictures_run(root / "pictures"),
        "table": table_run(root / "table"),
        "signals": signals_run(root / "signals"),
    }


def page_of(folder: Path) -> Page:
    return Page(write_report(folder).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["pictures", "table", "signals"])
def test_the_page_is_whole_and_needs_nothing_else(folders: dict[str, Path], name: str) -> None:
    page = page_of(folders[name])
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "iframe", "object", "form")
        assert not any(key.startswith("on") for key in attributes)
        for key in ("src", "href", "xlink:href"):
            assert (attributes.get(key) or "data:").startswith(("data:", "#")), attributes


def test_every_section_of_an_evaluated_run_is_there(folders: dict[str, Path]) -> None:
    wanted = [
        "score",
        "protocol",
        "baselines",
        "data",
        "curves",
        "confusion",
        "probabilities",
        "worst",
        "place",
        "again",
    ]
    assert page_of(folders["pictures"]).titles() == wanted
    assert page_of(folders["table"]).titles() == [*wanted[:5], "errors", *wanted[7:]]


@pytest.mark.parametrize("name", ["pictures", "table", "signals"])
def test_every_score_on_the_page_is_in_the_run(folders: dict[str, Path], name: str) -> None:
    judgement = from_json((folders[name] / "evaluation-test.json").read_text())
    page = page_of(folders[name])
    for scores in (judgement.evaluation.metrics, *(each.metrics for each in judgement.baselines)):
        for metric, score in scores.items():
            assert written(metric, score.value) in page.text, metric


def test_a_hostile_class_name_stays_text(folders: dict[str, Path]) -> None:
    page = page_of(folders["signals"])
    assert HOSTILE in page.text
    assert HOSTILE not in (folders["signals"] / "report.html").read_text()


def test_the_worst_errors_are_shown_as_pictures_with_words(folders: dict[str, Path]) -> None:
    found = [attributes for tag, attributes in page_of(folders["pictures"]).tags if tag == "img"]
    assert len(found) == 24
    assert all("taken for" in (each["alt"] or "") for each in found)


def test_the_worst_rows_of_a_table_are_shown_with_their_columns(folders: dict[str, Path]) -> None:
    judgement = from_json((folders["table"] / "evaluation-test.json").read_text())
    page = page_of(folders["table"])
    assert all(value in page.text for value in judgement.evaluation.worst[0].fields.values())


def test_tables_have_captions_and_headings(folders: dict[str, Path]) -> None:
    page = page_of(folders["pictures"])
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 4
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.tags if tag == "th")
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    assert drawings and all(each.get("aria-label") and each.get("role") == "img" for each in drawings)


def test_the_command_and_the_settings_are_on_the_page(folders: dict[str, Path]) -> None:
    page = page_of(folders["pictures"])
    assert "etude train lenet --epochs 15" in page.text
    assert "source.data" in page.text and "2.13.0" in page.text


def test_looks_at_the_test_part_are_counted(folders: dict[str, Path], tmp_path: Path) -> None:
    assert "The test part was evaluated once." in page_of(folders["table"]).text
    folder = shutil.copytree(folders["table"], tmp_path / "run")
    with (folder / "events.jsonl").open("a") as file:
        file.write(json.dumps({"time": 1.0, "event": "evaluate", "part": "valid"}) + "\n")
        file.write(json.dumps({"time": 2.0, "event": "evaluate", "part": "test"}) + "\n")
    assert "The test part was evaluated 2 times." in page_of(folder).text


def test_a_run_that_nobody_evaluated_says_so_and_how(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(folders["pictures"], tmp_path / "fresh")
    (folder / "evaluation-test.json").unlink()
    page = page_of(folder)
    assert "has not been evaluated" in page.text and "etude evaluate fresh" in page.text
    assert "Last validation, after 60 updates" in page.text


def test_a_folder_with_nothing_but_the_recipe_gets_a_page(folders: dict[str, Path], tmp_path: Path) -> None:
    shutil.copy(folders["pictures"] / "recipe.json", tmp_path)
    assert page_of(tmp_path).titles() == ["score", "place", "again"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as error:
        write_report(tmp_path)
    assert error.value.code == "E-RUN-FILE"
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_evaluation_is_named_and_the_old_page_stays(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(folders["signals"], tmp_path / "run")
    old = write_report(folder).read_bytes()
    (folder / "evaluation-test.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"evaluation-test\.json") as error:
        write_report(folder)
    assert error.value.code == "E-RUN-DAMAGED"
    assert (folder / "report.html").read_bytes() == old


def test_a_last_line_that_was_cut_off_is_left_out(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(folders["signals"], tmp_path / "run")
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 61, "lo')
    assert "curves" in page_of(folder).titles()


def test_the_same_run_gives_the_same_page(folders: dict[str, Path]) -> None:
    assert write_report(folders["pictures"]).read_bytes() == write_report(folders["pictures"]).read_bytes()
