"""A host as people write it down to allow it: an address of it, `*.` or `www.` in front, any case.

Does not find hosts in a text (hosts.py), nor know whether one exists.
"""

from __future__ import annotations

import re
import unicodedata

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,20}://")
_REST = re.compile(r"[/?#\\].*|:\d{0,5}(?![^/?#\\]).*", re.DOTALL)
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_LONGEST = 253


def allowed_host(written: str) -> str:
    """The host that is meant, as links.find takes it: lower case, subdomains are meant too.

    Raises:
        ValueError: it is no host, an IP address, or an ending alone such as `com`.
    """
    host = unicodedata.normalize("NFKC", written).strip().casefold()
    host = _REST.sub("", _SCHEME.sub("", host, count=1)).removesuffix(".")
    host = host.removeprefix("*").removeprefix(".")
    # `www.org` is a host by itself.
    if host.count(".") > 1:
        host = host.removeprefix("www.")
    labels = host.split(".")
    if len(host) > _LONGEST or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("it is no host with a dot in it, such as example.org")
    if labels[-1].isdecimal():
        raise ValueError("an IP address is never opened; give a host such as example.org")
    return host
