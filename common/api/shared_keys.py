"""What keys and parameters mean that every app has, and what the last parts of keys say.

See `common.api.meanings`; each app has such a table for its own.
"""

from collections.abc import Mapping

KEYS: Mapping[str, str] = {
    # --- parameters -------------------------------------------------------------------------------
    "page": "Which page, from 1; `last` is the last one. Beyond it the answer is 404.",
    "page_size": "How many rows a page has: 10 unless given, at most 300.",
    "field": "The keys to answer; may be repeated. Without it all of them are answered.",
    "o": "The order of the rows.",
    "query": "A text to search for.",
    "keyword": "A text to search for.",
    "search_string": "A text to search for.",
    "created_before": "When it was created.",
    "modified_after": "When it was changed last.",
    "modified_before": "When it was changed last.",
    "name_exact": "Its name.",
    # --- keys of all objects ----------------------------------------------------------------------
    "url": "Its URL.",
    "uuid": "Its UUID, as 32 hexadecimal digits.",
    "slug": "Its short name, unique among its like, as addresses and sites use it.",
    "name": "Its name.",
    "title": "Its title.",
    "description": "Its description, as people read it.",
    "created": "When it was created (UTC).",
    "modified": "When it was changed last (UTC).",
    "label": "Its name, as people read it.",
    "backend_id": "What the site, or another system behind it, calls it.",
    "is_active": "Whether it is in use.",
    "order": "The order in which the keys are shown.",
    # --- errors and answers -----------------------------------------------------------------------
    "detail": "What there is to say, in words.",
    "status": "What was done, in words.",
    "code": "A short word for the kind of error, for programs.",
    "Problem.type": "A URI for the kind of error.",
    "Problem.title": "The kind of error, in words.",
    "Problem.status": "The HTTP status.",
    "Problem.instance": "The address that was asked for.",
    "Problem.state": "The state that something is in, where that is why.",
    "valid_states": "The states in which it would be possible.",
    "Problem.component": "The type of the component that it is about.",
    "needs": "What would be enough: permissions, or flags of the person.",
    "Problem.errors": "What is wrong with the parts of the body.",
    "pointer": "Where it is in the body (JSON pointer); an empty text is the whole.",
    "errors.detail": "What is wrong there.",
}

NOUNS: Mapping[str, str] = {
    "group": "group",
    "parent": "object that it is a part of",
    "scope": "object that it is about",
}

ENDINGS: Mapping[str, str] = {
    "uuid": "UUID of the {}.",
    "url": "URL of the {}.",
    "name": "Name of the {}.",
    "slug": "Short name of the {}.",
    "title": "Title of the {}.",
    "description": "Description of the {}.",
    "username": "Username of the {}.",
    "full_name": "Full name of the {}.",
    "fullname": "Full name of the {}.",
    "first_name": "First name of the {}.",
    "last_name": "Last name of the {}.",
    "middle_name": "Middle name of the {}.",
    "native_name": "Name of the {} in its own language.",
    "email": "E-mail address of the {}.",
    "abbreviation": "Abbreviation of the {}.",
    "image": "URL of the picture of the {}.",
    "thumbnail": "URL of the small picture of the {}.",
    "icon": "URL of the icon of the {}.",
    "type": "Type of the {}.",
    "state": "State of the {}.",
    "code": "Code of the {}.",
    "country": "Country of the {}.",
    "backend_id": "What the site calls the {}.",
    "created": "When the {} was created (UTC).",
    "start_date": "Day on which the {} begins; null is at once.",
    "end_date": "Day on which the {} ends; null is never.",
    "effective_end_date": "Day on which the {} ends with its grace period; null is never.",
    "group": "Group of the {}.",
}
