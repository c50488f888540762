"""The staff's pages for the catalogue, orders and resources."""

from marketplace.admin import catalogue as catalogue
from marketplace.admin import consumers as consumers
from marketplace.admin import endpoints as endpoints
from marketplace.admin import offerings as offerings
from marketplace.admin import orders as orders
from marketplace.admin import partitions as partitions
from marketplace.admin import plans as plans
from marketplace.admin import resources as resources
from marketplace.admin import terms as terms
