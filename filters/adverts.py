"""Lines that bots leave in every chat: bought followers, promotion, designers for streamers.

Does not know who wrote a line nor what becomes of it. A kind is known by two things that stand
together (an offer, and what is offered); one of them alone is what viewers say: `best viewers`,
`did he buy followers`, `a graphic designer made it`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from filters import links, lookalikes
from filters.anyof import any_of
from filters.charsets import Table

_GOODS = (
    r"(?:follow(?:er)?s?|viewers?|views|subscribers?|subs|primes?"
    r"|chatters|chat ?bots?|view ?bots?|bits"
    r"|likes|seguidor(?:es)?|espectador(?:es)?|visitas|vistas|suscriptor(?:es)?|visualizacoes"
    r"|inscritos|zuschauer|abonnenten|aufrufe|abonnes|spectateurs|vues"
    r"|подписчик\w{0,3}|зрител\w{0,3}|просмотр\w{0,3}|фоллов\w{0,5}|лайк\w{0,3}|прайм\w{0,3})"
)
_FEW = r"(?:[^\w.!?]{1,3}\w{1,14}){0,3}?[^\w.!?]{1,3}"
_SELL = (
    r"(?:buy|purchase|order|sell(?:ing)?|get|gain|compr[ae]r?|vend[eo]r?|consigue|kauf(?:en?|t)?"
    r"|verkaufen?|hol dir|achet(?:er|ez?)|vendre|obten(?:er|ez)"
    r"|купи(?:ть|те)?|продаж\w{1,2}|продам|закажи)"
)
_CHEAP = (
    r"(?:cheap(?:est|er)?|low(?:est)? prices?|discounts?|promo(?: ?codes?)?|best prices?|affordable"
    r"|barat[oa]s?|descuentos?|descontos?|mejor precio|melhor preco|billig\w{0,4}|gunstig\w{0,3}"
    r"|rabatt\w{0,3}|pas chers?|moins chers?|remises?|дешев\w{1,3}|недорого"
    r"|скидк\w{1,3}|промокод\w{0,2})"
)
_FAMOUS = (
    r"(?:(?:become|becoming|get|getting|be) (?:famous|popular|a star)"
    r"|(?:ser|hacerte|ficar|volverte) "
    r"(?:famos[oa]|popular)|beruhmt werden|bekannt werden|devenir (?:celebre|connue?|populaire)"
    r"|стать (?:знаменит\w{1,4}|популярн\w{1,4}|известн\w{1,4}))"
)
_DESIGN = (
    r"(?:(?:graphic|logo|overlay|emote|banner|gfx|stream|motion)s? (?:design\w{0,4}|artist|maker)"
    r"|disenador\w{0,2} grafic\w{1,2}|designer grafic\w|grafik ?design\w{0,4}|graphistes?"
    r"|(?:logos?|overlays?|banners?|emotes|panels|animations?)"
    r"(?:[\s,/&+]{1,3}(?:and|or|y|e|und|et)?\s?(?:logos?|overlays?|banners?|emotes|panels|animations?)){1,5})"
)
_OFFER = (
    r"(?:portfolio|portafolio|commissions?|fiverr|hire me|(?:dm|message|contact|text) me"
    r"|(?:my|on|via) discord"
    r"|(?:i|we) (?:can )?(?:design|make|create|offer) .{0,30}\bfor (?:you|streamers?|your)"
    r"|affordable|cheap|mi discord|meu discord|mein discord|mon discord|para streamers"
    r"|fur streamer|pour (?:les )?streamers)"
)
_ADD = (
    r"(?:add|dm|message|text|contact|write|hit|reach|talk to) (?:to )?me (?:up |out )?"
    r"(?:on|via|in|at|over) (?:my )?(?:discord|telegram|whats ?app|insta(?:gram)?|skype)"
    r"|(?:agrega|anade|escribe|adiciona|chama)(?:me| me)? (?:en|por|no|pelo|a) (?:el |mi |meu )?"
    r"(?:discord|telegram)"
    r"|(?:adde?|schreib|kontaktier)e? mich (?:auf|bei|in|uber) (?:discord|telegram)"
    r"|ajoute[zr]?[- ]moi sur (?:discord|telegram)"
    r"|(?:пиши|добавь|добавляй)\w{0,2} (?:мне |меня )?в (?:дискорд|телеграм)\w?"
)
_GROW = (
    r"(?:(?:grow|boost|promot\w{1,4}|improve|increase|develop|growth of)[^.!?]{0,30}"
    r"\b(?:channel|stream(?:ing)?|views?|viewers|followers|audience|community|affiliate)"
    r"|(?:help|get) you (?:with |get |to |reach |become )?(?:more |affiliate|partner|grow)"
    r"|(?:crecer|aumentar|promocionar) (?:tu|su|el) (?:canal|stream)"
    r"|(?:crescer|aumentar|divulgar|promover) (?:o )?(?:seu|teu) (?:canal|stream)"
    r"|dein\w{0,2} (?:kanal|stream) (?:wachsen|bekannter|pushen|fordern)"
    r"|(?:developper|booster|promouvoir|faire grandir) (?:ta|votre|ton) (?:chaine|stream)"
    r"|(?:раскрут\w{1,4}|продвин\w{1,4}|продвижени\w)"
    r" (?:твой |ваш |твоего |вашего )?(?:канал|стрим)\w?)"
)
# A question about it, or a story of it, is talk.
_TALK = re.compile(
    r"\b(?:(?:did|does|do|can|could|should|would|will|how|why|when|where) "
    r"(?:\w+ ){0,2}?(?:buy|get|order)"
    r"|(?:don'?t|dont|never|not|didn'?t|stop|who|people|they|he|she|someone|bots?)"
    r" (?:\w+ )?(?:buy|get|sell)"
    r"|i (?:want|wanna|need|would like|will|wont|cant|can'?t|might|just)\b)"
)

_BUY = re.compile(rf"(?<!\w){_SELL}{_FEW}{_GOODS}(?!\w)")
_LIST = re.compile(
    rf"(?<!\w){_GOODS}(?:\s?[,/&+]\s?|\s(?:and|y|e|und|et|и)\s){{1,2}}{_GOODS}(?!\w)"
)
_OFFERED = re.compile(rf"(?<!\w)(?:{_CHEAP}{_FEW}{_GOODS}|{_GOODS}{_FEW}{_CHEAP})(?!\w)")
_BEST = re.compile(
    rf"(?<!\w)(?:best|top|real|mejores|melhores|beste|meilleurs|лучшие)\s{_GOODS}(?!\w)"
)
_CHEAPLY = re.compile(rf"(?<!\w){_CHEAP}(?!\w)")
_FAMED = re.compile(rf"(?<!\w){_FAMOUS}(?!\w)")
_SOLD = re.compile(rf"(?<!\w){_GOODS}(?!\w)")
_DESIGNED = re.compile(rf"(?<!\w){_DESIGN}(?!\w)")
_OFFERING = re.compile(rf"(?<!\w){_OFFER}(?!\w)")
_ADDED = re.compile(rf"(?<!\w)(?:{_ADD})(?!\w)")
_GROWN = re.compile(rf"(?<!\w){_GROW}(?!\w)")
_INFLATE = re.compile(r"(?<!\w)накрут\w{1,4}(?!\w)")
_YOURS = re.compile(r"(?<!\w)(?:your|ur|you|tu|su|seu|teu|dein\w{0,2}|ta|ton|votre|твой|ваш)(?!\w)")

# What any of the kinds holds: an ordinary line ends here.
_ALIKE = Table(lookalikes.LATIN)
_GATE = any_of((
    *"buy purch order sell compr vend kauf achet купи прод закаж cheap promo discount price barat "
    "descuent descont billig gunstig rabatt cher remise дешев недорог скидк famous famos popular "
    "beruhmt bekannt celebre connu стать best mejores melhores beste meilleur лучшие design disen "
    "grafi graphi logo overlay banner emote discord telegram whats insta skype дискорд телеграм "
    "grow boost накрут раскрут продви gain obten consigue".split(),
    *("get ", "top ", "real ", "hol dir"),
))  # fmt: skip
_MARKS = re.compile(r"[\u0300-\u036f]+")
_LEET = str.maketrans("0134578@$", "oieastbas")
_LEET_WORD = re.compile(
    r"(?<![^\W_])(?=\w*[a-z])[a-z@$]+[0134578@$][\w@$]*|(?<!\S)[0134578@$][a-z][\w@$]*"
)
_SIGN = re.compile(r"[0134578@$]")
_DRAWN = re.compile(r"[_*~]|\s\s")
_APART = re.compile(r"[\s_*~]+")

_Kind = tuple[str, tuple[int, int]]
"""A kind of advert and the span of what gave it away."""


class Advert(NamedTuple):
    """What gave an advert away."""

    kind: str
    """Which kind it is, in words that may be shown."""
    reading: str
    """How the text was read."""
    text: str
    """The text read so."""
    start: int
    """Where its first sign begins there."""
    end: int
    """Where its last one ends."""


def _folded(text: str) -> str:
    """Lower case, without marks, leet as letters; й and ё lose theirs too, as the patterns do."""
    text = text.casefold()
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    text = _APART.sub(" ", text) if _DRAWN.search(text) else text
    return _LEET_WORD.sub(lambda m: m[0].translate(_LEET), text) if _SIGN.search(text) else text


def _over(*signs: re.Match[str] | None) -> tuple[int, int]:
    """From where the first of some signs begins to where the last one ends."""
    spans = [sign.span() for sign in signs if sign]
    return min(start for start, _ in spans), max(end for _, end in spans)


def _bought(text: str, folded: str) -> _Kind | None:
    if (inflated := _INFLATE.search(folded)) and (sold := _SOLD.search(folded)):
        return "bought followers", _over(inflated, sold)
    buy, offered, best = (kind.search(folded) for kind in (_BUY, _OFFERED, _BEST))
    famed = _FAMED.search(folded)
    if not (buy or offered or famed or best):
        return None
    sold = famed and _SOLD.search(folded)
    linked = bool(links.find(text))
    signs = [
        famed if sold else None,
        buy,
        offered,
        _LIST.search(folded),
        None if offered else _CHEAPLY.search(folded),
        best if linked else None,
    ]
    talk = _TALK.search(folded) is not None
    # A link is a sign as well; it stands in the text as typed.
    if sum(map(bool, signs)) + linked < 2 + talk:
        return None
    return "bought followers", _over(*signs, sold)


def _promoted(folded: str) -> _Kind | None:
    grown, added, designed = (kind.search(folded) for kind in (_GROWN, _ADDED, _DESIGNED))
    if added and (offer := grown or _SOLD.search(folded) or designed):
        return "help for the channel, elsewhere", _over(added, offer)
    if grown and (yours := _YOURS.search(folded)):
        if cheap := _CHEAPLY.search(folded) or _LIST.search(folded):
            return "promotion of channels", _over(grown, yours, cheap)
    if designed and (offering := _OFFERING.search(folded)):
        return "designs for streamers", _over(designed, offering)
    return None


def _find(text: str, folded: str, reading: str) -> Advert | None:
    if not _GATE.search(folded):
        return None
    found = _bought(text, folded) or _promoted(folded)
    return None if found is None else Advert(found[0], reading, folded, *found[1])


def find(text: str) -> Advert | None:
    """The advert that a text (fold.clean) is, or None."""
    folded = _folded(text)
    found = _find(text, folded, "folded")
    if found or folded.isascii():
        return found
    alike = _ALIKE.replace(folded)
    return _find(text, alike, "look-alike letters") if alike != folded else None
