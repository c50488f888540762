"""Secrets are hidden in what agents send, in whatever form they stand there."""

from __future__ import annotations

from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from common.redaction import without_secrets, without_secrets_in

SECRET = "s3cr3tV4lu3"
HIDDEN_IN = [
    f"password: {SECRET}",
    f'{{"password": "{SECRET}"}}',
    f'{{"api_key":"{SECRET}","x":1}}',
    f"Authorization: Bearer {SECRET}",
    f"Authorization: Token {SECRET}",
    f"authorization: Basic {SECRET}==",
    f"X-Api-Key: {SECRET}",
    f"Cookie: sessionid={SECRET}; b={SECRET}",
    f"amqp://u:{SECRET}@h:5672/v",
    f"postgres://u:{SECRET}/x@h/db",
    f"https://{SECRET}@github.com/x.git",
    f"GET /x?token={SECRET}&y=1",
    f"Server=a;User Id=b;Password={SECRET};",
    f"host=a password={SECRET} user=b",
    f"password:\n  {SECRET}",
    f"tokens:\n  - {SECRET}\n  - {SECRET}\nx: 1",
    f"tokens:\n- {SECRET}\nx: 1",
    f"tokens: [{SECRET}, {SECRET}]",
    f"secrets:\n  db: {SECRET}\n  y: {SECRET}\nz: ok",
    f"password: |\n  {SECRET}\n  {SECRET}\nz: 1",
    f"password: >-\n  {SECRET}\n\n  {SECRET}\nz: 1",
    f'password: "{SECRET} with\n  {SECRET}"',
    f"headers={{'Authorization': 'Token {SECRET}'}}",
    f'{{\\"password\\": \\"{SECRET}\\"}}',
    f"--password {SECRET}",
    f"--api-token={SECRET}",
    f"curl -u me:{SECRET} https://x",
    f"- name: DB_PASSWORD\n  value: {SECRET}",
    f'{{"name": "API_TOKEN", "value": "{SECRET}"}}',
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----",
    f"key: -----BEGIN PRIVATE KEY-----\\n{SECRET}\\n-----END PRIVATE KEY-----",
    f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{SECRET}",
    f"password='it''s {SECRET}'",
    f'passwd = "a\\"{SECRET}"',
    f"export AWS_SECRET_ACCESS_KEY={SECRET}",
    f"AccountKey={SECRET};",
    f"clientSecret: {SECRET}",
    f"SECRET_KEY={SECRET}",
    f"auth: Bearer {SECRET}",
    f"client_secret={SECRET}&grant_type=x",
    f"mysql+pymysql://root:{SECRET}@db/x?y=a@b",
    f"redis://:{SECRET}@h:6379/0",
    f"password={SECRET}@x,",
    f"Proxy-Authorization: Basic {SECRET}",
    f'"Authorization": "Bearer {SECRET}"',
    f"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ{SECRET}.{SECRET}",
    f"db_pwd: {SECRET}",
    f"pwd={SECRET}",
    f"waldur_api_token: {SECRET}",
    f"password: !vault {SECRET}",
    f"Set-Cookie: a={SECRET}; Path=/",
    f"amqp:\\/\\/u:{SECRET}@h",
    f"secret: {SECRET} # comment",
    f"passphrase={SECRET}",
    f"password: {{a: {SECRET}}}",
    f"{{token: {SECRET}}}",
    f"token: '{SECRET}'",
    f"password = b'{SECRET}'",
    f"> Authorization: Token {SECRET}",
    f"password: two words {SECRET}",
    f"password: [\n  {SECRET},\n  x]",
]

KEPT = [
    "http://host:8080/path@x",
    "see https://a.org/x?mail=a@b.org",
    "token expired yesterday",
    "Invalid token:\nTraceback\n  File x",
    "user@host:/path",
    "ssh://git@host/x",
    "port: 5672",
    "endpoint: https://x.org:8000/api/ done",
    "mail to a@b.org: sent",
    "Basic authentication failed",
    "public_key: ssh-ed25519 AAAA",
    "x-request-id: abc",
]

