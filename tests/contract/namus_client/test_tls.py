"""Certificates are verified: by the machine's own authorities, or by the bundle that the operator names."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from homeward.adapters.sources.site import Site
from homeward.adapters.sources.web import SiteClient
from homeward.domain.errors import SettingsError, SourceError
from tests.contract.namus_client.scripted import Answer, ScriptedServer, scripted_server


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for an address, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of a test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{address}.pem", folder / f"{address}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return files


@pytest.fixture
def bundle(tmp_path: Path) -> tuple[Path, Path]:
    return certificate(tmp_path, "127.0.0.1")


@pytest.fixture
def secure(bundle: tuple[Path, Path]) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*bundle)
    with scripted_server(context) as server:
        server.answers["/x"] = [Answer(b"ok")]
        yield server


@pytest.fixture
def secure_site(secure: ScriptedServer) -> Site:
    return Site("HOMEWARD_NAMUS", secure.url, requests_per_second=0, pause_seconds=0.001)


def test_an_unknown_authority_is_refused_and_the_remedy_named(secure: ScriptedServer, secure_site: Site) -> None:
    with pytest.raises(SourceError, match="HOMEWARD_NAMUS_CA_BUNDLE"):
        SiteClient(secure_site).get("/x", 9)
    assert secure.asked == []


def test_the_named_bundle_is_believed(secure_site: Site, bundle: tuple[Path, Path]) -> None:
    assert SiteClient(replace(secure_site, ca_bundle=str(bundle[0]))).get("/x", 9) == b"ok"


def test_a_certificate_for_somebody_else_is_refused(tmp_path: Path, secure_site: Site) -> None:
    other, _ = certificate(tmp_path, "127.0.0.2")
    with pytest.raises(SourceError, match="certificate"):
        SiteClient(replace(secure_site, ca_bundle=str(other))).get("/x", 9)
    wrong_name = replace(secure_site, url=secure_site.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(SourceError, match="certificate"):
        SiteClient(replace(wrong_name, ca_bundle=str(tmp_path / "127.0.0.1.pem"))).get("/x", 9)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_bundle_that_is_none_is_named(tmp_path: Path, secure_site: Site, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises((SettingsError, SourceError), match="CA_BUNDLE"):
        SiteClient(replace(secure_site, ca_bundle=str(tmp_path / "ca.pem"))).get("/x", 9)
