"""Lines that nobody means any harm with: with the shipped lists at their strictest, all are spoken.

Written for this test: names, numbers, slang, other languages and whatever else looks like a
disguise and is none.
"""

import pytest

from filters.assemble import assemble, shipped_lists
from filters.chain import Rules, judge
from filters.message import Action, Author, ChatMessage, Tier

FALSE_ALARMS = 0.007

NAMES = """\
Takeshita scored the last goal
is Hitchcock on tonight?
greetings from Scunthorpe
we moved from Penistone to Clitheroe last year
Mr Dickinson taught me chess
Cassandra and Assumpta say hello
Nishith is a good teammate
Kinoshita san, the bonsai looks great
my cat is called Fukuda
Shitake mushrooms with Yoshitaka
Matsushita makes batteries
Sussex beats Essex by six
did Peacock win the quiz
Babcock and Hancock are on stage
that is Alcock, the pilot
the Cockburn family from Cockermouth
Dickens wrote it, not Dickinson
Analise and Annalisa are twins
Sergeant Wankel built an engine
Van Dyck painted that
hello Fuchs, how is Wien
Niggli won the race in Switzerland
Professor Kuntze and Doctor Kant disagree
Titus and Tito are brothers
Tyson from Fuquay
Count Dracula counts to ten
Essien, Assane and Cissé on the pitch
"""

WORDS = """\
that was a classic bass solo
the assassin passed the assessment
please assemble the glass cabinet
my cockatoo sits in the cockpit
a cocktail and a peacock feather
document the analysis and the analog input
the grape harvest and the drapes are done
therapist says rest, not stress
my butterscotch button broke
he shot a hole in one, what a shot
sextet for strings, then a sextant
Titanic titration with titanium
cumulative documents accumulate
circumference of a cucumber
raccoon and cocoon on the moon
the skill gap is massive
push it to the limit
she hit the target twice
wash it, then dry it, then wear it
I wish it would rain
is this hit the last hit
the push-up hit harder than the sit-up
a shitake is a mushroom, spelled shiitake
pass the salt and the mustard
that canal is narrow
the banal plot of a canal thriller
arsenal won, the arsenic lost
basement bathroom is being painted
penal code and penicillin
the retardant stops the fire
in flagrant breach of the fragrance rules
constitution and institute
prostate exam went fine
prosecute the executive
analogue clock on the wall
mishit the ball, a bad mishit
crapes and scrapes and drapes
Sussex sessions in Middlesex
uncountable discounts on country music
the country counted every count
knock knock who is there
shuttlecock over the net
weathercock on the roof
woodcock and hancock
titmouse in the garden
swallow the pill with water
ball bearings and ballet
the nut fell off the bolt
he is a hoot
damsel in this dam
hello helm, shell, and Michelle
she sells shells
well hell-o there, hello again
dammed the river at Amsterdam
"""

NUMBERS = """\
room 455 on floor 4
that costs $5 or 4.50 with shipping
I paid 800 for 8 of them
see you at 8:30 or 20:30
b4 we go, gr8 job m8
l8r all, cu 2moro
my 1st try, then 2nd and 3rd
h264 vs h265 at 4k 60
r2d2 and c3po walk into a bar
the mp3 is 320 kbps
it is 5'11" tall
3-2 in overtime, then 4-3
a 55 inch tv from 2015
AK47 and M4A1 skins
i5 or i7 for 1080p
same as 5 apples
0 to 100 in 3.2s
call me at 12, not at 1
5 stars 10/10 would watch again
b2b sales in q3
covid19 was in 2019
it was 1337 days ago
my ping is 455 ms
555 means laughing in thai
2020 was a 2/10 year
the gtx 1080ti still rocks
8 = 2 + 6
4 + 4 = 8 and 5 * 5 = 25
v1.2.3-beta4 is out
t1 beat g2 3:0
w8 what, m8?
I am 1/4 irish
"""

