"""bot.settings: where values come from, what is refused, and that no value is ever shown."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from bot.engines import f5_setup, uses_f5
from bot.exits import BadInput
from bot.policy import build_trigger
from bot.settings import PREFIX, SettingsError, groups, known_keys, load
from bot.settings_text import example, shown
from engine import models_folder
from engine.speech import EngineMissing
from filters import dictionary, shipped

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "settings.env") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file() -> None:
    settings = load()
    assert settings.speech.engine == "auto"
    assert settings.trigger.commands == ("!tts", "!say", "!speak")
    assert settings.state_dir.is_absolute()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("ISHOWTTS_AUDIO__OUTPUT=null\nISHOWTTS_AUDIO__VOLUME=0.5\nISHOWTTS_AUDIO__GAP_MS=1")
    monkeypatch.setenv("ISHOWTTS_AUDIO__OUTPUT", "wav:a.wav")
    monkeypatch.setenv("ISHOWTTS_AUDIO__VOLUME", "0.25")
    audio = load(overrides={"audio": {"output": "Speakers"}}).audio
    assert (audio.output, audio.volume, audio.gap_ms) == ("Speakers", 0.25, 1)


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_TRIGGER__COMMANDS", " !talk, !voice ,")
    assert load().trigger.commands == ("!talk", "!voice")


def test_files_and_voices_are_split_at_commas_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__BLOCKLIST", "a.txt, b.txt")
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICES", "es = es, de=de+f2")
    settings = load()
    assert settings.filter.blocklist == (Path("a.txt"), Path("b.txt"))
    assert settings.speech.voices == {"es": "es", "de": "de+f2"}
    assert "ISHOWTTS_SPEECH__VOICES=es=es,de=de+f2" in shown(settings)


def test_hosts_may_be_given_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "ISHOWTTS_FILTER__LINK_HOSTS", "https://example.org/x, *.example.org, EXAMPLE.org.,www.b.tv"
    )
    settings = load()
    assert settings.filter.link_hosts == ("example.org", "b.tv")
    assert "ISHOWTTS_FILTER__LINK_HOSTS=example.org,b.tv\n" in shown(settings)


def test_of_several_hosts_the_wrong_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__LINK_HOSTS", "example.org,com")
    with pytest.raises(SettingsError, match="LINK_HOSTS: part 2 of the list: it is no host"):
        load()


def test_the_languages_are_those_that_lists_and_dictionary_have() -> None:
    assert load().filter.languages == shipped.LANGUAGES == dictionary.LANGUAGES


def test_an_unknown_key_in_the_environment_is_named_with_what_was_probably_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_AUDIO__OUTPT", "secret-value")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "ISHOWTTS_AUDIO__OUTPT" in str(caught.value)
    assert "did you mean ISHOWTTS_AUDIO__OUTPUT" in str(caught.value)
    assert "secret-value" not in str(caught.value)


@pytest.mark.parametrize("key", ["ISHOWTTS_NOPE", "ISHOWTTS_AUDIO__NOPE", "AUDIO__OUTPUT"])
def test_an_unknown_key_in_the_file_is_named(key: str) -> None:
    write(f"{key}=1")
    with pytest.raises(SettingsError, match=key):
        load()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ISHOWTTS_AUDIO__VOLUME", "loud-secret"),
        ("ISHOWTTS_AUDIO__VOLUME", "7"),
        ("ISHOWTTS_SPEECH__RATE", "nan"),
        ("ISHOWTTS_LIMIT__EVERYONE_S", "1e308"),
        ("ISHOWTTS_LIMIT__SPEECH_S_PER_MINUTE", "1e-310"),
        ("ISHOWTTS_BACKLOG__LINES", "0"),
        ("ISHOWTTS_TRIGGER__MINIMUM_ROLE", "emperor-secret"),
        ("ISHOWTTS_TWITCH__CHANNELS", "not a channel"),
        ("ISHOWTTS_TWITCH__IRC_URL", "http://secret"),
        ("ISHOWTTS_TWITCH__IRC_URL", "wss://"),
        ("ISHOWTTS_YOUTUBE__CHANNELS", "@zorgle,not a channel"),
        ("ISHOWTTS_YOUTUBE__API_KEY", "two secret"),
        ("ISHOWTTS_YOUTUBE__WEB_URL", "ftp://secret"),
        ("ISHOWTTS_YOUTUBE__API_URL", "https://"),
        ("ISHOWTTS_TWITCH__API_URL", "wss://secret"),
        ("ISHOWTTS_TWITCH__CLIENT_ID", "secret value"),
        ("ISHOWTTS_TRIGGER__COMMANDS", "!tts,! secret"),
        ("ISHOWTTS_FILTER__LINK_HOSTS", "example.org,not a secret"),
        ("ISHOWTTS_FILTER__LINK_HOSTS", "secretcom"),
        ("ISHOWTTS_FILTER__TIER", "secret"),
        ("ISHOWTTS_FILTER__LANGUAGES", "en,secret"),
        ("ISHOWTTS_FILTER__LANGUAGES", "secret"),
        ("ISHOWTTS_FILTER__LANGUAGES", "secret,secret"),
        ("ISHOWTTS_FILTER__LANGUAGES", ","),
        ("ISHOWTTS_SPEECH__VOICES", "secret"),
        ("ISHOWTTS_SPEECH__VOICES", "es="),
        ("ISHOWTTS_SPEECH__VOICES", "secret=es"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_key(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value).startswith(f"{key}: ")
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_wrong_language_is_told_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__LANGUAGES", "xx")
    with pytest.raises(SettingsError, match="'en', 'es', 'pt', 'de' or 'fr'"):
        load()


def test_a_wrong_language_of_a_voice_is_told_how_to_write_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_F5__VOICES", "english=anna")
    with pytest.raises(SettingsError, match=r"a language is two letters, as in es=es,de=de\+f2"):
        load()


def test_each_wrong_key_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_FILTER__LANGUAGES", "xx,yy")
    monkeypatch.setenv("ISHOWTTS_FILTER__TIER", "xx")
    with pytest.raises(SettingsError) as caught:
        load()
    keys = [line.partition(":")[0] for line in str(caught.value).splitlines()]
    assert keys == ["ISHOWTTS_FILTER__LANGUAGES", "ISHOWTTS_FILTER__TIER"]


CHOICES = [
    (f"{PREFIX}{group}__{name}".upper(), choice)
    for group, model in groups()
    for name, field in model.model_fields.items()
    if get_origin(field.annotation) is Literal
    for choice in get_args(field.annotation)
]


@pytest.mark.parametrize(("key", "choice"), CHOICES)
def test_a_choice_is_taken_in_any_case(
    key: str, choice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, f" {choice.upper()} ")
    assert f"{key}={choice}\n" in shown(load())


def test_languages_are_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {key.rpartition("__")[2] for key, _ in CHOICES} == {
        *("MODE", "MINIMUM_ROLE", "TIER", "LINKS", "FIRST_TIME", "LANGUAGE", "LATENCY", "LEVEL"),
        *("DEVICE", "DTYPE"),
    }
    monkeypatch.setenv("ISHOWTTS_FILTER__LANGUAGES", "EN, De")
    monkeypatch.setenv("ISHOWTTS_SPEECH__VOICES", "ES=es")
    settings = load()
    assert settings.filter.languages == ("en", "de")
    assert settings.speech.voices == {"es": "es"}


FLOATS = [
    f"{PREFIX}{group}__{name}".upper()
    for group, model in groups()
    for name, field in model.model_fields.items()
    if field.annotation is float
] + [f"{PREFIX}HOLD_SECONDS"]


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
@pytest.mark.parametrize("key", FLOATS)
def test_a_number_that_is_not_finite_is_refused(
    key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value) == f"{key}: Input should be a finite number"


def test_every_number_of_seconds_is_looked_at() -> None:
    assert {"ISHOWTTS_LIMIT__EVERYONE_S", "ISHOWTTS_BACKLOG__SECONDS"} < set(FLOATS)
    assert len(FLOATS) > 12


def test_a_channel_may_be_given_as_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_TWITCH__CHANNELS", "https://www.twitch.tv/SomeName, #other,other")
    assert load().twitch.channels == ("somename", "other")


def test_the_key_of_the_first_version_still_names_a_channel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ISHOWTTS_TWITCH__CHANNEL", "SomeName")
    assert load().twitch.channels == ("somename",)
    monkeypatch.setenv("ISHOWTTS_TWITCH__CHANNELS", "other")
    assert load().twitch.channels == ("other",)


@pytest.mark.parametrize(
    "rest", ["", "[", "127.0.0.1:99999/secret", "127.0.0.1:0", "a secret", "/secret", "secret "]
)
@pytest.mark.parametrize(
    ("key", "schemes"),
    [
        ("TWITCH__API_URL", ("https", "http")),
        ("TWITCH__AUTH_URL", ("https", "http")),
        ("TWITCH__EVENTSUB_URL", ("wss", "ws")),
        ("TWITCH__IRC_URL", ("wss", "ws")),
        ("YOUTUBE__WEB_URL", ("https", "http")),
        ("YOUTUBE__API_URL", ("https", "http")),
    ],
)
def test_an_address_that_nobody_could_ask_is_refused_in_words(
    key: str, schemes: tuple[str, str], rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}{key}", f"{schemes[0]}://{rest}")
    with pytest.raises(SettingsError) as caught:
        load()
    first, second = schemes
    start = f"{PREFIX}{key}: give a whole address: {first}://HOST or {second}://HOST"
    assert str(caught.value).startswith(start)
    assert "secret" not in str(caught.value)


def test_a_client_id_that_is_none_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_TWITCH__CLIENT_ID", "zorgle-client")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "letters and digits only; copy it again" in str(caught.value)


def test_a_slash_behind_an_address_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("API_URL", "AUTH_URL"):
        monkeypatch.setenv(f"ISHOWTTS_TWITCH__{key}", "http://127.0.0.1:1/a/")
    for key in ("EVENTSUB_URL", "IRC_URL"):
        monkeypatch.setenv(f"ISHOWTTS_TWITCH__{key}", "ws://127.0.0.1:1/ws/")
    twitch = load().twitch
    assert twitch.api_url == twitch.auth_url == "http://127.0.0.1:1/a"
    assert twitch.eventsub_url == twitch.irc_url == "ws://127.0.0.1:1/ws"


def test_youtube_channels_are_a_list_and_its_key_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = "https://www.youtube.com/watch?v=zorgleVideo"
    monkeypatch.setenv("ISHOWTTS_YOUTUBE__CHANNELS", f"@Zorgle, {address},@zorgle")
    monkeypatch.setenv("ISHOWTTS_YOUTUBE__API_KEY", " zorgle-key ")
    settings = load()
    assert settings.youtube.channels == ("@zorgle", "zorgleVideo")
    assert settings.youtube.api_key.get_secret_value() == "zorgle-key"
    assert "zorgle-key" not in shown(settings) + repr(settings)


def test_a_named_file_that_is_not_there_or_not_text_is_one_line() -> None:
    with pytest.raises(SettingsError, match="nowhere.env"):
        load(Path("nowhere.env"))
    Path("binary.env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(Path("binary.env"))


def test_a_file_saved_with_a_byte_order_mark_is_read() -> None:
    Path("settings.env").write_bytes(b"\xef\xbb\xbfISHOWTTS_AUDIO__OUTPUT=null\n")
    assert load().audio.output == "null"


def test_the_example_file_is_what_the_settings_say() -> None:
    assert (ROOT / "settings.example.env").read_text(encoding="utf-8") == example()


def test_the_example_taken_literally_gives_the_defaults() -> None:
    before = load()
    write("\n".join(line.removeprefix("#") for line in example().splitlines() if PREFIX in line))
    assert load() == before


def test_every_key_stands_in_the_example_and_in_what_is_shown() -> None:
    for text in (example(), shown(load())):
        assert {
            line.partition("=")[0].lstrip("#") for line in text.splitlines() if PREFIX in line
        } == (known_keys())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ISHOWTTS_AUDIO__OUTPUT=null\nthis is no setting\n", 2),
        ('ISHOWTTS_TWITCH__CHANNEL="abc\n', 1),
        ("ISHOWTTS_AUDIO__OUTPUT\n", 1),
    ],
)
def test_a_line_of_the_file_that_cannot_be_read_is_named_by_number(text: str, line: int) -> None:
    write(text)
    with pytest.raises(SettingsError, match=rf"settings\.env:{line}: not KEY=value"):
        load()


def test_a_character_that_cannot_be_seen_is_refused_wherever_it_stands() -> None:
    write("ISHOWTTS_STATE_DIR=a\0b\n")
    with pytest.raises(SettingsError, match="ISHOWTTS_STATE_DIR"):
        load()


@pytest.mark.parametrize(
    ("value", "engine"),
    [(" F5 ", "f5"), ("ESPEAK", "espeak"), ("Auto", "auto"), ("own.place:Own", "own.place:Own")],
)
def test_an_engine_is_named_in_any_case_or_is_a_class(
    value: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISHOWTTS_SPEECH__ENGINE", value)
    assert load().speech.engine == engine


def test_each_wrong_key_of_f5_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "SPEECH__ENGINE": "f6",
        "F5__DEVICE": "tpu",
        "F5__DTYPE": "fp8",
        "F5__NFE": "3",
        "F5__GUIDANCE": "-1",
        "F5__SPEED": "9",
        "F5__VOICES": "anna",
    }
    for key, value in wrong.items():
        monkeypatch.setenv(PREFIX + key, value)
    with pytest.raises(SettingsError) as caught:
        load()
    lines = str(caught.value).splitlines()
    assert {line.partition(":")[0] for line in lines} == {PREFIX + key for key in wrong}
    assert len(lines) == len(wrong)
    assert "auto, espeak, f5, or package.module:Class" in str(caught.value)


def test_the_vocoder_is_beside_the_model_if_nothing_else_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ISHOWTTS_F5__MODEL", str(tmp_path / "F5TTS_v1_Base"))
    setup = f5_setup(load())
    assert setup.source.vocoder == tmp_path / "vocos"
    assert setup.voices == load().state_dir / "voices"
    monkeypatch.setenv("ISHOWTTS_YOUTUBE__API_KEY", "hush")
    assert "hush" not in f5_setup(load()).to_json()
    monkeypatch.setenv("ISHOWTTS_F5__VOCODER", str(tmp_path / "v"))
    assert f5_setup(load()).source.vocoder == tmp_path / "v"


def test_a_model_that_was_fetched_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, folder in {"openf5-tts-base": "F5TTS_v1_Base_OpenF5", "mine": "mine"}.items():
        monkeypatch.setenv("ISHOWTTS_F5__MODEL", name)
        source = f5_setup(load()).source
        assert source.model == models_folder.default() / folder
        assert source.vocoder == models_folder.default() / "vocos"


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("ISHOWTTS_F5__MODEL", "~/models/F5TTS_Base")
    source = f5_setup(load()).source
    assert source.model == tmp_path / "models" / "F5TTS_Base"
    assert source.vocoder == tmp_path / "models" / "vocos"
    monkeypatch.setenv("ISHOWTTS_F5__VOCODER", "~/v")
    assert f5_setup(load()).source.vocoder == tmp_path / "v"


def test_a_model_that_may_not_be_read_does_not_stop_the_bot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setenv("ISHOWTTS_F5__MODEL", str(tmp_path / "F5TTS_Base"))
    settings = load()
    monkeypatch.setattr(Path, "is_file", refused)
    setup = f5_setup(settings)
    assert setup.source.vocoder == tmp_path / "vocos"
    with pytest.raises(EngineMissing, match=r"cannot be read \(Permission denied\)"):
        setup.look()


def test_f5_alone_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not uses_f5(load())
    monkeypatch.setenv("ISHOWTTS_SPEECH__ENGINE", "f5")
    with pytest.raises(BadInput, match="^ISHOWTTS_F5__MODEL: "):
        f5_setup(load())


@pytest.mark.parametrize(("value", "mode"), [("true", "line"), ("0", "command")])
def test_the_first_versions_every_line_still_works(
    monkeypatch: pytest.MonkeyPatch, value: str, mode: str
) -> None:
    monkeypatch.setenv("ISHOWTTS_TRIGGER__EVERY_LINE", value)
    assert load().trigger.mode == mode
    monkeypatch.setenv("ISHOWTTS_TRIGGER__EVERY_LINE", "zorgle")
    with pytest.raises(SettingsError, match="TRIGGER"):
        load()


def test_words_for_commands_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISHOWTTS_COMMAND__ALIASES", "!shh=skip, !TTSban = MUTE")
    assert load().command.aliases == {"!shh": "skip", "!TTSban": "mute"}
    twice = "!shh=skip,!SHH=mute"
    for wrong in ("!shh", "!shh=zorgle", "two words=skip", "shh=skip", "=skip", twice):
        monkeypatch.setenv("ISHOWTTS_COMMAND__ALIASES", wrong)
        with pytest.raises(SettingsError, match="ISHOWTTS_COMMAND__ALIASES: (write|such)"):
            load()
    monkeypatch.setenv("ISHOWTTS_COMMAND__ALIASES", "!Say=stop")
    with pytest.raises(BadInput, match="ISHOWTTS_COMMAND__ALIASES: !Say begins a line"):
        build_trigger(load())
