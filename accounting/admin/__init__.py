"""The staff's pages for what was used, for people's limits, for policies and for sites."""

from accounting.admin import desired as desired
from accounting.admin import policies as policies
from accounting.admin import usages as usages
from accounting.admin import used as used
from accounting.admin import user_limits as user_limits
