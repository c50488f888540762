"""What the published document says before its first operation, for whoever writes a client."""

OVERVIEW = """\
Compute-time allocations on EuroHPC machines, from order to usage. Paths, fields and states are
those of Waldur, so that clients of Waldur work. Some words have two names: an organization is a
`customer`, an allocation a `resource`, a Hosting Entity a `service provider`, a person's account
at a site an `offering user`.

## Authentication

`POST /api-auth/password/` answers a token for a username and a password. Send it with each
request: `Authorization: Token <token>`. A token ends when it is not used for the person's
`token_lifetime` (in seconds), or by `POST /api-auth/logout/`. Each operation says whom it is
allowed for. Staff may do everything, support may read everything. What you may not see is 404,
what you see but may not do 403. `GET /api/roles/` lists the permissions of each role.

## Lists

A list answers a JSON array, one page of it: `page` (from 1), `page_size` (10 unless given, at most
300). The headers `Link` (`first`, `prev`, `next`, `last`) and `X-Result-Count` (of all pages) tell
the rest. `o` orders: `o=name,-created`. Parameters that are not known are ignored; a value that
cannot be read is 400. A `HEAD` request answers the headers alone.

## Values

`field` chooses the keys of an answer and may be repeated: `field=uuid&field=name`. UUIDs are
answered as 32 hexadecimal digits and read in either form. Times are ISO 8601 in UTC, dates
`YYYY-MM-DD`. Exact amounts, such as prices and usage, are decimal numbers in strings. A key whose
value is not known is left out, or null where it may be null; a list is always there.

## Errors

Errors are `{"detail": …}`, or messages by field for 400. With `Accept: application/problem+json`
they are problem details (RFC 9457), with a `code` and, where a state does not allow something
(409), that state.

## Repeated and conditional requests

A `POST` with an `Idempotency-Key` header (up to 255 characters, your own choice) is carried out
once; sent again it gets the first answer, with `Idempotency-Replayed: true`; not where the answer
shows a secret, which is never stored. The same key with another body is 422. Reads answer an
`ETag`: with `If-None-Match` a read is 304 if nothing has changed, and with `If-Match` a write is
412 if something has.

## Rate limits

Requests are counted per token, person and address. Above the limit the answer is 429; wait for
`Retry-After` seconds.
"""
