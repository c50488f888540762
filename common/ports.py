"""Where the web server and the server of the streams listen."""

from django.core.exceptions import ImproperlyConfigured

from common.env import HIGHEST_PORT, env_int, env_str

STREAMS_BEYOND = 1000
"""The port of the streams follows that of the web server, unless it is set."""


def bind_address() -> str:
    """Return the address of the network card that is listened on."""
    return env_str("BIND_ADDRESS", "127.0.0.1")


def web_port() -> int:
    """Return the port of the web server."""
    return env_int("PORT", 8000, least=1, most=HIGHEST_PORT)


def stream_port() -> int:
    """Return the port of the server of streams.

    :raises ImproperlyConfigured: it is not set, and the web server's leaves no room above it.
    """
    port = web_port()
    follows = port + STREAMS_BEYOND
    chosen = env_int("EVENT_STREAM_PORT", follows, least=1, most=HIGHEST_PORT)
    if chosen > HIGHEST_PORT:
        raise ImproperlyConfigured(
            f"Streams are served at PORT plus {STREAMS_BEYOND}, which for {port} is no port: set "
            f"EVENT_STREAM_PORT, or a PORT of at most {HIGHEST_PORT - STREAMS_BEYOND}."
        )
    return chosen
