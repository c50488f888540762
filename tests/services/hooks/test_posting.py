"""A POST reaches the address that was checked, and the server whose name it was meant for."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from notifications.bus import posting
from tests.receiver import free_port, receiving

PEM = serialization.Encoding.PEM


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def signed(subject, public_key, issuer, issuer_key, extension):
    now = timezone.now()
    return (
        x509.CertificateBuilder()
        .subject_name(named(subject))
        .issuer_name(named(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(issuer_key, hashes.SHA256())
    )


class Authority:
    """Issues certificates, and is believed by whoever has its file."""

    def __init__(self, folder):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        basic = x509.BasicConstraints(ca=True, path_length=0)
        root = signed("authority", self.key.public_key(), "authority", self.key, basic)
        self.file = folder / "authority.pem"
        self.file.write_bytes(root.public_bytes(PEM))

    def certificate(self, *names):
        key = ec.generate_private_key(ec.SECP256R1())
        held = x509.SubjectAlternativeName(names)
        leaf = signed("receiver", key.public_key(), "authority", self.key, held)
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self.folder / "receiver.pem"
        file.write_bytes(leaf.public_bytes(PEM) + private)
        return file


@pytest.fixture
def authority(tmp_path, settings):
    one = Authority(tmp_path)
    settings.WEBHOOK_ALLOW_PRIVATE, settings.WEBHOOK_CA_FILE = True, str(one.file)
    return one


def post(url):
    return posting.post(url, b"{}", {"Content-Type": "application/json"})


def test_a_certificate_for_the_name_is_believed(authority):
    with receiving(certificate=authority.certificate(x509.DNSName("localhost"))) as receiver:
        answer = post(f"https://localhost:{receiver.port}/in")

    assert (answer.status, answer.text, answer.error, answer.is_success) == (200, "ok", "", True)
    assert receiver.received[0].headers["host"] == f"localhost:{receiver.port}"


def test_a_certificate_for_an_address_is_believed(authority):
    certificate = authority.certificate(x509.IPAddress(ip_address("127.0.0.1")))
    with receiving(certificate=certificate) as receiver:
        assert post(receiver.url).is_success


def test_a_certificate_for_another_name_is_refused(authority):
    certificate = authority.certificate(x509.DNSName("elsewhere.example.org"))
    with receiving(certificate=certificate) as receiver:
        answer = post(f"https://localhost:{receiver.port}/in")

    assert receiver.received == []
    assert (answer.status, "localhost" in answer.error) == (None, True)
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error


def test_a_certificate_of_an_authority_that_nobody_knows_is_refused(authority, settings):
    settings.WEBHOOK_CA_FILE = ""
    with receiving(certificate=authority.certificate(x509.DNSName("localhost"))) as receiver:
        answer = post(f"https://localhost:{receiver.port}/in")

    assert receiver.received == []
    assert "CERTIFICATE_VERIFY_FAILED" in answer.error


def test_the_environment_does_not_choose_authorities_or_proxies(authority, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with receiving(certificate=authority.certificate(x509.DNSName("localhost"))) as receiver:
        assert post(f"https://localhost:{receiver.port}/in").is_success


def test_the_name_is_resolved_once_and_the_checked_address_is_connected_to(settings, monkeypatch):
    """A name that leads elsewhere when it is asked for a second time has no second time."""
    asked = []

    def resolve(host, port, **_):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    settings.WEBHOOK_ALLOW_PRIVATE = True
    connected = []
    real = socket.create_connection

    def connect(address, timeout):
        connected.append(address)
        return real(address, timeout=timeout)

    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", answering(resolve))
        monkeypatch.setattr(socket, "create_connection", connect)
        answer = post(f"http://rebinding.example.org:{receiver.port}/")

    assert answer.is_success
    assert asked == ["rebinding.example.org"]
    assert connected == [("127.0.0.1", receiver.port)]
    assert receiver.received[0].headers["host"] == f"rebinding.example.org:{receiver.port}"


def answering(resolve):
    """Resolve names by `resolve`, and addresses as ever: connecting asks for those, too."""
    real = socket.getaddrinfo

    def either(host, port, *args, **kwargs):
        if host.replace(".", "").isdecimal():
            return real(host, port, *args, **kwargs)
        return resolve(host, port)

    return either


def test_of_several_addresses_the_first_that_listens_is_taken(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True

    def resolve(host, port):
        found = ("127.0.0.9", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    with receiving() as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", answering(resolve))
        assert post(f"http://two.example.org:{receiver.port}/").is_success


@contextmanager
def talking(*chunks, gap=0.0, end=None):
    """Listen once, and say something that is not quite HTTP."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener.accept()[0] as connection:
            connection.recv(4096)
            try:
                for chunk in chunks:
                    connection.sendall(chunk)
                    stop.wait(gap)
            except OSError:
                pass  # the other side has hung up, which is what is waited for

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize(
    "said",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"x" * 70_000],
)
def test_what_is_no_answer_is_a_failure(said, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with talking(said) as url:
        answer = post(url)

    assert answer.status is None
    assert answer.error


def test_a_server_that_dribbles_is_cut_off(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.5)
    with talking(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90, gap=0.1) as url:
        answer = post(url)

    assert (answer.status, answer.error) == (None, "It took too long.")
    assert answer.milliseconds < 3000


def test_of_a_long_answer_the_beginning_is_kept(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    head = b"HTTP/1.1 500 No\r\nContent-Length: 9000000\r\n\r\n"
    with talking(head, b"a\x00\xff" + b"b" * 5000) as url:
        answer = post(url)

    assert (answer.status, len(answer.text), answer.text[:3]) == (500, 500, "a\ufffdb")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("x", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None)],
)
def test_how_long_to_wait_is_read_from_the_answer(header, seconds, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        receiver.status, receiver.headers = 503, {"Retry-After": header}
        answer = post(receiver.url)

    assert (answer.status, answer.retry_after) == (503, seconds)


def test_a_name_that_nobody_has_is_a_failure(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    answer = post("https://nobody.invalid/")

    assert answer.status is None
    assert answer.error
