"""The floors of all lists, by the collection's name in the API."""

from bench.floors.allocations import ALLOCATIONS
from bench.floors.catalogue import CATALOGUE
from bench.floors.identity import IDENTITY
from bench.floors.usages import USAGES

FLOORS = {**IDENTITY, **CATALOGUE, **ALLOCATIONS, **USAGES}
