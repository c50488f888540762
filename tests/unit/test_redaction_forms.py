"""Secrets are hidden under each name and in each form that programs write; the rest stays."""

from __future__ import annotations

import json

from common.redaction import without_secrets, without_secrets_in

S = "s3cr3tV4lu3"

NAMES = [
    "password",
    "Password",
    "passwd",
    "pwd",
    "pw",
    "pass",
    "DB_PASS",
    "dbPass",
    "passphrase",
    "secret",
    "secrets",
    "token",
    "API_TOKEN",
    "api_key",
    "api-key",
    "apiKey",
    "access_key",
    "private_key",
    "secret_key",
    "credentials",
    "creds",
    "authorization",
    "bearer",
    "bindpw",
    "munge_key",
    "ldap_default_authtok",
]

SPACED = [
    "api key",
    "API key",
    "secret key",
    "access key",
    "private key",
    "munge key",
    "pass phrase",
]

FORMS = [
    "{n}: {s}",
    "{n}={s}",
    "{n} = {s}",
    "{n}:{s}",
    "{n} := {s}",
    "{n} => '{s}'",
    "x: 1, {n}: ab cd {s}",
    "x: 1, {n}: ab {s} cd",
    "  - {n}: ab cd {s}",
    "failed with {n}: ab,cd {s}",
    "failed with {n}: 'ab, {s}'",
    "failed with {n}: (ab, {s})",
    '{{"{n}": "{s}"}}',
    '{{"{n}": {{"x": {{}}, "p": "{s}"}}, "y": 1}}',
    '{{"{n}": [[1], "{s}"]}}',
    '{{"{n}": [{{"a": "]}}"}}, "{s}"]}}',
    '{{"{n}" : 1234567, "{n}": "{s}"}}',
    '{{\n  "{n}": {{\n    "a": {{}},\n    "b": "{s}"\n  }},\n  "c": 1\n}}',
    '{{\n  "{n}"\n:\n"{s}"\n}}',
    '{{"{n}": {{"a": "x", "b": ["{s}',
    '{{"name": "{n}", "value": "{s}"}}',
    '{{"value": "{s}", "name": "{n}"}}',
    '{{"key": "{n}", "secret": false, "type": [1], "value": {{"a": "{s}"}}}}',
    "{{'value': '{s}', 'key': '{n}'}}",
    '{{"message": "{{\\"{n}\\": {{\\"a\\": {{}}, \\"b\\": \\"{s}\\"}}}}"}}',
    '{{"message": "{{\\"value\\": \\"{s}\\", \\"name\\": \\"{n}\\"}}"}}',
    '{{"message": "{n}: ab cd {s}", "x": 1}}',
    "- name: {n}\n  value: {s}",
    "- value: {s}\n  name: {n}",
    "- name: {n}\n  description: |\n    of x\n  value: {s}",
    "- value: |\n    {s}\n    {s}\n  x: 1\n  name: {n}\n",
    "- key: {n}\n  value:\n  - {s}",
    "{n}:\n  a:\n  - {s}\n  b: {s}",
    "{n}: ab\n  cd\n  {s}\nx: 1",
    "{n}: &a\n  b: {s}",
    "{n}: !!python/tuple\n- {s}",
    "- - {n}:\n    - {s}",
    "{n}:  # of the database\n  {s}",
    "{n}: 'it''s {s}'",
    '{n} = """{s}"""',
    "{n} = '''a\n'b' {s}\n'''",
    '{n} = "a" "{s}"',
    '{n} = "a" + "{s}"',
    '{n}="a"{s}',
    "{n} = f'{s}'",
    "{n} = `{s}`",
    '{n}="{s}',
    "('{n}', '{s}')",
    '["{n}", "{s}"]',
    "[('user', 'a'), ('{n}', '{s}')]",
    "setattr(self, '{n}', '{s}')",
    "os.environ['{n}'] = '{s}'",
    'os.environ["{n}"]="{s}"',
    "environ({{'{n}': '{s}', 'x': 'y'}})",
    "Config({n}='{s}', x=1)",
    "Config(x=1, {n}={s})",
    "dict(value='{s}', name='{n}')",
    "{n}[0]: {s}",
    "{n}[0][a] = {s}",
    "<{n}>{s}</{n}>",
    '<a:{n} x="1">\n<b>{s}</b></a:{n}>',
    '<add key="{n}" value="{s}"/>',
    '<add value="{s}" key="{n}"/>',
    "environ['{n}'] = '{s}'; {n} = '{s}'",
    '{n}="{s}\nx = 1, {{"{n}": {{"a": "{s}"}}}}',
    "GET /x?{n}={s} HTTP/1.1",
    "GET /x?a=b&{n}={s}&y=1",
    "GET /x?{n}%3D{s}",
    "GET /x?next=%2Fy%3F{n}%3D{s}%26a%3Db",
    "GET /x?q=%7B%22{n}%22%3A%22{s}%22%7D",
    "run --{n} {s}",
    "run --{n}={s} x",
    "run --{n} 'a {s}' x",
    "export {n}={s}",
    "Command '['run', '--{n}', '{s}', 'x']' returned 1",
    "it's told: don't use {n}: ab {s}",
    'create user a with {n} "{s}"',
    "login refused: {n} '{s}' is wrong",
    "{n} = ab\n  {s}\n",
    "{n} -> {s}",
    "{n}?: {s}",
    "“{n}”: “{s}”",
    "failed with {n}: [Errno] {s}",
    "failed with {n}: (ab) cd {s}",
    '<input name="{n}" type="text" value="{s}">',
    "ENV {n} {s}",
    "setx {n} {s}",
    "db_{n} {s}",
]

