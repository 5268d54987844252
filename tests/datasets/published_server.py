"""A loopback web server for the tests of downloads: it can refuse ranges, cut connections, change files, stall, and counts what it sent."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from seqtasks.datasets.published import PublishedCorpus, PublishedFile


@dataclass
class Sent:
    """One answered request."""

    path: str
    range: str | None
    status: int
    body: int


@dataclass
class PublishedServer:
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    etags: bool = True
    weak: bool = False  # weak ETags cannot be used in If-Range
    honest_ranges: bool = True  # False: answers 206 whatever If-Range says
    cuts: list[int] = field(default_factory=list)  # how many body bytes the next answers send before the connection is cut
    statuses: list[int] = field(default_factory=list)  # what the next requests are answered instead
    retry_after: str | None = None
    stall: float = 0.0  # seconds before an answer
    hang: float = 0.0  # seconds between the last byte sent and the end of the connection
    sent: list[Sent] = field(default_factory=list)
    address: str = ""

    def etag(self, content: bytes) -> str:
        return f'{"W/" if self.weak else ""}"{hashlib.sha256(content).hexdigest()[:12]}"'

    @property
    def bodies(self) -> list[int]:
        return [sent.body for sent in self.sent]


def blob_id(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def corpus_of(files: dict[str, bytes], name: str = "mini") -> PublishedCorpus:
    """A catalogue entry for these files, as they are now."""
    published = tuple(
        PublishedFile(name=key, url_path=f"own/{name}/{key}", blob=blob_id(body), content_blob=blob_id(body), size=len(body))
        for key, body in files.items()
    )
    return PublishedCorpus(
        name=name, title="A small corpus", task="none", licence="CC0", page="https://example.invalid/mini", citation="Us.", files=published
    )


@contextlib.contextmanager
def serving(server: PublishedServer) -> Iterator[PublishedServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self, server)

        def log_message(self, format: str, *args: object) -> None:
            pass

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.daemon_threads = True
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{web.server_address[1]}"
    try:
        yield server
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


def answer(request: BaseHTTPRequestHandler, server: PublishedServer) -> None:
    asked = request.headers.get("Range")
    request.close_connection = True
    status = server.statuses.pop(0) if server.statuses else 200
    content = server.files.get(request.path.removeprefix("http://published.invalid"))
    if status == 200 and content is None:
        status = 404
    if status != 200 or content is None:
        server.sent.append(Sent(request.path, asked, status, 0))
        request.send_response(status)
        if server.retry_after:
            request.send_header("Retry-After", server.retry_after)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    if server.stall:
        time.sleep(server.stall)
    start = 0
    matches = request.headers.get("If-Range") in (None, server.etag(content)) or not server.honest_ranges
    if asked and server.ranges and matches:
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        status = 206 if start < len(content) else 416
    body = content[start:]
    length = len(body)
    body = body[: server.cuts.pop(0)] if server.cuts else body
    server.sent.append(Sent(request.path, asked, status, len(body)))  # before the client can see the end of it
    request.send_response(status)
    if server.etags:
        request.send_header("ETag", server.etag(content))
    if status == 206:
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    request.send_header("Content-Length", str(length))
    request.end_headers()
    with contextlib.suppress(ConnectionError):  # the client may have gone
        request.wfile.write(body)
    if server.hang:
        time.sleep(server.hang)
