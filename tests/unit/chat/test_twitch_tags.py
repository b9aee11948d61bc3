import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.irc import IrcLine, parse
from bot.chat.twitch_tags import read
from filters.message import (
    Author,
    ChatMessage,
    Event,
    Fragment,
    Kind,
    Payment,
    Removal,
    RemovalKind,
    Reward,
    Role,
)

TAGS = "user-id=7;display-name=Ann;id=m1;room-id=100"


def event(text: str) -> Event | None:
    line = parse(text)
    assert isinstance(line, IrcLine)
    return read(line)


def message(tags: str = "", text: str = "hi") -> ChatMessage:
    found = event(f"@{TAGS};{tags} :ann!ann@h PRIVMSG #room :{text}")
    assert isinstance(found, ChatMessage)
    return found


def notice(tags: str, text: str = "") -> Event | None:
    return event(f"@{TAGS};login=ann;{tags} :tmi.twitch.tv USERNOTICE #room{text}")


def test_a_chat_line_is_a_message() -> None:
    assert message() == ChatMessage("twitch", "room", "m1", Author("7", "Ann", login="ann"), "hi")


def test_without_tags_the_login_stands_for_id_and_name() -> None:
    assert event(":ann!ann@h PRIVMSG #room :hi") == ChatMessage(
        "twitch", "room", "", Author("ann", "ann", login="ann"), "hi"
    )


def test_a_display_name_in_another_script_does_not_hide_the_login() -> None:
    author = message("display-name=アン").author
    assert (author.name, author.login) == ("アン", "ann")


def test_an_empty_display_name_is_the_login() -> None:
    assert message("display-name=").author.name == "ann"


@pytest.mark.parametrize(
    ("tags", "roles"),
    [
        ("badges=broadcaster/1", {Role.BROADCASTER}),
        ("badges=moderator/1", {Role.MODERATOR}),
        ("badges=lead_moderator/1", {Role.MODERATOR}),
        ("mod=1", {Role.MODERATOR}),
        ("badges=vip/1", {Role.VIP}),
        ("vip=1", {Role.VIP}),
        ("badges=subscriber/3012", {Role.SUBSCRIBER}),
        ("badges=founder/0", {Role.SUBSCRIBER}),
        ("subscriber=1", {Role.SUBSCRIBER}),
        ("badges=bot-badge/1", {Role.BOT}),
        ("badges=vip/1,subscriber/0,premium/1", {Role.VIP, Role.SUBSCRIBER}),
        ("badges=premium/1;mod=0;subscriber=0;vip=0", set()),
        ("badges=,,/,moderatorx/1;mod=yes", set()),
        ("display-name=moderator", set()),
    ],
)
def test_roles_come_from_badges_only(tags: str, roles: set[Role]) -> None:
    assert message(tags).author.roles == roles


def test_emotes_are_cut_by_code_points() -> None:
    found = message("emotes=25:3-7,13-17/1902:9-11", "😀é Kappa LUL Kappa!")
    assert found.fragments == (
        Fragment("text", "😀é "),
        Fragment("emote", "Kappa", "25"),
        Fragment("text", " "),
        Fragment("emote", "LUL", "1902"),
        Fragment("text", " "),
        Fragment("emote", "Kappa", "25"),
        Fragment("text", "!"),
    )


@pytest.mark.parametrize(
    "emotes", ["25:0-99", "25:3-1", "25", "25:", ":", "/", "25:a-b", "25:-1-2", "25:0", "25:0-²"]
)
def test_wrong_emote_ranges_are_left_out(emotes: str) -> None:
    assert message(f"emotes={emotes}", "hello").fragments == ()


def test_ranges_that_overlap_count_once() -> None:
    found = message("emotes=1:0-2/2:1-3/3:4-4", "abcde")
    assert [f.text for f in found.fragments] == ["abc", "d", "e"]


@given(st.text(max_size=40), st.text(st.sampled_from("0123456789-,/:x"), max_size=30))
def test_fragments_joined_are_the_text(text: str, emotes: str) -> None:
    tags = {"emotes": emotes, "bits": "100"}
    found = read(IrcLine(tags, "ann", "PRIVMSG", ("#room", text)))
    assert isinstance(found, ChatMessage)
    if found.fragments:
        assert "".join(f.text for f in found.fragments) == found.text
        assert all(f.text for f in found.fragments)


def test_bits_are_a_payment_and_their_words_cheermotes() -> None:
    found = message("bits=150", "Cheer100 gg Kappa50 area51")
    assert found.paid == Payment(150, "bits")
    assert found.fragments == (
        Fragment("cheermote", "Cheer100"),
        Fragment("text", " gg "),
        Fragment("cheermote", "Kappa50"),
        Fragment("text", " area51"),
    )


def test_without_bits_a_word_with_a_number_is_text() -> None:
    assert message("", "Cheer100").fragments == ()


@pytest.mark.parametrize("bits", ["0", "", "-5", "x", "1_0", "١٠", "9" * 5000])
def test_wrong_bits_are_no_payment(bits: str) -> None:
    assert message(f"bits={bits}").paid is None


def test_mentions_are_fragments() -> None:
    found = message("", "hi @Bob, mail a@b.c")
    assert found.fragments == (
        Fragment("text", "hi "),
        Fragment("mention", "@Bob"),
        Fragment("text", ", mail a@b.c"),
    )


def test_a_reply_keeps_its_text_and_names_its_parent() -> None:
    found = message("reply-parent-msg-id=m0;emotes=25:5-9", "@Bob Kappa")
    assert (found.reply_to, found.text) == ("m0", "@Bob Kappa")
    assert [f.type for f in found.fragments] == ["mention", "text", "emote"]


