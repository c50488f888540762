"""Fields of science (OECD, revision of 2007), with the numbers that Waldur's clients use.

Waldur has "Systems engineering" as 2.8, which the OECD's list has not, so that its 2.9 to 2.12 are
the OECD's 2.8 to 2.11; `OECD_OFFICIAL_CODE` translates. The codes are strings: 2.10 is not 2.1.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

DOMAINS = {
    "1": "Natural sciences",
    "2": "Engineering and technology",
    "3": "Medical and health sciences",
    "4": "Agricultural and veterinary sciences",
    "5": "Social sciences",
    "6": "Humanities and the arts",
}

LABELS = {
    "1.1": "Mathematics",
    "1.2": "Computer and information sciences",
    "1.3": "Physical sciences",
    "1.4": "Chemical sciences",
    "1.5": "Earth and related environmental sciences",
    "1.6": "Biological sciences",
    "1.7": "Other natural sciences",
    "2.1": "Civil engineering",
    "2.2": "Electrical engineering, electronic engineering, information engineering",
    "2.3": "Mechanical engineering",
    "2.4": "Chemical engineering",
    "2.5": "Materials engineering",
    "2.6": "Medical engineering",
    "2.7": "Environmental engineering",
    "2.8": "Systems engineering",
    "2.9": "Environmental biotechnology",
    "2.10": "Industrial biotechnology",
    "2.11": "Nano technology",
    "2.12": "Other engineering and technologies",
    "3.1": "Basic medicine",
    "3.2": "Clinical medicine",
    "3.3": "Health sciences",
    "3.4": "Health biotechnology",
    "3.5": "Other medical sciences",
    "4.1": "Agriculture, forestry, and fisheries",
    "4.2": "Animal and dairy science",
    "4.3": "Veterinary science",
    "4.4": "Agricultural biotechnology",
    "4.5": "Other agricultural sciences",
    "5.1": "Psychology",
    "5.2": "Economics and business",
    "5.3": "Educational sciences",
    "5.4": "Sociology",
    "5.5": "Law",
    "5.6": "Political science",
    "5.7": "Social and economic geography",
    "5.8": "Media and communications",
    "5.9": "Other social sciences",
    "6.1": "History and archaeology",
    "6.2": "Languages and literature",
    "6.3": "Philosophy, ethics and religion",
    "6.4": "Arts (arts, history of arts, performing arts, music)",
    "6.5": "Other humanities",
}

OECD_OFFICIAL_CODE = {"2.9": "2.8", "2.10": "2.9", "2.11": "2.10", "2.12": "2.11"}


def uuid_of(code: str) -> UUID:
    """Return the UUID under which every installation knows a field of the list."""
    return uuid5(NAMESPACE_URL, f"urn:efp:oecd-fos-2007:{code}")


class FieldOfScience:
    """The list as Django's choices and as labels."""

    @staticmethod
    def choices() -> list[tuple[str, str]]:
        """Return code and label of every field, in the list's order."""
        return list(LABELS.items())

    @staticmethod
    def label(code: str | None) -> str | None:
        """Return the label of a code, or None where there is no code."""
        return LABELS[code] if code else None
