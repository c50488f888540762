"""The floors of all lists, by the collection's name in the API."""

from config.load.bench.floors.allocations import ALLOCATIONS
from config.load.bench.floors.catalogue import CATALOGUE
from config.load.bench.floors.identity import IDENTITY
from config.load.bench.floors.usages import USAGES

FLOORS = {**IDENTITY, **CATALOGUE, **ALLOCATIONS, **USAGES}
