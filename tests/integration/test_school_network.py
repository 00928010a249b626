"""A school's own certificate authority and its proxy stand between us and the platforms."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from adapters.http import ApiSession
from bot.bootstrap import open_store
from bot.clock import SystemClock
from bot.errors import DataError
from bot.web import WebContext, WebServer, create_app
from tests.builders import FixedClock
from tests.house import the_settings


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of the school's own for 127.0.0.1, as (PEM, key); it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rossmore School CA")])
    now = SystemClock().now()  # OpenSSL compares with the machine's clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, SHA256())
    )
    folder = tmp_path_factory.mktemp("ca")
    (folder / "ca.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ca.key").write_bytes(plain)
    return folder / "ca.pem", folder / "ca.key"


class Answers(BaseHTTPRequestHandler):
    """Says the line with which it was asked: a proxy is asked for a whole address."""

    def do_GET(self) -> None:
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def plain() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def under_tls(own_certificate: tuple[Path, Path]) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*own_certificate)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_certificate_of_the_schools_own_is_refused_until_its_authority_is_named(
    under_tls: str, own_certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    with pytest.raises(requests.exceptions.SSLError):
        ApiSession(under_tls).get("https://api.x.com/2/users/me")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own_certificate[0]))
    assert ApiSession(under_tls).get("https://api.x.com/2/users/me").text == "/2/users/me"


def test_the_proxy_of_the_environment_is_used(plain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", plain)
    monkeypatch.setenv("NO_PROXY", "")
    answer = ApiSession("http://platform.example").get("https://api.x.com/2/users/me")
    assert answer.text == "http://platform.example/2/users/me"


def test_the_pages_are_served_with_the_schools_own_certificate(
    own_certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    store = open_store(tmp_path, lambda _: None)
    pages = create_app(WebContext(store, FixedClock(), the_settings()))
    certificate, key = map(str, own_certificate)
    server = WebServer(pages, host="127.0.0.1", port=0, certificate=certificate, key=key)
    server.start()
    port = server._server.servers[0].sockets[0].getsockname()[1]
    once = {"Connection": "close"}
    address = f"https://127.0.0.1:{port}/healthz"
    answer = requests.get(address, verify=certificate, timeout=20, headers=once)
    server.stop()
    store.close()
    assert answer.ok


@pytest.mark.parametrize("lost", ["certificate", "key", "both are the same"])
def test_a_certificate_that_cannot_be_used_is_said_before_anything_is_served(
    own_certificate: tuple[Path, Path], tmp_path: Path, lost: str
) -> None:
    store = open_store(tmp_path, lambda _: None)
    pages = create_app(WebContext(store, FixedClock(), the_settings()))
    certificate, key = map(str, own_certificate)
    pair = {
        "certificate": ("/nowhere.pem", key),
        "key": (certificate, ""),
        "both are the same": (key, key),
    }[lost]
    with pytest.raises(DataError, match="certificate of the pages"):
        WebServer(pages, host="127.0.0.1", port=0, certificate=pair[0], key=pair[1]).start()
    store.close()