LONG = [
    "token" * 40000,
    "a://b:" * 30000,
    "-----BEGIN PRIVATE KEY-----" * 5000,
    'secret="' * 25000,
    "secret='\\" * 25000,
    "password: |\n" * 16000,
    "  " * 100000,
    "token: [" * 25000,
    "secret:{" * 25000,
    "name: token value" * 12000,
    "--token " * 25000,
    "?token=" * 28000,
    "bearer " * 28000,
    "eyJ" * 60000,
    "secret:\n" * 25000,
    "x-a: " * 40000,
    "\\" * 200000,
    'password: \\\\\\"' * 15000,
    "-u a:" * 40000,
    "passw" + " " * 199990,
    "secret: |\n" + "\n" * 190000,
    "eyJaaaaaaaa." * 16000,
    "secret: |\n \n" * 18000,
    "name:token\n" * 18000,
    "a" * 200000,
    "session_id" * 20000,
    "account_access" * 14000,
    "x-" + "a-" * 100000,
    "set-cookie:" * 18000,
]

CONFIG = """
offerings:
  - name: LUMI
    waldur_api_url: https://allocations.example.org/api/
    waldur_api_token: 0123abcd
    verify_ssl: true
    keycloak: {client_id: agent, client_secret: "s3cret, really", realm: x}
    backend_settings:
      password : 'hunter 2'
      DB_PASSWORD=hunter2
      api_key: abc
      token:
      secret: -starts-with-a-dash
      key_file: /etc/agent/key
      ssh: |
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXk
        -----END OPENSSH PRIVATE KEY-----
      client_secret: |
        of several
        lines
"""


def test_secrets_of_a_configuration_are_hidden_and_the_rest_is_as_it_was():
    shown = without_secrets(CONFIG)
    for secret in (
        "0123abcd",
        "s3cret",
        "really",
        "hunter",
        "abc\n",
        "-dash",
        "several",
        "lines",
        "b3BlbnNzaC1rZXk",
    ):
        assert secret not in shown
    for kept in (
        "waldur_api_url: https://allocations.example.org/api/",
        "waldur_api_token: ***\n    verify_ssl: true",
        "{client_id: agent, client_secret: ***, realm: x}",
        "token:\n",
        "key_file: /etc/agent/key",
    ):
        assert kept in shown


@given(st.text(), st.from_regex(r"[A-Za-z0-9]{8,40}", fullmatch=True))
def test_a_token_is_hidden_wherever_it_stands_and_hiding_twice_hides_no_more(before, token):
    config = f"{before}\nwaldur_api_token: {token}\n"
    shown = without_secrets(config)
    assert not shown.endswith(f"{token}\n")
    assert without_secrets(shown) == shown


def test_a_long_configuration_of_nothing_but_tokens_takes_no_time():
    assert len(without_secrets("token" * 40_000)) == 200_000
    assert without_secrets("-----BEGIN PRIVATE KEY-----" * 5_000) == "***"


def test_a_secret_is_hidden_in_every_form_and_hiding_twice_hides_no_more():
    shown = {text: without_secrets(text) for text in HIDDEN_IN}
    assert [text for text, hidden in shown.items() if SECRET in hidden] == []
    assert [text for text, hidden in shown.items() if without_secrets(hidden) != hidden] == []


def test_what_is_no_secret_stays():
    assert [text for text in KEPT if without_secrets(text) != text] == []


def test_what_follows_a_secret_stays():
    assert without_secrets(f"password: |\n  {SECRET}\nport: 1") == "password: |\n  ***\nport: 1"
    assert without_secrets(f"amqp://me:{SECRET}@bus:5672/v") == "amqp://me:***@bus:5672/v"
    assert without_secrets(f"/x?token={SECRET}&y=1") == "/x?token=***&y=1"
    assert without_secrets(f'{{"token": "{SECRET}", "x": 1}}') == '{"token": ***, "x": 1}'


def test_the_time_goes_with_the_length_of_the_text():
    """Twice the text takes about twice the time: a square would take four times it."""
    for text in LONG:
        times = []
        for part in (text[:8_000], text[:32_000]):
            begun = process_time()
            without_secrets(part)
            times.append(process_time() - begun)
        assert times[1] < 4 * 3 * (times[0] + 0.05), text[:20]


def test_secrets_are_found_in_json_by_their_keys():
    said = {
        "queue": {"password": SECRET, "url": f"amqp://u:{SECRET}@h", "n": 1},
        "l": [f"token={SECRET}"],
    }
    assert without_secrets_in(said) == {
        "queue": {"password": "***", "url": "amqp://u:***@h", "n": 1},
        "l": ["token=***"],
    }
