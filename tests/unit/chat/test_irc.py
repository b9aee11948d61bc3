import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.irc import Broken, IrcLine, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PING :tmi.twitch.tv", IrcLine({}, "", "PING", ("tmi.twitch.tv",))),
        ("PING", IrcLine({}, "", "PING", ())),
        ("ping x", IrcLine({}, "", "PING", ("x",))),
        (
            ":a!a@a.tmi.twitch.tv PRIVMSG #room :hello there :)",
            IrcLine({}, "a!a@a.tmi.twitch.tv", "PRIVMSG", ("#room", "hello there :)")),
        ),
        ("@a=1;b=;c;=x;a=2 :s 001 me", IrcLine({"a": "2", "b": "", "c": ""}, "s", "001", ("me",))),
        (":s  JOIN   #room", IrcLine({}, "s", "JOIN", ("#room",))),
        (":s PRIVMSG #room :", IrcLine({}, "s", "PRIVMSG", ("#room", ""))),
        (":s PRIVMSG #room ::)", IrcLine({}, "s", "PRIVMSG", ("#room", ":)"))),
    ],
)
def test_lines_are_taken_apart(text: str, expected: IrcLine) -> None:
    assert parse(text) == expected


def test_tag_values_are_unescaped() -> None:
    line = parse(r"@m=a\sb\:c\\d\r\n\q X")
    assert isinstance(line, IrcLine)
    assert line.tags == {"m": "a b;c\\d\r\nq"}
    bare = parse("@m=end\\ X")
    assert isinstance(bare, IrcLine)
    assert bare.tags == {"m": "end"}


def test_the_nick_is_the_first_part_of_the_prefix() -> None:
    line = parse(":ann!ann@host JOIN #room")
    assert isinstance(line, IrcLine)
    assert line.nick == "ann"
    assert (line.param(0), line.param(1)) == ("#room", "")


@pytest.mark.parametrize(
    "text",
    ["", " ", "@", "@tags", "@tags ", ":prefix", "@a=b :prefix ", "PRIV\0MSG x", "12 x", ": :"],
)
def test_what_is_no_line_is_called_broken(text: str) -> None:
    assert isinstance(parse(text), Broken)


@given(st.text(st.sampled_from("@;=\\: \0aP0#\ud800é")) | st.text())
@example("@" + ";" * 10_000)
def test_nothing_raises(text: str) -> None:
    assert isinstance(parse(text), IrcLine | Broken)
