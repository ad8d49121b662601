"""Imports what any recipe needs, once, before children are made."""

from etude.catalogue import recipe_names
from etude.verbs.recipes import find_recipe

for name in recipe_names():
    find_recipe(name)
