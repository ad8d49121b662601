"""How the run came about: protocol, settings, time and place, and the command that does it again."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from etude.evaluation.records import Judgement
from etude.report.facts import Facts
from etude.report.page import Html, code, command, joined, paragraph, section, table, text
from etude.report.score import part_name
from etude.report.words import counted, duration


def protocol_section(facts: Facts, judgement: Judgement) -> Html:
    """Under which rules the score was obtained."""
    part = part_name(judgement.evaluation.part)
    looks = facts.looks(judgement.evaluation.part)
    lines = [judgement.evaluation.protocol, f"Weights: {judgement.checkpoint}."]
    if facts.data is not None and facts.data.rule:
        lines.append(f"Split: {facts.data.rule}.")
    if looks:
        times = "once" if looks == 1 else f"{looks} times"
        advice = "" if looks == 1 else " Choices made after the first look make the score too good."
        lines.append(f"The {part} part was evaluated {times}.{advice}")
    lines.append("Baselines answered the same examples and were trained on the training part alone.")
    items = joined(Html(f"<li>{text(line)}</li>\n") for line in lines)
    return section("protocol", "Protocol", Html(f"<ul>\n{items}</ul>\n"))


def place_section(facts: Facts) -> Html:
    """When, where, for how long, with which versions."""
    rows = [[text(name), text(value)] for name, value in [*training_facts(facts), *machine_facts(facts.environment)]]
    return section("place", "Time and place", table("The training", ["what", "value"], rows, numbers_from=2))


def training_facts(facts: Facts) -> Iterator[tuple[str, str]]:
    """What the curves and the diary tell."""
    if facts.rows:
        last: dict[Any, Mapping[str, Any]] = {row.get("phase", 0): row for row in facts.rows}
        yield "training time", duration(sum(float(row.get("seconds", 0.0)) for row in last.values()))
        yield "updates", ", then ".join(f"{row.get('step', 0):,}" for row in last.values())
    parameters = [phase["parameters"] for phase in facts.phases if "parameters" in phase]
    if parameters:
        yield "parameters", f"{parameters[-1]:,}"
    resumed = sum(event.get("event") == "resume" for event in facts.events)
    if resumed:
        yield "resumed", f"{resumed} times" if resumed > 1 else "once"
    times = [event["time"] for event in facts.events if isinstance(event.get("time"), int | float)]
    if times:
        yield "last entry of the diary", datetime.fromtimestamp(max(times), UTC).strftime("%Y-%m-%d %H:%M UTC")


def machine_facts(environment: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Machine and versions, one line each."""
    for name, value in environment.items():
        if name != "command":
            yield name, in_words(value)


def in_words(value: object) -> str:
    """A JSON value as a line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(each)}" for name, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(in_words(each) for each in value)
    if value is None:
        return "not set"
    return str(value)


def again_section(facts: Facts) -> Html:
    """The command, and every setting that it stands for."""
    began = facts.environment.get("command")
    lines = [paragraph(text("The training was started by")), command(command_line(began))] if began else []
    path = shlex.quote(str(Path(facts.folder.name) / "recipe.json"))
    name = shlex.quote(facts.recipe)
    again = [
        paragraph(text("Whatever started it, the same recipe, data and seed again, and the same evaluation:")),
        command(f"etude train {name} --start-from {path}\netude evaluate last"),
    ]
    rows = [[code(name), text(value)] for name, value in flat(facts.fields)]
    settings = table("Settings", ["field", "value"], rows, numbers_from=2) if rows else Html("")
    folded = Html(f"<details><summary>All {counted(len(rows), 'setting')}</summary>\n{settings}</details>\n")
    return section("again", "Do it again", *lines, *again, folded if rows else Html(""))


def command_line(arguments: object) -> str:
    """What was typed, with the program by its name."""
    if isinstance(arguments, str):
        return arguments
    words = [str(each) for each in arguments] if isinstance(arguments, Sequence) else []
    if words and Path(words[0]).name in {"etude", "__main__.py"}:
        words[0] = "etude"
    return shlex.join(words)


def flat(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Settings, nested ones with their path."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", in_words(value)
