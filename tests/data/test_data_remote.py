"""Remote files: what a server hands out comes to what the same file comes to on a disk."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.written import PACKED, TABLES, P, Y, read, write

from losscli.cli.app import run
from losscli.data import blocks, delimited, jsonrows, open_table, read_values, remote, spool
from losscli.errors import LosscliError

pytest.importorskip("polars")

TEXTS = ["csv", "tsv", "json", "jsonl"]
# The first part of an address says how its file is served.
WAYS = ["whole", "ranges", "moved", "chunked"]


class Server(http.server.BaseHTTPRequestHandler):
    """Files of a folder, handed out in several ways. Buckets of S3 are served as "ranges" are."""

    folder: Path
    asked: list[str]
    agents: set[str]

    def do_HEAD(self) -> None:
        self.send_error(403)  # as for an address that is signed for GET alone

    def do_GET(self) -> None:
        way, _, name = self.path.partition("?")[0].lstrip("/").partition("/")
        self.asked.append(f"{way}/{name}")
        self.agents.add(self.headers.get("User-Agent", ""))
        if way == "moved":
            self.send_response(302)
            self.send_header("Location", f"/whole/{name}")
            self.end_headers()
            return
        if way.isdigit():
            self.send_error(int(way))
            return
        if way == "silent":
            return
        path = self.folder / name.replace("%20", " ")
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        if way == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(content), 5_000):
                piece = content[start : start + 5_000]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        first, last = 0, len(content) - 1
        found = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if found and way in ("ranges", "bucket"):
            if found[1]:
                first, last = int(found[1]), min(int(found[2] or last), last)
            else:
                first = max(0, len(content) - int(found[2]))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Last-Modified", "Wed, 21 Oct 2020 07:28:00 GMT")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        content = content[first : last + 1]
        self.wfile.write(content[: len(content) // 2] if way == "cut" else content)

    def log_message(self, *_: Any) -> None: ...


class Bucket(Server):
    """The same, and what a client of S3 asks before it reads."""

    def do_HEAD(self) -> None:
        path = self.folder / self.path.partition("?")[0].lstrip("/").partition("/")[2]
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Last-Modified", "Wed, 21 Oct 2020 07:28:00 GMT")
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()


class Running:
    """A server at `address` that hands out the files of `folder`, and what it was asked for."""

    def __init__(self, folder: Path, kind: type[Server], certificate: Path | None = None) -> None:
        kind.folder, kind.asked, kind.agents = folder, [], set()
        self.folder, self.kind = folder, kind
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            scheme = "https"
        self.address = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("NO_PROXY", "*")
    with Running(tmp_path, Server) as running:
        yield running


@pytest.fixture(params=["in memory", "in a file"])
def held(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fetched stays in memory, or is more than may stay there."""
    if request.param == "in a file":
        monkeypatch.setattr(spool, "IN_MEMORY", 4_000)
        monkeypatch.setattr(blocks, "LARGE", 0)
        for module in (blocks, delimited, jsonrows):
            monkeypatch.setattr(module, "BLOCK", 20_000)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("form", TABLES)
def test_a_table_of_any_format(server: Running, held: None, form: str, way: str) -> None:
    path = write(server.folder, f"t.{form}")
    for chunks in (False, True):
        found = read(f"{server.address}/{way}/{path.name}", chunks=chunks)
        np.testing.assert_array_equal(found, (Y, P))
        np.testing.assert_array_equal(found, read(str(path), chunks=chunks))


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("form", TABLES)
def test_a_compressed_table(server: Running, held: None, form: str, packing: str) -> None:
    path = write(server.folder, f"t.{form}.{packing}")
    found = read(f"{server.address}/ranges/{path.name}?version=2", chunks=True)
    np.testing.assert_array_equal(found, (Y, P))


@pytest.mark.parametrize("name", ["t.npy", "t.npy.gz"])
def test_one_array(server: Running, held: None, name: str) -> None:
    write(server.folder, name)
    found = read_values(f"@{server.address}/whole/{name}", option="--true")
    np.testing.assert_array_equal(found, Y)


@pytest.mark.parametrize("form", [*TEXTS, "npz"])
def test_it_is_fetched_once_however_often_it_is_read(server: Running, form: str) -> None:
    write(server.folder, f"t.{form}")
    read(f"{server.address}/ranges/t.{form}")  # twice
    assert server.kind.asked == [f"ranges/t.{form}"]
    assert server.kind.agents == {"losscli"}


def test_of_parquet_a_part_is_read_where_the_server_hands_it_out(server: Running) -> None:
    write(server.folder, "t.parquet")
    source = open_table(f"{server.address}/whole/t.parquet").select("y", "p", None, truth=True, models=False)
    assert server.kind.asked == ["whole/t.parquet"]  # which is all of it
    assert sum(len(batch) for batch in source.batches()) == len(Y)
    assert server.kind.asked == ["whole/t.parquet"]


def test_several_addresses_and_a_blank_in_one(server: Running) -> None:
    for name, rows in {"a b.csv": "1,2", "c.csv": "3,5"}.items():
        (server.folder / name).write_text(f"y,p\n{rows}\n", encoding="utf-8")
    paths = [f"{server.address}/whole/{name}" for name in ("a b.csv", "c.csv")]
    source = open_table(paths).select("y", "p", None, truth=True, models=False)
    assert [(batch.y_true[0], batch.first_row) for batch in source.batches() if batch.y_true is not None] == [
        (1, 1),
        (3, 2),
    ]


