"""A text with too many ways to read it is dropped; an ordinary line never is, in any language."""

import pytest

from filters.chain import Rules, judge
from filters.dictionary import load
from filters.effort import LISTEN, Effort, TooContrived, scattered
from filters.message import Author, ChatMessage
from filters.readings import readings
from filters.wordlist import compile_words
from filters.words import Search

RULES = Rules(words=compile_words(("zorgle", "blippo", "snarg"), dictionary=load()))
ORDINARY = (
    "Ich glaube, wir haben den Schlüssel im Keller vergessen, und jetzt ist die Tür wieder zu. ",
    "Nous avons traversé la montagne pendant la nuit pour arriver avant le lever du soleil. ",
    "Погодите, стражники сказали, что их было семеро. Где же ещё двое? ",
    "Đúng vậy, tôi chỉ mới đến đây và không biết đường về nhà của bạn ở đâu. ",
    "כל כך חשוך כאן, אני בקושי יכול לראות את הדרך הביתה. ",
    "이 부적을 가지고 있으면 당신의 모든 공격이 더 강해집니다. ",
    "Σε ευχαριστώ πολύ, είμαι σίγουρος ότι οι πληροφορίες θα είναι χρήσιμες. ",
    "Vi gør ikke noget ondt, vi vil være dine venner og følge dig på vejen. ",
    "この道をまっすぐ行って、橋を渡ってから右に曲がってください。",
)


def reason(text: str) -> str:
    return judge(ChatMessage("console", "", "1", Author("1", "viewer"), text), RULES).reason


@pytest.mark.parametrize("sentence", ORDINARY, ids=range(len(ORDINARY)))
@pytest.mark.parametrize("times", [1, 20])
def test_an_ordinary_line_of_any_length_is_not_too_contrived(sentence: str, times: int) -> None:
    assert reason((sentence * times)[:500]) == "passed every rule"


def test_a_line_of_disguises_alone_is_too_contrived() -> None:
    signs = "|3!1(o|_17|<0@5$|-|1[]9|)8|=6"
    text = " ".join(signs[i:] + signs[:i] for i in range(14))
    assert reason(text) == "too contrived to be judged"


def listened(effort: Effort) -> int:
    """How often may be listened."""
    for taken in range(10_000):
        try:
            effort.take(LISTEN)
        except TooContrived:
            return taken
    raise AssertionError


def allowing(characters: int) -> Effort:
    effort = Effort()
    effort.allow(characters)
    return effort


def test_a_longer_text_may_cost_more_up_to_a_point() -> None:
    short, longer, longest = (listened(allowing(n)) for n in (10, 100, 10_000))
    assert short < longer < longest < 400


def test_undoing_a_disguise_counts_twice() -> None:
    effort = allowing(100)
    effort.disguised(True)
    assert abs(2 * listened(effort) - listened(allowing(100))) <= 1


def test_a_listed_word_is_the_reason_before_the_effort_is() -> None:
    search = Search(RULES.words)
    hit = search.find(readings("zorgle " + "|3!1(o|_17|<0@5$|-|1[]9|)8|=6 " * 12))
    assert hit is not None
    assert hit.entry == "entry 1"


def test_many_disguises_are_an_effort_and_a_few_are_none() -> None:
    few, many = allowing(100), allowing(100)
    for effort, times in ((few, 7), (many, 12)):
        for _ in range(times):
            effort.read(100)
    assert listened(many) < listened(few) == listened(allowing(100))


SCRIPTS = (
    "hello привет γειά բարեւ שלום مرحبا ܫܠܡܐ ހެލޯ नमस्ते হ্যালো ਸਤ નમસ્તે ନମସ୍କାର வணக்கம் నమస్కారం ನಮಸ್ಕಾರ "
    "നമസ്കാരം ආයුබෝවන් สวัสดี ສະບາຍດີ བཀྲ မင်္ဂလာပါ გამარჯობა 안녕하세요 ሰላም ᎣᏏᏲ សួស្តី ᠰᠠᠶᠢᠨ こんにちは 你好吗 "
    "ⵣ 𝓱𝓮𝓵𝓵𝓸 ｈｅｌｌｏ 😂🔥🤣☃"
)


def test_a_text_of_all_living_scripts_is_not_scattered() -> None:
    assert not scattered(SCRIPTS)
    assert not scattered("".join(map(chr, range(0x4E00, 0x9FFF, 9))))
    assert not scattered("".join(map(chr, range(0xAC00, 0xD7A4, 9))))


def test_a_text_from_everywhere_is_too_contrived() -> None:
    text = "".join(map(chr, range(0xA1, 0x3000, 0x81)))
    assert scattered(text)
    assert reason(text) == "too contrived to be judged"