OF_THEIR_OWN = [
    "curl --user bob:{s} https://x",
    "curl --user=bob:{s} https://x",
    "curl -u 'bob:a {s}' https://x",
    "curl -ubob:{s} https://x",
    "curl -H 'X-Api-Key: {s}' https://x",
    "Command ['curl', '-u', 'bob:{s}', 'https://x'] returned 1",
    "curl --proxy-user bob:{s} https://x",
    "machine h login u password {s}",
    "machine h\n  login u\n  password {s}",
    "default login u password {s}",
    "machine h password {s} login u",
    "amqp%3A%2F%2Fuser%3A{s}%40h",
    "user%3A{s}%40h",
    '{{"pass\\u0077ord": "{s}"}}',
    "WALDUR_TOKEN={s} waldur_site_agent -m report",
    '{{"headers": [["Authorization", "Token {s}"]]}}',
]

KEPT = [
    "the token expired at 10:00",
    "0 passed",
    "3 passed, 1 failed in 0.1s",
    "pass: 12 tests",
    "pass: 3",
    "pass: 4/5",
    "pass: true",
    "pass_rate: 0.9",
    "bypass: yes",
    "bypass=all",
    "compass: north",
    "usage: login <token> [--force]",
    "password_policy: strict",
    "password_min_length: 12",
    "token_url: https://x.org/token",
    "token_type: Bearer",
    "token_expires_in: 3600",
    "private_key_file: /etc/agent/key",
    "secretFile: /run/secrets/a",
    "passwords: []",
    "password: null",
    "password: ''",
    '{"password": null, "token": "", "use_token": true}',
    "username_management_backend: base",
    "sshkey_fingerprint: SHA256:abcdef",
    "order_processing_backend: slurm",
    "name: LUMI\nvalue: 3",
    '{"name": "cpu", "value": 3}',
    "keyed: by name",
    "mailto%3Abob%40example.org",
    "https://x/?next=https%3A%2F%2Fh%3A8080%2Fa%40b",
    "Basic authentication failed",
    "tokenizer: fast",
    "secretary: bob",
    "ssl_keyfile: /etc/key",
    "credentials.py: line 3",
    "Invalid token",
    "Token expired",
    'File "/x/tokens.py", line 3',
    "Host key verification failed.",
    "token = None",
    '<input name="cpu" value="3">',
    "2026-01-02 10:00:00 INFO sacctmgr -i add user bob account=x",
    "squeue --user bob",
    "squeue -u bob",
    "['squeue', '-u', 'bob', '--token-file', '/x']",
    "login bob: password accepted",
    "don't {a: 'b'}",
    "Traceback (most recent call last):\n  File 'x.py', line 3\n    f(token)\nKeyError: 'token'",
    "accounts: {a: {limits: [1, 2]}}",
]

