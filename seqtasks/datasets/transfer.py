"""One file over HTTP, resumable: it grows as `NAME.part`, and `NAME.part.json` remembers which version of which address that is.

A part is continued (Range, If-Range) only where the server can tell versions apart (ETag or Last-Modified) and still has the same one;
otherwise it starts again from the first byte. Failures that may pass are repeated after growing pauses. Plain urllib, so proxies come from
the environment. Why no library does it: docs/decisions/downloads.md.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from seqtasks.errors import SeqtasksError

BLOCK = 1 << 16
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 60.0  # seconds, whatever a server's Retry-After says
Received = Callable[[int, "int | None"], None]  # bytes so far, bytes in all where known


class DownloadError(SeqtasksError):
    """A file that could not be fetched, or is not the published one."""


class _TransientError(Exception):
    """A failure that may pass. `pause`: how long the server asked to be left alone, in seconds; `stale`: what is there is of no use."""

    def __init__(self, reason: str, *, pause: float = 0.0, stale: bool = False) -> None:
        super().__init__(reason)
        self.pause = pause
        self.stale = stale


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """When to give up and when to try again: seconds without a byte, attempts in a row without progress, the first pause (then doubled)."""

    timeout: float
    attempts: int
    pause: float


@dataclass(frozen=True, slots=True)
class Version:
    """What tells two versions of a remote file apart; None where the server is silent."""

    url: str
    etag: str | None
    modified: str | None
    length: int | None

    def same_as(self, other: Version) -> bool:
        """Whether nothing that both of them know differs."""
        pairs = ((self.etag, other.etag), (self.modified, other.modified), (self.length, other.length))
        return self.url == other.url and all(left is None or right is None or left == right for left, right in pairs)


def fetch(url: str, part: Path, *, retry: RetryPolicy, received: Received, most: int) -> None:
    """Make `part` the complete file of `url`, of `most` bytes at most. Raises DownloadError, OSError where `part` cannot be written."""
    failures, furthest = 0, part_size(part)
    while True:
        try:
            return _attempt(url, part, retry.timeout, received, most)
        except _TransientError as broken:
            if broken.stale:
                forget(part)
            size = part_size(part)
            failures = failures + 1 if size <= furthest else 1  # an attempt that got further is no failure
            furthest = max(furthest, size)
            if failures >= retry.attempts:
                kept = f" {size} bytes are kept; the next try continues there." if size else ""
                raise DownloadError(f"{url}: {broken} ({failures} failed attempts in a row).{kept}") from broken
            time.sleep(min(LONGEST_PAUSE, max(broken.pause, retry.pause * 2 ** (failures - 1))))


def forget(part: Path) -> None:
    """Remove a part and what is remembered of it."""
    part.unlink(missing_ok=True)
    _memory(part).unlink(missing_ok=True)


def part_size(part: Path) -> int:
    """Bytes that are there already."""
    return part.stat().st_size if part.is_file() else 0


def _attempt(url: str, part: Path, timeout: float, received: Received, most: int) -> None:
    """One request: the rest of the part if the server still has that version, else the whole file."""
    before = _remembered(part, url)
    start = part_size(part) if before is not None else 0
    if before is not None and before.length == start:
        return
    with _open(url, start, before, timeout) as response:
        version = _version(url, response)
        if response.status == 206 and (before is None or not version.same_as(before) or not _continues(response, start)):
            raise _TransientError("the file changed while it was fetched", stale=True)
        if response.status != 206:
            start = 0
            part.unlink(missing_ok=True)
            _memory(part).write_text(json.dumps(asdict(version)), encoding="utf-8")
        with part.open("ab") as stream:
            received(start, version.length)
            for block in _blocks(response):
                if start + len(block) > most:
                    stream.close()
                    forget(part)
                    raise DownloadError(f"{url}: the server sends more than the {most:,} bytes that the file has. Nothing of it was kept.")
                stream.write(block)
                start += len(block)
                received(start, version.length)
    if version.length is not None and start != version.length:
        raise _TransientError(f"the connection was cut after {start} of {version.length} bytes")


def _open(url: str, start: int, before: Version | None, timeout: float) -> http.client.HTTPResponse:
    """Send the request. Raises DownloadError for what will not pass (404, unknown host), _TransientError for what may."""
    headers = {"User-Agent": "seqtasks", "Accept-Encoding": "identity"}
    if start and before is not None:
        headers["Range"] = f"bytes={start}-"
        strong = before.etag if before.etag and not before.etag.startswith("W/") else before.modified
        headers |= {"If-Range": strong} if strong else {}
    try:
        request = urllib.request.Request(url, headers=headers)
        response: http.client.HTTPResponse = urllib.request.build_opener(_Redirects()).open(request, timeout=timeout)
        return response
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(url, error, start) from error
    except urllib.error.URLError as error:
        raise _unreachable(url, error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise _unreachable(url, error) from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects as usual, but from an encrypted address to encrypted ones only."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        if req.type == "https" and not newurl.startswith("https:"):
            raise DownloadError(f"{req.full_url}: the server leads on to {newurl}, which is not encrypted. Check the address (--mirror).")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _refusal(url: str, error: urllib.error.HTTPError, start: int) -> Exception:
    answer = f"the server answered {error.code} {error.reason}"
    if error.code in TRANSIENT:
        asked = error.headers.get("Retry-After", "")
        return _TransientError(answer, pause=float(asked) if asked.isdigit() else 0.0)
    if error.code == 416 and start:
        return _TransientError("the file changed while it was fetched", stale=True)
    return DownloadError(f"{url}: {answer}. Check the address (--mirror).")


def _unreachable(url: str, reason: object) -> Exception:
    if isinstance(reason, socket.gaierror):
        return DownloadError(f"{url}: the host cannot be found ({reason.strerror}). Check the network, the proxy and --mirror.")
    if isinstance(reason, ConnectionRefusedError):
        return DownloadError(f"{url}: the host refuses the connection. Check the network, the proxy and --mirror.")
    if isinstance(reason, ssl.SSLCertVerificationError):
        return DownloadError(f"{url}: the host's certificate is not trusted ({reason.verify_message}). Check the proxy and --mirror.")
    return _TransientError(
        "no answer in time" if isinstance(reason, TimeoutError) else f"the connection failed ({reason or type(reason).__name__})"
    )


def _blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body as it arrives. A fault of the network becomes _TransientError here, so that a fault of the disk keeps its own name."""
    while True:
        try:
            block = response.read1(BLOCK)
        except TimeoutError as error:
            raise _TransientError("no data in time") from error
        except (OSError, http.client.HTTPException) as error:
            raise _TransientError(f"the connection failed ({error or type(error).__name__})") from error
        if not block:
            return
        yield block


def _version(url: str, response: http.client.HTTPResponse) -> Version:
    total = re.search(r"/(\d+)$", response.headers.get("Content-Range", "")) if response.status == 206 else None
    stated = total.group(1) if total else response.headers.get("Content-Length", "") if response.status != 206 else ""
    length = int(stated) if stated.isdigit() else None
    return Version(url=url, etag=response.headers.get("ETag"), modified=response.headers.get("Last-Modified"), length=length)


def _continues(response: http.client.HTTPResponse, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _memory(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _remembered(part: Path, url: str) -> Version | None:
    """The version that the part is of; None where that is unknown, of another address, or cannot be told from other versions."""
    try:
        version = Version(**json.loads(_memory(part).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return version if part.is_file() and version.url == url and (version.etag or version.modified) else None
