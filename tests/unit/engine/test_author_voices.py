from engine.author_voices import author_choice, author_voice


def test_an_author_keeps_the_voice_for_good() -> None:
    # Recorded values: a change would give every viewer another voice.
    assert author_voice("en-us", "twitch:1") == ("en-us+Alex", 0.0)
    assert author_voice("de", "youtube:UCx") == ("de+m5", -0.2)


def test_a_variant_of_the_base_is_replaced() -> None:
    assert author_voice("en-us+f3", "a") == author_voice("en-us", "a")


def test_authors_spread_over_all_voices() -> None:
    voices = [author_voice("en-us", f"twitch:{i}") for i in range(3000)]
    assert len({voice for voice, _ in voices}) == 16
    assert len(set(voices)) == 80
    assert all(-0.2 <= pitch <= 0.2 for _, pitch in voices)


def test_any_text_is_a_key() -> None:
    assert author_voice("en-us", "\ud800\0 \U0001f600")[0].startswith("en-us+")


def test_an_author_keeps_a_choice_while_it_is_there() -> None:
    # Recorded values, as above.
    assert author_choice(["anna", "ben", "carla"], "twitch:1") == "anna"
    assert author_choice(["carla", "anna", "ben"], "twitch:1") == "anna"
    assert author_choice([], "twitch:1") == ""
    keys = [f"twitch:{i}" for i in range(300)]
    three = [author_choice(["anna", "ben", "carla"], key) for key in keys]
    assert min(three.count(voice) for voice in ("anna", "ben", "carla")) > 60
    for key, voice in zip(keys, three, strict=True):
        assert author_choice({"anna", "ben"} | {voice}, key) == voice
