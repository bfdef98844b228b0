"""Files at remote addresses, fetched once: https by the standard library, buckets by PyArrow."""

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from losscli.data.spool import BLOCK, Unnamed, hold
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

SILENCE = 60  # seconds after which a server that says nothing is given up
BUCKET_BLOCK = 8 << 20  # bytes: each is a request
WEB = re.compile("(https?|hf)://", re.IGNORECASE)
# What an address may hold as it is; the rest is written as %20 and the like.
PLAIN = "%/:=&?~#+!$,;'@()*[]"
REFUSED = (401, 403, 407)


def fetched(address: str, name: str) -> bytes | Unnamed:
    """All the bytes at an address. LosscliError, naming it `name`, where they cannot be had."""
    if not WEB.match(address):
        return hold(_of_bucket(address, name), name)
    with _answer(address, name) as (_, headers, body):
        return hold(body, name, _length(headers))


def fetched_unless_ranged(address: str, name: str) -> bytes | Unnamed | None:
    """The same, or None where any range of the bytes can be had, so that a few of them may do."""
    if not re.match("https?://", address, re.IGNORECASE):
        return None
    with _answer(address, name, {"Range": "bytes=-8"}) as (status, headers, body):
        return None if status == 206 else hold(body, name, _length(headers))


@contextmanager
def _answer(
    address: str, name: str, asked: dict[str, str] | None = None
) -> Iterator[tuple[int, Message, Iterator[bytes]]]:
    """What a server answers: its status, its headers, and the bytes in blocks."""
    import http.client
    from urllib.error import HTTPError, URLError
    from urllib.parse import quote
    from urllib.request import Request, urlopen

    headers = {"User-Agent": "losscli", "Accept-Encoding": "identity", **(asked or {})}
    try:
        request = Request(quote(on_the_web(address), safe=PLAIN), headers=headers)
        if address.lower().startswith("hf:") and (token := os.environ.get("HF_TOKEN")):
            request.add_unredirected_header("Authorization", f"Bearer {token}")
        answer = urlopen(request, timeout=SILENCE)
    except HTTPError as error:
        error.close()
        raise _refused(name, error.code, error.reason) from None
    except URLError as error:
        raise _unreachable(name, error.reason) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unreachable(name, error) from None
    with closing(answer):
        yield answer.status, answer.headers, _body(answer, name)


def _body(answer: Any, name: str) -> Iterator[bytes]:
    import http.client

    total, done = _length(answer.headers), 0
    try:
        while block := answer.read(BLOCK):
            done += len(block)
            yield block
    except (OSError, http.client.HTTPException):
        raise _cut(name, done, total) from None
    # A connection that ends too early looks like the end of the file.
    if total is not None and done < total:
        raise _cut(name, done, total)


def _length(headers: Message) -> int | None:
    """The bytes that a server announced."""
    text = headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def on_the_web(address: str) -> str:
    """The address as it is, or where the hub of hf://datasets/USER/NAME/FILE hands the file out."""
    match = re.fullmatch(r"hf://(datasets|spaces)/([^/]+/[^/@]+)(?:@([^/]+))?/(.+)", address, re.IGNORECASE)
    if match is None:
        return address
    kind, repository, revision, path = match.groups()
    return f"https://huggingface.co/{kind}/{repository}/resolve/{revision or 'main'}/{path}"


def _refused(name: str, status: int, reason: str) -> LosscliError:
    hint = "check the address"
    if status in REFUSED:
        hint = "losscli has no login for it: fetch the file by other means, and name the copy"
    elif status >= 500:
        hint = "the fault is the server's: try again later"
    return LosscliError(f"{name}: the server answers {status} {shown(reason)}".rstrip(), hint)


def _unreachable(name: str, why: Any) -> LosscliError:
    import http.client
    import socket
    import ssl

    hint = "check the address and the network"
    if isinstance(why, ssl.SSLCertVerificationError):
        return LosscliError(
            f"{name}: the server's certificate is not valid: {shown(why.verify_message)}",
            "check the address; SSL_CERT_FILE names a file of certificates to trust",
        )
    if isinstance(why, socket.gaierror):
        return LosscliError(f"{name}: no such server is known, or there is no network", hint)
    if isinstance(why, TimeoutError):
        return LosscliError(f"{name}: the server does not answer", hint)
    if isinstance(why, http.client.RemoteDisconnected):
        return LosscliError(f"{name}: the server ended the connection without an answer", "try again")
    text = why.strerror if isinstance(why, OSError) and why.strerror else str(why)
    return LosscliError(f"{name} cannot be fetched: {shown(text)}", hint)


def _cut(name: str, done: int, total: int | None) -> LosscliError:
    of = "" if total is None else f" of {total:,}"
    return LosscliError(f"{name}: the connection was cut after {done:,}{of} bytes", "try again")


def _of_bucket(address: str, name: str) -> Iterator[bytes]:
    scheme, _, rest = address.partition("://")
    try:
        from pyarrow import fs
    except ImportError:
        raise LosscliError(f"reading {scheme}:// needs PyArrow", "pip install 'losscli[data]'") from None
    try:
        files, path = _bucket(fs, scheme.lower(), rest)
        # Compressed, it is unpacked by what unpacks local files.
        with files.open_input_stream(path, compression=None) as stream:
            while block := stream.read(BUCKET_BLOCK):
                yield block
    except LosscliError:
        raise
    except FileNotFoundError:
        raise LosscliError(f"{name}: there is no such file", "check the address") from None
    except Exception as error:
        # OSError for nearly all that goes wrong, ArrowInvalid for an odd address.
        why = shown(str(error).strip().partition("\n")[0])[:200]
        raise LosscliError(
            f"{name} cannot be read: {why}", "check the address, and the credentials in the environment"
        ) from None


def _bucket(fs: Any, scheme: str, rest: str) -> tuple[Any, str]:
    """The file system of a bucket, with the credentials of the environment, and the path in it."""
    bucket, _, key = rest.partition("/")
    if scheme in ("s3", "s3a"):
        if os.environ.get("AWS_SKIP_SIGNATURE", "").lower() in ("1", "true"):
            region = os.environ.get("AWS_REGION") or fs.resolve_s3_region(bucket)
            server = os.environ.get("AWS_ENDPOINT_URL")
            return fs.S3FileSystem(anonymous=True, region=region, endpoint_override=server), rest
        return fs.FileSystem.from_uri(f"s3://{bucket}")[0], rest
    if scheme in ("gs", "gcs"):
        from datetime import timedelta

        return fs.GcsFileSystem(retry_time_limit=timedelta(seconds=SILENCE)), rest
    container, _, host = bucket.partition("@")
    account = host.partition(".")[0] or os.environ.get("AZURE_STORAGE_ACCOUNT_NAME")
    if not account:
        raise LosscliError(
            f"{scheme}://{shown(rest)}: the storage account is not known",
            "name it: AZURE_STORAGE_ACCOUNT_NAME=…",
        )
    secrets = {
        "account_key": os.environ.get("AZURE_STORAGE_ACCOUNT_KEY"),
        "sas_token": os.environ.get("AZURE_STORAGE_SAS_TOKEN"),
    }
    given = {key: value for key, value in secrets.items() if value}
    return fs.AzureFileSystem(account, **given), f"{container}/{key}"
