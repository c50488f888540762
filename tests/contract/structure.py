"""Comparing what the contract expects of a value with what our schema declares for it.

Names of components do not matter, only structure. Every field of the contract is one check;
``weight`` is how many checks a finding fails, so a missing object fails all that is below it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.contract.documents import Document, Node

DEEPEST = 5  # levels of nested objects; real bodies need four, recursive schemas never end


class Direction(StrEnum):
    """Who writes the value: it decides which difference hurts."""

    QUERY = "query"
    REQUEST = "request"
    RESPONSE = "response"


class Kind(StrEnum):
    """What is wrong with a value."""

    MISSING = "missing"
    TYPE = "type"
    ENUM = "enum"
    NULL = "null"
    OPTIONAL = "optional"
    REQUIRED = "required"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, at a path such as ``components[].type``."""

    kind: Kind
    path: str
    text: str
    weight: int = 1

    def under(self, prefix: str) -> "Finding":
        """Return the finding as seen from the object that holds the value."""
        dot = "" if not self.path or self.path.startswith("[") else "."
        return replace(self, path=f"{prefix}{dot}{self.path}")


Findings = tuple[Finding, ...]


class Structure:
    """Compares nodes of two documents."""

    def __init__(self, expected: Document, actual: Document) -> None:
        self._expected, self._actual = expected, actual
        self._known: dict[tuple[str, str, Direction, int], Findings] = {}
        self._sizes: dict[tuple[str, int], int] = {}

    def size(self, node: Node | None, depth: int = 0) -> int:
        """Count the checks that an expected value holds inside."""
        if node is None or depth > DEEPEST:
            return 0
        if node.ref and (node.ref, depth) in self._sizes:
            return self._sizes[node.ref, depth]
        real = self._expected.resolve(node)
        total = self.size(real.inner, depth)
        total += sum(1 + self.size(inner, depth + 1) for inner in real.fields.values())
        if node.ref:
            self._sizes[node.ref, depth] = total
        return total

    def compare(
        self, want: Node | None, have: Node | None, way: Direction, depth: int = 0
    ) -> Findings:
        """Find where ``have`` breaks a client that expects ``want``."""
        if want is None or depth > DEEPEST:
            return ()
        if have is None:
            size = self.size(want, depth)
            return (Finding(Kind.MISSING, "", "no schema", size),) if size else ()
        if not (want.ref and have.ref):
            return self._values(want, have, way, depth)
        key = (want.ref, have.ref, way, depth)
        if key not in self._known:
            self._known[key] = ()  # ends the recursion of a list in itself
            self._known[key] = self._values(want, have, way, depth)
        return self._known[key]

    def _values(self, want: Node, have: Node, way: Direction, depth: int) -> Findings:
        size = self.size(want, depth)
        want, have = self._expected.resolve(want), self._actual.resolve(have)
        if want.options or have.options:
            return self._best_alternative(want, have, way, depth)
        if want.type == "any":
            return ()
        if have.type not in _accepted_types(want.type, way):
            found = "untyped" if have.type == "any" else f"{have.type} found"
            return (Finding(Kind.TYPE, "", f"{want.type} expected, {found}", max(size, 1)),)
        findings = [*_compare_enums(want, have, way)]
        if want.inner is not None:
            inside = have.items if want.items else have.values
            below = self.compare(want.inner, inside or Node(), way, depth)
            findings += [finding.under("[]") for finding in below]
        findings += self._fields(want.fields, have.fields, way, depth)
        return tuple(findings)

    def _best_alternative(self, want: Node, have: Node, way: Direction, depth: int) -> Findings:
        """Compare all alternatives with all and keep the pair that fits best."""
        pairs = (
            self.compare(one, other, way, depth)
            for one in want.options or (want,)
            for other in have.options or (have,)
        )
        return min(pairs, key=lambda findings: sum(finding.weight for finding in findings))

    def _fields(
        self, want: Mapping[str, Node], have: Mapping[str, Node], way: Direction, depth: int
    ) -> Iterator[Finding]:
        for name, expected in want.items():
            actual = have.get(name)
            if actual is None:
                size = self.size(expected, depth + 1)
                yield Finding(Kind.MISSING, name, "missing", 1 + size)
                continue
            yield from self._presence(name, expected, actual, way)
            for finding in self.compare(expected, actual, way, depth + 1):
                yield finding.under(name)
        if way is Direction.REQUEST:
            yield from _unexpected_demands(want, have)

    def _presence(self, name: str, want: Node, have: Node, way: Direction) -> Iterator[Finding]:
        """Compare whether a field may be null and whether it may be left out."""
        real, ours = self._expected.resolve(want), self._actual.resolve(have)
        if way is Direction.RESPONSE:
            untyped = real.type == "any" and not real.options
            if ours.nullable and not real.nullable and not untyped:
                yield Finding(Kind.NULL, name, "may be null, contract says never")
            elif want.required and not have.required:
                yield Finding(Kind.OPTIONAL, name, "must always be present")
        elif have.required and not want.required:
            yield Finding(Kind.REQUIRED, name, "required here, optional in contract")
        elif real.nullable and not ours.nullable:
            yield Finding(Kind.NULL, name, "null must be accepted")


def _accepted_types(want: str, way: Direction) -> frozenset[str]:
    """Name the types that do: a client reads an integer as a number, a server the reverse."""
    if want == "number" and way is Direction.RESPONSE:
        return frozenset({"number", "integer"})
    if want == "integer" and way is not Direction.RESPONSE:
        return frozenset({"number", "integer"})
    return frozenset({want})


def _compare_enums(want: Node, have: Node, way: Direction) -> Iterator[Finding]:
    if want.enum is None:
        return
    if have.enum is None:
        text = f"{len(want.enum)} enum values expected, free {have.type} found"
        yield Finding(Kind.ENUM, "", text)
        return
    lacking, extra = sorted(want.enum - have.enum), sorted(have.enum - want.enum)
    texts = [f"lacks {', '.join(lacking)}"] if lacking else []
    if extra and way is Direction.RESPONSE:
        texts.append(f"unknown to clients: {', '.join(extra)}")
    if texts:
        yield Finding(Kind.ENUM, "", "; ".join(texts))


def _unexpected_demands(want: Mapping[str, Node], have: Mapping[str, Node]) -> Iterator[Finding]:
    for name, node in have.items():
        if node.required and not node.read_only and name not in want:
            yield Finding(Kind.REQUIRED, name, "required here, unknown to contract")
