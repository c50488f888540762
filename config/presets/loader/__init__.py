"""Loads a preset: a catalogue with its organisations and people, in Waldur's format.

A preset is one JSON object of sections, each a list of rows; rows refer to each other by UUID.
Loading is repeatable: a row is found by its UUID and brought to what the file says, in one
transaction for the whole file. What has a life of its own is given when a row is new and then left
alone: the state of an offering, whether a person is active, their password, roles and accounts. A
broken file changes nothing, and the error says which row is wrong and why.
"""

from config.presets.loader.faults import BrokenPreset
from config.presets.loader.loading import Tally, load

__all__ = ["BrokenPreset", "Tally", "load"]