SHAPES = """\
A S S E M B L E the team
L E T S G O
G G W P
c o n g r a t s to all
h e l l o everybody
W I N N E R
c.h.i.l.l dude
y-e-s
soooo goooood
yesss yessss
noooooooo way
aaaaaaaand we are back
whaaaaat
hmmmm
brrrrr it is cold
hahahahaha
lololol
xDDDD
GOOOOAL
letsgoooo
zzzzzz so sleepy
wooooow niiiice
pleaseeee one more
awwww cute
okkkk
byeeeee
T_T that hurt
o_O what
^_^ nice
:) :D ;) <3
¯\\_(ツ)_/¯ who knows
(╯°□°)╯ table time
\\o/ we won
-_- not again
>:( grr
UwU owo
*waves* hello
_really_ good
~~ ok ~~
... and then?
!!! wow !!!
???
1, 2, 3, go
a/b testing
and/or
he/him she/her
e.g. this, i.e. that
p.s. thanks
u.s.a. and u.k.
w/o sugar
n/a
100%
#hype #letsgo
@someone hi
BigFanOfThis
xX_Shadow_Xx
Gamer_Girl_99
PogChamp Kappa LUL
asdfghjkl
qwertyuiop
sdlkfjsldkf
jkjkjk
wasd to move
hjkl in vim
print("hello world")
if x == 1: return y
git commit -m "fix tests"
for i in range(10)
sudo apt install cowsay
SELECT name FROM users
"""

FONTS = """\
𝓗𝓮𝓵𝓵𝓸 friends
𝐠𝐨𝐨𝐝 𝐦𝐨𝐫𝐧𝐢𝐧𝐠
ｖａｐｏｒｗａｖｅ
ⓗⓐⓟⓟⓨ birthday
ᴛʜɪꜱ ɪꜱ ꜰɪɴᴇ
🅶🅾🅾🅳 game
ｎｉｃｅ ｏｎｅ
t̲h̲a̲n̲k̲s̲
ŧħäňķš
🇫🇷 vs 🇩🇪 tonight
🎉🎉🎉 party 🎉🎉🎉
👏 great 👏 job 👏 team 👏
good 🔥 morning 🔥 chat
❤️ from Spain
🤣🤣🤣 so funny
"""

SPANISH = """\
hola a todos, buenas noches
qué partida tan buena
el coche no arranca con este frío
mañana por la mañana jugamos
los niños comen piñas y pingüinos
el analista escribió un análisis
vamos a computar la disputa
la reputación del diputado
me disputó el balón
una película espectacular
calculo que faltan dos minutos
el vehículo es un cálculo ridículo
pásame la sal, porfa
qué pasada de directo
jajajaja me muero de risa
ojalá gane el Valencia
el año que viene te veo
tengo veinte años
negociar es mejor que pelear
un polvorón con café
"""

PORTUGUESE = """\
boa noite pessoal, tudo bem?
que jogo bonito, parabéns
amanhã vou à praia com meus irmãos
a reputação do deputado caiu
preciso computar os pontos
o cálculo do veículo é simples
kkkkkkk muito bom
o pão de queijo está ótimo
vamos disputar a final
não consigo parar de rir
a picada do mosquito coça
o cacau vem da Bahia
feliz aniversário, João!
você é demais, obrigado pela live
o bichano dorme no sofá
está chovendo canivete
o autocarro chega às oito
"""

GERMAN = """\
guten Abend zusammen
das war ein klasse Spiel
die Dampfschifffahrtsgesellschaft fährt wieder
ich habe es verstanden, danke
der Wissenschaftler schläft schon
wir fahren nach Darmstadt und Assmannshausen
der Architekt baut ein Museum
die Pissarros hängen im Museum
Mischitz ist ein Dorf
Fußballweltmeisterschaft im Sommer
das Schwanzmeisen-Foto ist süß
es regnet, ich bleibe daheim
Faschingskrapfen sind lecker
Kuchen und Sahne für alle
ich bin um halb acht da
"""