STAYS_BESIDE = {
    '{"token": {"a": [1, "x"]}, "x": 1}': '{"token": ***, "x": 1}',
    '{"value": "x", "name": "API_TOKEN", "y": 1}': '{"value": ***, "name": "API_TOKEN", "y": 1}',
    '{"msg": "password: a b", "level": "info"}': '{"msg": "password: ***", "level": "info"}',
    "host=a password=x user=b": "host=a password=*** user=b",
    "{user: a, password: b c, port: 1}": "{user: a, password: ***, port: 1}",
    'secret = """x"""\nport = 1': "secret = ***\nport = 1",
    "os.environ['PASSWORD'] = 'x'; run()": "os.environ['PASSWORD'] = ***; run()",
    "- value: x\n  name: TOKEN\n- value: y": "- value: ***\n  name: TOKEN\n- value: y",
    "- tokens:\n  - a\n  b: 1": "- tokens:\n  - ***\n  b: 1",
    "<a><token>x</token><b>1</b></a>": "<a><token>***</token><b>1</b></a>",
    "machine h login u password x account y": "machine h login u password *** account y",
    "curl --user bob:x https://h": "curl --user *** https://h",
    "connect(host='h', password='x', port=1)": "connect(host='h', password=***, port=1)",
}

STRUCTURES = [
    {"statistics": {"credentials": {"user": S, "pw": S}}},
    {"password": {"value": S}},
    {"tokens": [S, [S]]},
    {"token": 73219846},
    {"name": "password", "value": S},
    {"value": S, "name": "password"},
    {"key": "API_TOKEN", "value": {"a": [S]}},
    {"value": [S], "key": "api key"},
    [["password", S], ["x", 1]],
    {"args": ["api_key", {"a": S}]},
    {"line": f'{{"credentials": {{"x": {{}}, "p": "{S}"}}}}'},
    {"password_file": {"content": S}},
    {"command": ["run", "--api-key", S, "x"]},
    {"command": ["curl", "--user", f"bob:{S}", "x"]},
]


def told(forms, names):
    return [form.format(n=name, s=S) for form in forms for name in names]


def test_every_name_hides_its_value_in_every_form_and_hiding_twice_hides_no_more():
    shown = {text: without_secrets(text) for text in told(FORMS, NAMES) + told(OF_THEIR_OWN, [""])}
    assert [(text, hidden) for text, hidden in shown.items() if S in hidden] == []
    twice = {text: without_secrets(hidden) for text, hidden in shown.items()}
    assert [(text, shown[text], twice[text]) for text in shown if shown[text] != twice[text]] == []


def test_names_of_several_words_hide_their_values():
    forms = [form for form in FORMS if "<" not in form and "--" not in form and "?" not in form]
    shown = {text: without_secrets(text) for text in told(forms, SPACED)}
    assert [(text, hidden) for text, hidden in shown.items() if S in hidden] == []


def test_what_is_no_secret_stays_as_it_is():
    assert [(text, without_secrets(text)) for text in KEPT if without_secrets(text) != text] == []


def test_what_stands_beside_a_secret_stays():
    assert {text: without_secrets(text) for text in STAYS_BESIDE} == STAYS_BESIDE


def test_all_below_the_name_of_a_secret_is_hidden_in_structures():
    shown = [json.dumps(without_secrets_in(one)) for one in STRUCTURES]
    assert [text for text in shown if S in text or "73219846" in text] == []


def test_what_tells_no_secret_stays_in_structures():
    kept = {
        "pass": 12,
        "pass_rate": 0.9,
        "token": None,
        "tokens": [],
        "use_token": True,
        "token_count": 5,
        "limits": {"cpu": [1, 2]},
        "pair": ["user", "bob"],
        "name": "cpu",
        "value": 3,
    }
    assert without_secrets_in(kept) == kept
