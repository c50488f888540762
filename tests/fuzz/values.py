"""Seeded values: what a schema asks for, what the world already has, and poison."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.promises import Document, Schema

DEEPEST = 4  # levels of objects that are made up; schemas of themselves never end

MOMENTS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0026-01-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "2026-01-01T00:00:00+23:59",
    "2026-02-29T00:00:00Z",
    "2026-06-30T23:59:60Z",
    "2026-10-01T00:00:00+02:00",
    "2026-11-30T24:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999Z",
    "10000-01-01T00:00:00Z",
    "2026-11-30",
    "2026-11-30 12:00",
)
DAYS = ("0000-01-01", "0001-01-01", "1999-12-31", "2026-02-30", "2026-11-30", "2109-01-01",
        "9999-12-31", "9999-99-99", "2026-1-1", "20261130")  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 0.1, -0.0, 1e-300, 1e308, -1e308, 2**31 - 1, 2**31, 2**53, 2**53 + 1, 2**63 - 1,
    2**63, -(2**63) - 1, 2**70, 10**22, 10**309, 10**400, -(10**400), float("nan"), float("inf"),
)  # fmt: skip
TEXTS: tuple[str, ...] = (
    "", " ", "\x00", "a\x00b", "\ud800", "x\udfffy", "\u202egnp.exe", "\u200b", "Łukasz Żółć", "王",
    "é" * 300, "x" * 256, "y" * 5000, "javascript:alert(1)", "http://", "http://[", "//x", "../..",
    "%00", "%ff", "'\"><script>", "null", "true", "1", "-1", "1e999", "NaN", "Infinity", "٣", "²",
    "1" * 400, "(a+)+$", "[", "a,b,,c", "00000000000000000000000000000000", "gpu hours!", "root",
    "00000000-0000-0000-0000-000000000000", "user@example.org", "a@b@c", "@", *MOMENTS, *DAYS,
)  # fmt: skip


USUAL = ("x", "abc", "Some words", "node-hours", *TEXTS)
FORMS: dict[str, tuple[str, ...]] = {
    "uri": ("https://example.org/",),
    "date-time": ("2026-11-30T12:00:00Z", *MOMENTS),
    "date": ("2026-12-31", "2027-06-30", *DAYS),
    "email": ("new@example.org", "bob@example.org"),
}
"""What a text is chosen from, by its format."""

TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "object": dict,
    "array": list,
    "boolean": bool,
}

HEXADECIMAL = 32  # digits of a UUID


def nested(depth: int) -> Any:
    """Return a list in a list, so many deep."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


JUNK: tuple[Any, ...] = (
    None, True, False, [], {}, [None], [[]], [{}], {"": ""}, {"0": 1}, {"1": {"2": 3}}, {"\x00": 1},
    {"\ud800": 1}, {"x" * 3000: 1}, {"uuid": None}, [1, 1, 1], ["", ""], nested(20), nested(60),
    {"a": 10**400}, {"a": [float("nan")]}, {"__proto__": {}}, {"detail": "x"},
)  # fmt: skip


class Seen:
    """Values of the world, by the name of the key under which answers showed them."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Any]] = defaultdict(list)
        self.uuids: list[str] = []

    def learn(self, value: Any, name: str = "") -> None:
        """Take what an answer shows."""
        if isinstance(value, dict):
            for key, inner in value.items():
                self.learn(inner, key)
        elif isinstance(value, list):
            for inner in value:
                self.learn(inner, name)
        if name and value not in (None, "", [], {}) and value not in self.by_name[name]:
            self.by_name[name].append(value)
            if name == "uuid" and isinstance(value, str):
                self.uuids.append(value)


class Maker:
    """Makes values from one source of chance."""

    def __init__(self, chance: Random, document: Document, seen: Seen, *, poison: float) -> None:
        self.chance, self.document, self.seen, self.poison = chance, document, seen, poison
        self.is_sober = False

    def may(self, probability: float) -> bool:
        """Throw the dice."""
        return self.chance.random() < probability

    def bad(self) -> Any:
        """Return poison."""
        return self.chance.choice(self.chance.choice((NUMBERS, TEXTS, JUNK)))

    def value(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """Return a value for a schema, a known one of the name, or poison."""
        schema = self._plain(schema)
        known = self._known(schema, name)
        if self.may(self.poison):
            made = self.bad()
        elif known and self.may(0.6):
            made = self.chance.choice(known)
        elif schema.get("nullable") and self.may(0.1):
            made = None
        elif "enum" in schema:
            made = self.chance.choice(schema["enum"])
        else:
            made = self._of_type(schema, name, depth)
        return made

    def _known(self, schema: Schema, name: str) -> list[Any]:
        """Return what the world has for a key: of the schema's type, and of its kind if a URL."""
        fitting = TYPES.get(schema.get("type", ""), object)
        known = [one for one in self.seen.by_name.get(name, ()) if isinstance(one, fitting)]
        if schema.get("format") != "uri":
            return known
        plural = f"{name.removesuffix('y')}ies/" if name.endswith("y") else f"{name}s/"
        urls = [one for one in self.seen.by_name.get("url", ()) if plural in one]
        return urls or [one for one in known if one.startswith("http")]

    def _plain(self, schema: Schema) -> Schema:
        schema = self.document.follow(schema)
        for word in ("allOf", "oneOf", "anyOf"):
            if schema.get(word):
                return self._plain(self.chance.choice(schema[word]))
        return schema

    def _of_type(self, schema: Schema, name: str, depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "")
        if kind == "object":
            made: Any = self._object(schema, depth)
        elif kind == "array":
            made = self._array(schema, name, depth)
        elif kind in {"integer", "number"}:
            whole = self.chance.choice((0, 1, 2, 5, 10, 100, 2**31 - 1, -1))
            made = whole if kind == "integer" or self.may(0.5) else whole + 0.25
        elif kind == "boolean":
            made = self.may(0.5)
        else:
            made = self._text(schema, name) if kind == "string" else self.bad()
        return made

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        count = self.chance.choice((0, 1, 1, 2, 3)) if depth < DEEPEST else 0
        made = [self.value(schema.get("items", {}), name, depth + 1) for _ in range(count)]
        return made + made[:1] if self.may(0.1) else made

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        wanted = (0.05 if self.is_sober else 0.35) if depth < DEEPEST else 0.0
        made = {
            key: self.value(inner, key, depth + 1)
            for key, inner in schema.get("properties", {}).items()
            if (key in required and (self.is_sober or not self.may(0.03))) or self.may(wanted)
        }
        free = schema.get("additionalProperties")
        if isinstance(free, dict) and depth < DEEPEST:
            names = self.seen.by_name.get("type", []) + list(TEXTS[:12])
            for _ in range(self.chance.choice((0, 1, 1, 2))):
                made[str(self.chance.choice(names))] = self.value(free, "", depth + 1)
        return made

    def _text(self, schema: Schema, name: str) -> str:
        form = schema.get("format", "")
        if form == "uuid" and self.seen.uuids:
            return self._uuid(name)
        urls = self.seen.by_name.get("url", []) if form == "uri" else []
        texts = FORMS.get(form, USUAL)
        return str(self.chance.choice([*urls, *texts[: 2 if self.is_sober else None]]))

    def _uuid(self, name: str) -> str:
        stem = name.removesuffix("_uuid")
        own = self.seen.by_name.get(f"{stem}_uuid") or self.seen.uuids
        plain = str(self.chance.choice(own if self.may(0.8) else self.seen.uuids))
        if self.may(0.2) and len(plain) == HEXADECIMAL:
            return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
        return plain