FRENCH = """\
bonsoir tout le monde
quelle belle partie, bravo
le phoque nage dans la mer
la concurrence est rude
mon chat a dix ans
l'analyse du député
tu peux répéter, s'il te plaît
un pédalo sur le lac
mdrrrr trop drôle
ça va bien, merci
le compte est bon
un pet de nonne est un beignet
les députés discutent
on se connecte à huit heures
"""

OTHERS = """\
buonasera a tutti, che bella partita
il dottor Fuchs analizza i dati
det är sommar i kväll
goedenavond allemaal, lekker bezig
de kunst van het wachten
god kväll från Sverige
hyvää iltaa kaikille, shakki on kivaa
dobry wieczór wszystkim
dobrý večer, jak se máte
jó estét mindenkinek
bună seara tuturor
iyi akşamlar arkadaşlar
selamat malam semua
magandang gabi sa lahat
xin chào mọi người
привет всем, как дела
доброго вечора, друзі
добър вечер на всички
добро вече свима
καλησπέρα σε όλους
ערב טוב לכולם
مساء الخير جميعا
سلام به همه دوستان
नमस्ते दोस्तों
สวัสดีทุกคน
こんばんは、みんな
ストリームが楽しいです
大家好,今天玩什么
晚安各位
안녕하세요 여러분
좋은 게임이었어요
გამარჯობა ყველას
բարև բոլորին
vamos team, let's go chicos
c'est so good bro
das ist very nice
ok ciao bella
спасибо for the stream
gg 수고
hola friends wie geht's
"""

EVERYDAY = """\
what time does the stream start
can you turn the music down a bit
I just got here, what did I miss
that boss took me nine tries
love the new overlay
is this the final round?
greetings from rainy Manchester
brb making tea
the lag is real today
who is winning
play something from the nineties
this song is a banger
first time here, hi chat
drop the key in the chest
behind you! behind you!
that jump was perfect
how do you craft the ladder
my dog fell asleep on my keyboard
good night everyone, work tomorrow
congrats on the new house
you should try the other door
the graphics are so good
I can't stop laughing
thanks for the tips
what headset do you use
nice hat
we need more wood
the chicken crossed the road
are you left handed
is there a map of this level
it's a trap
happy birthday to your mom
let him cook
that was so close
speedrun this please
someone clip that
you missed a chest on the left
pick the green one
do it for science
the end was sad
"""

GROUPS = {
    "names": NAMES,
    "words": WORDS,
    "numbers": NUMBERS,
    "shapes": SHAPES,
    "fonts": FONTS,
    "Spanish": SPANISH,
    "Portuguese": PORTUGUESE,
    "German": GERMAN,
    "French": FRENCH,
    "others": OTHERS,
    "everyday": EVERYDAY,
}
LINES = [line for group in GROUPS.values() for line in group.splitlines()]


@pytest.fixture(scope="module")
def rules() -> Rules:
    words, patterns = assemble([shipped_lists()], tier=Tier.MILD)
    return Rules(words=words, patterns=patterns)


def refused(line: str, rules: Rules) -> str:
    """Why a line with something to say is not spoken, or nothing."""
    verdict = judge(ChatMessage("console", "", "1", Author("1", "viewer"), line), rules)
    if verdict.action is Action.SPEAK or not any(char.isalnum() for char in line):
        return ""
    return verdict.reason


def test_harmless_lines_are_spoken(rules: Rules) -> None:
    reasons = {line: reason for line in LINES if (reason := refused(line, rules))}
    shown = "\n".join(f"{line}: {reason}" for line, reason in reasons.items())
    assert len(reasons) <= FALSE_ALARMS * len(LINES), shown


@pytest.mark.parametrize("group", GROUPS)
def test_no_group_of_lines_is_given_up(group: str, rules: Rules) -> None:
    lines = GROUPS[group].splitlines()
    assert sum(bool(refused(line, rules)) for line in lines) <= 1
    assert lines


def test_there_are_enough_lines_to_mean_something() -> None:
    assert len(set(LINES)) >= 300
