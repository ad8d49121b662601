"""etude show RECIPE: the recipe's own file, to read or to copy."""

import json

from etude.catalogue import entry, recipe_names, references
from etude.errors import UsageError, nearest

HELP = """usage: etude show RECIPE [--json]

Prints the recipe's file: its settings, its network and how it is trained, in about 60 lines.
To make it your own: etude show lenet > mine.py, change it, etude train ./mine.py
"""


def command(arguments: list[str]) -> int:
    """The verb."""
    words = [each for each in arguments if each != "--json"]
    if words and words[0] in ("-h", "--help"):
        print(HELP, end="")
        return 0
    if len(words) != 1 or words[0] not in recipe_names():
        close = nearest(words[0], recipe_names()) if words else "; one recipe is wanted."
        raise UsageError("E-RECIPE", f"no recipe {' '.join(words)!r}{close} `etude list` shows all.")
    recipe = entry(words[0])
    source = recipe.path.read_text(encoding="utf-8")
    if "--json" in arguments:
        facts = {
            "recipe": recipe.name,
            "about": recipe.about,
            "reached": references().get(recipe.name),
            "source": source,
        }
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print(source, end="")
    return 0
