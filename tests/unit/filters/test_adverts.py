"""What bots advertise is known by its kind; talk about the same things is not."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.adverts import find
from filters.fold import clean

ADVERTS = """\
viewers cheap, promo code, buy viewers today
Become famous with us: order primes, followers
Cheap viewers and followers on zorgle .com
best viewers at vexnar dot com
get followers and views, cheapest prices
Do you want to get popular? we sell followers
Compra seguidores baratos en zorgle punto com
compre seguidores e visualizações, melhor preço
Kaufe Follower und Zuschauer, billig
Achetez des abonnés et des vues pas cher
Купить зрителей и подписчиков недорого
накрутка зрителей на стрим
Want to be famous? viewers, primes and followers here
B.uy f0llowers and v1ewers cheap
Buy fоllоwеrs, cheap priсe
hey add me on discord i can help you grow your channel
I am a graphic designer, I make logos, overlays and emotes, check my portfolio
dm me on discord for cheap overlays and banners
i can boost your stream with viewers and followers, low price
hello i do logo design for streamers, message me
adde mich auf discord dann helfe ich deinen kanal wachsen zu lassen
ajoute moi sur discord pour booster ta chaîne
escribeme por discord para crecer tu canal
quieres ser famoso? compra seguidores
quer ficar famoso? compre inscritos
Willst du berühmt werden? Kauf Follower
tu veux devenir célèbre ? achète des vues
хочешь стать популярным? купи зрителей
Get real viewers, followers, primes -> link here zorgle.ru
selling cheap primes and subs
""".splitlines()
TALK = """\
you guys are the best viewers
thanks for the bits
did he buy followers?
how do i buy bits
dont buy followers guys
i want to buy bits to support you
get more subs to unlock the emote
he became famous last year
best subs ever
top viewers this month
my friend is a graphic designer
I'm a graphic designer, who made your overlay?
love the new overlay and emotes
add me on discord pls
can i add you on discord
we hit 100 viewers and 50 subs
buy the red potion, it is cheap
cheap shot lol
the promo code doesnt work
how many followers do you have
gracias por los seguidores
compra la espada
kauf dir mal nen neuen stuhl
danke für die bits und subs
merci pour les vues et les abonnés
order pizza
i cant buy primes anymore
get in the game
good stream today, your channel will grow
your stream is growing so fast
hope you get affiliate soon
cheap viewers lol
the views from that mountain
likes and subs are nice
what discord do you use to talk
is that overlay custom
купи слона
привет зрителям
he sells bits of wood
prime sub and bits thanks
""".splitlines()


@pytest.mark.parametrize("text", ADVERTS)
@pytest.mark.parametrize("change", [str, str.upper, lambda t: f"hello! {t}"])
def test_an_advert_is_known(text: str, change) -> None:  # type: ignore[no-untyped-def]
    assert find(change(text))


@pytest.mark.parametrize("text", TALK)
def test_talk_is_let_through(text: str) -> None:
    assert find(text) is None
    assert find(text.upper()) is None


def test_the_kind_is_said() -> None:
    for text, kind in (
        ("buy cheap followers", "bought followers"),
        ("i do logo design for streamers, dm me", "designs for streamers"),
    ):
        found = find(text)
        assert found is not None
        assert found.kind == kind


@pytest.mark.parametrize("text", ADVERTS)
def test_what_gave_it_away_is_told_by_its_place(text: str) -> None:
    found = find(f"quimble! {text}")
    assert found is not None
    assert found.start >= len("quimble!")
    assert 3 < found.end - found.start <= len(found.text)


def test_the_place_is_one_of_the_text_as_it_was_read() -> None:
    found = find("héy! BUY  ch3ap vi3wers.. see you")
    assert found is not None
    assert found.reading == "folded"
    assert found.text[found.start : found.end] == "buy cheap viewers"
    found = find("buy сheap vіewers")  # Cyrillic letters
    assert found is not None
    assert found.reading == "look-alike letters"
    assert found.text[found.start : found.end] == "buy cheap viewers"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert find(clean(text)) is None or text


@pytest.mark.parametrize(
    "piece", ["buy ", "buy viewers ", "cheap a ", "logo, ", "followers and ", "grow "]
)
def test_time_is_bounded(piece: str) -> None:
    text = (piece * 600)[:600]
    took = []
    for _ in range(3):
        start = time.process_time()
        find(text)
        took.append(time.process_time() - start)
    # below 2 ms when measured
    assert min(took) < 0.03
