"""Faults on purpose: the goals of docs/reliability.md, measured beside what peers do on the same tests."""