def test_the_command_line(server: Running, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(server.folder, "t.jsonl.xz")
    told = []
    for where in (f"{server.address}/whole/{path.name}", str(path)):
        line = ["compute", "mse", where, "--true", "y", "--pred", "p", "--why", "--format", "json"]
        assert run(line) == 0, capfd.readouterr().err
        told.append(json.loads(capfd.readouterr().out.replace(where, "FILE")))
    assert told[0] == told[1]
    assert told[0]["value"] == close(np.mean((Y - P) ** 2), 1e-14)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("whole/bad.csv", 'bad.csv, row 2, column p: "oops" is not a number'),
        ("whole/none.csv", "none.csv: the server answers 404 Not Found\n  check the address"),
        ("whole/none.parquet", "none.parquet: the server answers 404 Not Found\n  check the address"),
        ("401/t.csv", "the server answers 401 Unauthorized\n  losscli has no login for it"),
        ("403/t.csv.gz", "the server answers 403 Forbidden\n  losscli has no login for it"),
        ("503/t.json", "the server answers 503 Service Unavailable\n  the fault is the server's"),
        ("cut/t.csv", "t.csv: the connection was cut after 5"),
        ("cut/t.json.gz", "t.json.gz: the connection was cut after "),
        ("silent/t.csv", "the server ended the connection without an answer\n  try again"),
        ("whole/table", "a name without extension does not tell the format"),
        ("whole/text.csv.gz", "text.csv.gz (gzip) is damaged or cut short"),
        ("whole/empty.csv", "empty.csv is empty"),
        ("whole/t.npy", "t.npy holds one array, without names of columns"),
    ],
)
def test_what_is_wrong_is_one_line(
    server: Running, capfd: pytest.CaptureFixture[str], where: str, said: str
) -> None:
    write(server.folder, "t.csv")
    write(server.folder, "t.json.gz")
    (server.folder / "bad.csv").write_text("y,p\n1,2\n1,oops\n", encoding="utf-8")
    (server.folder / "empty.csv").write_text("", encoding="utf-8")
    (server.folder / "text.csv.gz").write_bytes(PACKED["gz"](b"y,p\n1,2\n")[:-9])
    assert run(["compute", "mse", f"{server.address}/{where}", "--true", "y", "--pred", "p"]) == 2
    error = re.sub(r" +", " ", capfd.readouterr().err)
    assert re.sub(r" +", " ", said) in error
    assert error.count("\n") == 2 - (" is empty" in error)
    assert f"{server.address}/{where}" in error


def test_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        with pytest.raises(LosscliError, match="cannot be fetched: Connection refused"):
            open_table(f"https://127.0.0.1:{port}/t.csv")
    with pytest.raises(LosscliError, match="no such server is known, or there is no network"):
        open_table("https://there-is-no-such-host.invalid/t.csv")
    with pytest.raises(LosscliError, match="cannot be fetched: nonnumeric port: 'port'"):
        open_table("https://127.0.0.1:port/t.csv")


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SILENCE", 0.05)
    monkeypatch.setenv("NO_PROXY", "*")
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        pytest.raises(LosscliError, match="the server does not answer"),
    ):
        open_table(f"http://127.0.0.1:{deaf.getsockname()[1]}/t.csv")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    made = tmp_path / "server.pem"
    line = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        ["openssl", *line.split(), "-keyout", made, "-out", tmp_path / "cert.pem"],
        check=True,
        capture_output=True,
    )
    made.write_bytes(made.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    write(tmp_path, "t.csv")
    with Running(tmp_path, Server, made) as running:
        with pytest.raises(LosscliError, match="the server's certificate is not valid: self") as caught:
            open_table(f"{running.address}/whole/t.csv")
        assert "SSL_CERT_FILE names" in str(caught.value)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        np.testing.assert_array_equal(read(f"{running.address}/whole/t.csv"), (Y, P))


def test_what_comes_is_told_with_how_much_there_is(server: Running) -> None:
    size = write(server.folder, "t.csv").stat().st_size
    told: list[tuple[int, int | None]] = []
    with spool.watched(lambda done, total: told.append((done, total))):
        open_table(f"{server.address}/whole/t.csv")
    assert told[-1] == (size, size)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """A server that PyArrow's client of S3 takes for the real one."""
    pytest.importorskip("pyarrow.fs")
    with Running(tmp_path, Bucket) as running:
        for name, value in {
            "AWS_ENDPOINT_URL": running.address,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "*",
        }.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("name", ["t.csv", "t.json", "t.jsonl.zst", "t.npz"])
def test_a_bucket(
    bucket: Running, monkeypatch: pytest.MonkeyPatch, held: None, name: str, signed: bool
) -> None:
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "false" if signed else "true")
    write(bucket.folder, name)
    np.testing.assert_array_equal(read(f"s3://bucket/{name}", chunks=True), (Y, P))


def test_what_is_wrong_with_a_bucket(bucket: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LosscliError, match=r"s3://bucket/none.csv: there is no such file"):
        open_table("s3://bucket/none.csv")
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(LosscliError, match=r"the storage account is not known \(name it: AZURE_STORAGE"):
        open_table("az://container/t.csv")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LosscliError, match=r"reading gs:// needs PyArrow \(pip install 'losscli\[data\]'\)"):
        open_table("gs://bucket/t.csv")


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("hf://datasets/us/er/a/b.csv", "https://huggingface.co/datasets/us/er/resolve/main/a/b.csv"),
        ("hf://spaces/us/er@v2/b.csv", "https://huggingface.co/spaces/us/er/resolve/v2/b.csv"),
    ],
)
def test_where_the_hub_has_its_files(address: str, where: str) -> None:
    assert remote.on_the_web(address) == where
