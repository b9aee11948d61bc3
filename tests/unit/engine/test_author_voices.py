from engine.author_voices import author_voice


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
