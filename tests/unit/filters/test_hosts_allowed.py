"""A host that is written down in any of the ways people do opens the links to it."""

import pytest

from filters import links
from filters.hosts_allowed import allowed_host


@pytest.mark.parametrize(
    "written",
    [
        *("example.org", "EXAMPLE.org.", " example.org ", "*.example.org", ".example.org"),
        *("https://example.org/x", "http://www.example.org", "example.org/path", "www.example.org"),
        *("example.org:8080", "https://Example.org:8080/a?b#c", "example.org?b", "example.org#c"),
        *("example.org:", "ｅｘａｍｐｌｅ.org"),
    ],
)
def test_every_way_to_write_it_is_the_same_host_and_opens_it(written: str) -> None:
    host = allowed_host(written)
    assert host == "example.org"
    for text in ("see example.org/zorgle now", "https://www.example.org", "a.example.org"):
        assert links.find(text, {host}) == ()
    assert links.find("see blippo.org now", {host})


@pytest.mark.parametrize(
    ("written", "host"),
    [("www.org", "www.org"), ("a.b.example.org", "a.b.example.org"), ("Bücher.de", "bücher.de")],
)
def test_what_is_a_host_by_itself_stays_one(written: str, host: str) -> None:
    assert allowed_host(written) == host
    assert links.find(f"see https://{written}/x", {host}) == ()


@pytest.mark.parametrize(
    "written",
    [
        *("", ".", "*", "com", "*.com", "localhost", "not a host", "example..org", "-a.org"),
        *("someone@example.org", "ex*mple.org", "https://", "a" * 64 + ".org", "a." * 130 + "org"),
        *("example.org:port", "example.org:80x", "exam\x00ple.org"),
    ],
)
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="no host with a dot"):
        allowed_host(written)


@pytest.mark.parametrize("written", ["127.0.0.1", "http://10.0.0.1:80/x", "１.2.3.4"])
def test_an_ip_address_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="IP address"):
        allowed_host(written)