def test_the_first_message_is_marked() -> None:
    assert message("first-msg=1").first
    assert not message("first-msg=0").first


def test_a_reward_with_text_is_a_redemption() -> None:
    found = message("custom-reward-id=r1")
    assert (found.kind, found.reward) == (Kind.REDEMPTION, Reward("r1"))


def test_another_channels_badges_bits_and_rewards_count_for_nothing() -> None:
    found = message("source-room-id=200;badges=moderator/1;mod=1;bits=5;custom-reward-id=r")
    assert found.shared_from == "200"
    assert found.author.roles == frozenset()
    assert (found.paid, found.reward, found.kind) == (None, None, Kind.MESSAGE)


def test_a_shared_chat_does_not_take_away_rights_at_home() -> None:
    found = message("source-room-id=100;badges=moderator/1")
    assert found.shared_from == ""
    assert found.author.roles == {Role.MODERATOR}


@pytest.mark.parametrize("text", ["\x01ACTION waves Kappa\x01", "\x01ACTION waves Kappa"])
def test_me_is_unwrapped(text: str) -> None:
    found = message("emotes=25:6-10", text)
    assert found.text == "waves Kappa"
    assert found.fragments[-1] == Fragment("emote", "Kappa", "25")


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("sub", "", Kind.SUB),
        ("resub", "ten months", Kind.SUB),
        ("subgift", "", Kind.GIFT),
        ("submysterygift", "", Kind.GIFT),
        ("raid", "", Kind.RAID),
        ("announcement", "read this", Kind.MESSAGE),
        ("viewermilestone", "ten in a row", Kind.MESSAGE),
    ],
)
def test_notices_are_events(name: str, text: str, kind: Kind) -> None:
    found = notice(f"msg-id={name};badges=vip/1", f" :{text}" if text else "")
    assert found == ChatMessage(
        "twitch", "room", "m1", Author("7", "Ann", frozenset({Role.VIP}), "ann"), text, kind,
        gifts=1 if kind is Kind.GIFT else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "months", "gifts"),
    [
        ("msg-id=resub;msg-param-cumulative-months=14", 14, None),
        ("msg-id=sub;msg-param-cumulative-months=0", None, None),
        ("msg-id=submysterygift;msg-param-mass-gift-count=20", None, 20),
        ("msg-id=submysterygift;msg-param-mass-gift-count=lots", None, 1),
        ("msg-id=subgift;msg-param-gift-months=6", None, 1),
    ],
)
def test_how_much_was_given(tags: str, months: int | None, gifts: int | None) -> None:
    found = notice(tags)
    assert found is not None
    assert (found.months, found.gifts) == (months, gifts)


def test_a_notice_without_words_that_is_not_known_is_nothing() -> None:
    assert notice("msg-id=bitsbadgetier") is None


@pytest.mark.parametrize(
    ("tags", "viewers"),
    [
        ("msg-id=raid;msg-param-viewerCount=1234", 1234),
        ("msg-id=raid;msg-param-viewerCount=0", 0),
        ("msg-id=raid;msg-param-viewerCount=-5", None),
        ("msg-id=raid;msg-param-viewerCount=many", None),
        ("msg-id=raid;msg-param-viewerCount=", None),
        ("msg-id=raid", None),
        ("msg-id=sub;msg-param-viewerCount=12", None),
    ],
)
def test_a_raid_tells_how_many_it_brings(tags: str, viewers: int | None) -> None:
    found = notice(tags)
    assert isinstance(found, ChatMessage)
    assert found.viewers == viewers


def test_a_notice_of_a_shared_chat_tells_its_source() -> None:
    found = notice("msg-id=sharedchatnotice;source-msg-id=raid;source-room-id=200;mod=1")
    assert isinstance(found, ChatMessage)
    assert (found.kind, found.shared_from, found.author.roles) == (Kind.RAID, "200", frozenset())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@target-msg-id=m1 :s CLEARMSG #room :bad", (RemovalKind.DELETE, "m1", None)),
        (
            "@ban-duration=600;target-user-id=7 :s CLEARCHAT #room :ann",
            (RemovalKind.CLEAR_AUTHOR, "7", 600.0),
        ),
        ("@target-user-id=7 :s CLEARCHAT #room :ann", (RemovalKind.CLEAR_AUTHOR, "7", None)),
        (":s CLEARCHAT #room :ann", (RemovalKind.CLEAR_AUTHOR, "ann", None)),
        ("@room-id=100 :s CLEARCHAT #room", (RemovalKind.CLEAR_ALL, "", None)),
    ],
)
def test_removals(text: str, expected: tuple[RemovalKind, str, float | None]) -> None:
    assert event(text) == Removal("twitch", "room", *expected)


@pytest.mark.parametrize(
    "text",
    ["PRIVMSG", "PRIVMSG #room", "USERNOTICE", "CLEARMSG #room", "CLEARCHAT", "WHISPER a :b"],
)
def test_what_says_too_little_is_nothing(text: str) -> None:
    assert event(text) is None


@pytest.mark.parametrize(
    ("tag", "sent"),
    [("1700000000250", 1_700_000_000.25), ("", None), ("zorgle", None), ("9" * 16, None)],
)
def test_when_it_was_sent_is_told_of_lines_and_removals(tag: str, sent: float | None) -> None:
    assert message(f"tmi-sent-ts={tag}").sent == sent
    for text in ("CLEARCHAT #room :ann", "CLEARCHAT #room", "CLEARMSG #room :x"):
        found = event(f"@target-msg-id=m1;tmi-sent-ts={tag} :s {text}")
        assert isinstance(found, Removal)
        assert found.sent == sent
