"""A model hub on this machine that speaks huggingface_hub's protocol, and fails as hubs do.

GET       /api/models/REPO?blobs=true      what a repository holds
HEAD, GET /REPO/resolve/REVISION/FILE      a file, also from an offset on (Range)
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" * 6 + "beef"


class ModelHub(ThreadingHTTPServer):
    """Serves repositories; what it is to do wrong is set on it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos: dict[str, dict[str, bytes]] = {}
        """Name of a repository -> its files."""
        self.licences: dict[str, str] = {}
        self.refusals: dict[str, tuple[int, str]] = {}
        """Name of a repository, or `NAME:files` -> the status and X-Error-Code of its answers."""
        self.cuts: list[int] = []
        """For the next downloads of weights: bytes after which the connection breaks."""
        self.wrong: set[str] = set()
        """Files that come with other bytes than are stated."""
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and Range of each request."""
        self.tokens: set[str] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, repo: str, folder: Path, inside: str = "") -> None:
        """Take the files of a folder in."""
        files = self.repos.setdefault(repo, {"README.md": b"# read me\n"})
        for path in folder.iterdir():
            if path.is_file():
                files[f"{inside}/{path.name}".lstrip("/")] = path.read_bytes()

    def downloads(self) -> list[str]:
        """The names of the files that were asked for, in order."""
        return [path.rpartition("/")[2] for method, path, _ in self.asked if "/resolve/" in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ModelHub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        hub = self.server
        hub.asked.append((self.command, path, self.headers.get("Range", "")))
        hub.tokens.add(self.headers.get("Authorization", ""))
        if path.startswith("/api/models/"):
            repo = "/".join(path.split("/")[3:5])
            if not self._refused(repo):
                self._send(200, json.dumps(self._told(repo)).encode(), {})
            return
        if "/resolve/" not in path:
            self._send(404, b"{}", {})
            return
        owner, name, _, _, file = path.lstrip("/").split("/", 4)
        if not self._refused(f"{owner}/{name}", ":files"):
            self._file(hub.repos[f"{owner}/{name}"], file)

    def _refused(self, repo: str, what: str = "") -> bool:
        status, code = self.server.refusals.get(repo + what, (0, ""))
        if not status and repo not in self.server.repos:
            status, code = 404, "RepoNotFound"
        if status:
            self._send(status, b"{}", {"X-Error-Code": code} if code else {})
        return bool(status)

    def _told(self, repo: str) -> dict[str, object]:
        siblings = []
        for name, body in self.server.repos[repo].items():
            git = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
            told: dict[str, object] = {"rfilename": name, "size": len(body), "blobId": git}
            if name.endswith((".safetensors", ".pt", ".bin")):
                digest = hashlib.sha256(body).hexdigest()
                told["lfs"] = {"sha256": digest, "size": len(body), "pointerSize": 134}
            siblings.append(told)
        licence = self.server.licences.get(repo, "")
        tags = [f"license:{licence}"] if licence else []
        return {"id": repo, "sha": COMMIT, "siblings": siblings, "tags": tags}

    def _file(self, files: dict[str, bytes], name: str) -> None:
        if name not in files:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        body, headers, status = files[name], {"X-Repo-Commit": COMMIT, "ETag": '"x"'}, 200
        if name.rpartition("/")[2] in self.server.wrong:
            body = bytes(len(body))
        if asked := self.headers.get("Range"):
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            body, status = body[start:], 206
        cut = None
        if name.endswith((".safetensors", ".pt")) and self.server.cuts:
            cut = self.server.cuts.pop(0)
        self._send(status, body, headers, cut)

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.close_connection = True


@contextmanager
def serving() -> Iterator[ModelHub]:
    """A hub while the block runs."""
    hub = ModelHub()
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
