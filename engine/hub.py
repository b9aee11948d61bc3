"""Files of a model repository -> a folder, whole and checked. The only room that knows the hub.

Through huggingface_hub: addresses, sign-in, retries and progress bars are its. Its own
`hf_hub_download` begins anew after each interruption (it deletes what it has, since 1.30 or so), so
its `http_get` writes into a part file of ours, whose name holds the checksum that it is to have:
the next run goes on with it. A file has its name only once its size and checksum are right.

Does not know what the files are for. What is thrown is one line that says what to do.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.speech import EngineFailed, EngineMissing

if TYPE_CHECKING:
    from huggingface_hub import HfApi

log = logging.getLogger(__name__)

_TIMEOUT_S = 20.0
_BLOCK = 1 << 20
_AGAIN = "run the same command again: it goes on where it stopped"


@dataclass(frozen=True, slots=True)
class File:
    """A file of a repository."""

    path: str
    """Within the repository, parts separated by `/`."""
    size: int
    """Bytes."""
    digest: str
    """SHA-256 of a large file, SHA-1 as git makes it of a small one; in hexadecimal."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    def digest_of(self, path: Path) -> str:
        """The digest, of the kind that this file has, of a file on disk."""
        if len(self.digest) == 64:
            made = hashlib.sha256()
        else:
            made = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                made.update(block)
        return made.hexdigest()

    def is_at(self, path: Path) -> bool:
        """Whether a file on disk is this one, by size and digest."""
        right_size = path.is_file() and path.stat().st_size == self.size
        return right_size and self.digest_of(path) == self.digest


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as it is now."""

    name: str
    revision: str
    """The commit that the files are of."""
    licence: str
    """What it says of itself, such as `mit`; empty if nothing."""
    files: tuple[File, ...]


class Hub:
    """The hub that huggingface_hub is set to (`HF_ENDPOINT`). Raises EngineMissing without it."""

    def __init__(self) -> None:
        # Its reports of use are not wanted: only what is downloaded is asked for.
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        try:
            import huggingface_hub
        except ImportError as error:
            raise EngineMissing(
                "huggingface_hub is not installed: scripts/run --with f5, then try again"
            ) from error
        # It tells each retry in a line of its own; how it ended is told here.
        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
        self._api: HfApi = huggingface_hub.HfApi()

    @property
    def address(self) -> str:
        """The address of the hub."""
        return str(self._api.endpoint)

    def look(self, repo: str) -> Repository:
        """Ask what a repository holds. Raises EngineFailed."""
        try:
            info = self._api.model_info(repo, files_metadata=True, timeout=_TIMEOUT_S)
        except Exception as error:
            raise EngineFailed(_line(repo, self.address, error)) from error
        files = tuple(
            File(
                sibling.rfilename,
                sibling.size or 0,
                sibling.lfs.sha256 if sibling.lfs else sibling.blob_id or "",
            )
            for sibling in info.siblings or ()
        )
        licence = next((tag[8:] for tag in info.tags or () if tag.startswith("license:")), "")
        return Repository(repo, info.sha or "main", licence, files)

    def fetch(
        self,
        repository: Repository,
        files: Iterable[File],
        folder: Path,
        told: Callable[[str], None],
    ) -> None:
        """Bring files into a folder, each by the last part of its path.

        `told` is given a line where there is something to say. Raises EngineFailed.
        """
        files = [file for file in files if not file.is_at(folder / file.name)]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _check_room(files, folder)
            for file in files:
                self._bring(repository, file, folder, told)
        except EngineFailed:
            raise
        except Exception as error:
            raise EngineFailed(_line(repository.name, self.address, error)) from error

    def _bring(
        self, repository: Repository, file: File, folder: Path, told: Callable[[str], None]
    ) -> None:
        from huggingface_hub import hf_hub_url
        from huggingface_hub.file_download import http_get
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

        part = _part(file, folder)
        for other in folder.iterdir():
            if other != part and other.name.startswith(f"{file.name}.") and other.suffix == ".part":
                other.unlink()  # of a version that is no longer there
        have = part.stat().st_size if part.is_file() else 0
        if have > file.size:
            part.unlink()
            have = 0
        if have:
            told(f"{file.name}: going on at {have / 1e6:.1f} of {file.size / 1e6:.1f} MB")
        url = hf_hub_url(
            repository.name, file.path, revision=repository.revision, endpoint=self.address
        )
        while True:
            try:
                with part.open("ab") as out:
                    http_get(
                        url,
                        out,
                        resume_size=have,
                        headers=build_hf_headers(),
                        expected_size=file.size,
                        displayed_filename=file.name,
                    )
                break
            except OSError:
                raise
            except Exception as error:  # a connection that was cut, which http_get leaves to us
                if (now := part.stat().st_size) == have:
                    raise
                log.info("%s broke off (%s): going on", file.name, error)
                have = now
        if file.digest_of(part) != file.digest:
            part.unlink()
            raise EngineFailed(
                f"{file.name} came with another checksum than the hub states, so it was thrown "
                "away: run the same command again; if that does not help, the hub's copy is bad"
            )
        part.replace(folder / file.name)


def _part(file: File, folder: Path) -> Path:
    return folder / f"{file.name}.{file.digest[:12]}.part"


def _check_room(files: Sequence[File], folder: Path) -> None:
    parts = [part for part in (_part(file, folder) for file in files) if part.is_file()]
    there = sum(part.stat().st_size for part in parts)
    missing = sum(file.size for file in files) - there
    free = shutil.disk_usage(folder).free
    if missing > free:
        raise EngineFailed(
            f"{folder} has room for {free / 1e6:.0f} MB and {missing / 1e6:.0f} MB are to come: "
            "make room, or name another place (--folder DIR)"
        )


def _line(repo: str, address: str, error: Exception) -> str:
    """What went wrong and what to do. Not in the library's words, which take many lines."""
    from huggingface_hub import errors

    page = f"{address}/{repo}"
    if isinstance(error, errors.GatedRepoError):
        return f"{page} wants its terms accepted: do that there, then `hf auth login`, then again"
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{page} is gone, or not for everybody; see whether it opens in a browser"
    if isinstance(error, errors.EntryNotFoundError | errors.RevisionNotFoundError):
        return f"a file of {page} was taken away meanwhile: run the same command again"
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        todo = "sign in anew by `hf auth login`" if status in (401, 403) else "wait a while"
        return f"{page} answered {status}: {todo}, then try again"
    if isinstance(error, errors.OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so nothing is downloaded: take it away, and try again"
    return _below(address, error)


def _below(address: str, error: Exception) -> str:
    """Of the disk and of the connection."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full: make room, then {_AGAIN}"
    if isinstance(error, OSError) and error.filename is not None:  # none of a connection has one
        return f"{error.filename} cannot be written: name another place (--folder DIR)"
    said = " ".join(str(error).split("\n")[0].split()) or type(error).__name__
    return f"{address} cannot be reached, or broke off ({said:.120}): when you are online, {_AGAIN}"
