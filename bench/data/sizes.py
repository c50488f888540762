"""How many rows of each noun a factor stands for; at 1 it is the data set of the measurements."""

from __future__ import annotations

from dataclasses import dataclass

PROVIDERS = 2
OFFERINGS = 10
COMPONENTS = ("cpu_k_hours", "gpu_k_hours", "gb_k_hours")
PLANS_PER_OFFERING = 2
MONTHS = 4
LARGEST_FACTOR = 100
MEMBERS_PER_PROJECT = 3
OWNERS_WITH_TOKENS = 5
MEMBERSHIPS_OF_MEMBER = 15


@dataclass(frozen=True)
class Sizes:
    """The numbers of rows; one organisation is large and the others are alike."""

    customers: int
    large_projects: int
    other_projects: int
    resources: int
    large_resources: int

    @classmethod
    def of(cls, factor: float) -> Sizes:
        """Return the sizes for a factor; below 1 every organisation shrinks, above 1 they multiply.

        :raises ValueError: for a factor that is not positive, or beyond all measure.
        """
        if not 0 < factor <= LARGEST_FACTOR:
            raise ValueError(f"The factor must be positive, up to {LARGEST_FACTOR}.")
        part = min(factor, 1.0)
        return cls(
            customers=1 + max(OWNERS_WITH_TOKENS - 1, round(95 * factor)),
            large_projects=max(2, round(100 * part)),
            other_projects=max(1, round(20 * part)),
            resources=max(OFFERINGS, round(5000 * factor)),
            large_resources=max(3, round(275 * part)),
        )

    @property
    def projects(self) -> int:
        """All projects; the large organisation's come first."""
        return self.large_projects + (self.customers - 1) * self.other_projects

    @property
    def people(self) -> int:
        """As many people as projects: each leads one and works in two others."""
        return max(self.projects, MEMBERS_PER_PROJECT)

    @property
    def usages(self) -> int:
        """One usage per resource, component and month."""
        return self.resources * len(COMPONENTS) * MONTHS

    def customer_of_project(self, number: int) -> int:
        """Return the number of the organisation that a project belongs to."""
        if number < self.large_projects:
            return 0
        return 1 + (number - self.large_projects) // self.other_projects

    def project_of_resource(self, number: int) -> int:
        """Return the number of the project that a resource belongs to."""
        if number < self.large_resources:
            return number % self.large_projects
        others = self.projects - self.large_projects
        return self.large_projects + (number - self.large_resources) % others
