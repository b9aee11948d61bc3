"""How a host may end, and the words of chat that stand before a full stop without a space.

Does not know where in a text they stand. The endings are those in common use out of the root
zone's some 1,400, sorted by how often chat types them after a full stop without meaning a host.
"""

from __future__ import annotations

CORE = frozenset("com net org".split())
"""Endings that mean a host however the dot is written."""

SURE = CORE | frozenset(
    """
    edu gov mil info biz io co tv gg ly app dev xyz gl fm cc ws tk ml ga cf gq su mobi aero
    uk fr nl pl br jp cn ru ua kr ch fi dk cz pt gr tr au nz mx ar cl ro hu sk bg lt lv ee ir vn tw
    hk sg th ph kz ge az uz kg tj hr ba mk mt cy lu li ie za ng ke eg ma tn dz sa ae qa kw lb jo iq
    pk bd lk np mm kh uy ec ve bo cr gt hn ni pa cu pr jm tt pe ag vc bz gd moe onion wiki agency
    academy email company digital network systems solutions technology finance casino poker bingo
    porn xxx sexy webcam dating tube host hosting domains download software codes tools fyi gmbh
    ltd llc inc ngo bio icu cyou monster bond sbs cfd quest lat
    рф рус бел мкд срб укр бг ευ ελ қаз онлайн сайт дети москва орг ком ру
    中国 中國 公司 网络 网址 在线 台灣 台湾 香港 한국 닷컴 コム みんな
    भारत ไทย امارات ایران مصر السعودية ישראל
    """.split()
)
"""Endings that are no word of the languages that chat is typed in."""

WORDS = frozenset(
    """
    shop store site club online live link links stream fun lol top vip win game games news blog
    cloud tech space world chat pro one art page website click bet cam sex example test zone today
    life team group media studio social video photo pics gift gifts money cash loan credit market
    deals sale promo run rocks ninja guru expert center city land house fan fans show best cool wtf
    party cafe bar pub fit love men work works plus now new day design gallery events support help
    guide tips center care world global international express delivery direct trade
    exchange market markets fund capital army band audio music movie film camp
    de es ca se la eu il ai si ne et red uno mom gay
    """.split()
)
"""Endings that are a word too: after an ordinary word they are the next sentence."""

FUNCTION = frozenset("me be it in us to is so at no am as my do by id im pm name int".split())
"""Endings that begin a sentence so often that a host needs more than one of them."""

FILES = frozenset("md py rs sh zip mov ps".split())
"""Endings that a file name has too."""

CENTRAL = frozenset("net org tv co io ru de uk br xyz info".split()) | CORE
"""Endings that are looked for where the dot is said as a word of another language."""

ARTICLES = frozenset(
    """
    a an the this that these those his her my your our their every each no any some one first last
    big old new which what is was and or of in on to at by for with it he she we you they i
    el la los las un una este esta ese esa mi tu su otro o os as um uma esse essa seu meu mesmo
    der die das den dem ein eine einen diesen jeden kein le les ce cet du des au ton mon son quel
    polka kim microsoft asp vb visual learn another same only certain good bonus extra match game
    bom bon bien mal es era fue é foi say says said dot
    """.split()
)
"""Words before a said `dot` that make it a noun: the dot com bubble, este punto es claro."""

EVERY = SURE | WORDS | FUNCTION | FILES
"""All endings that are known."""

KNOWN = frozenset(
    """
    youtu.be t.me wa.me m.me paypal.me discord.me telegram.me line.me about.me fb.me redd.it
    git.io is.gd v.gd goo.gl adf.ly ow.ly bit.ly buff.ly cutt.ly t.co tinyurl.com linktr.ee
    twitch.tv discord.gg kick.com dlive.tv beacons.ai carrd.co snipfeed.co ko-fi.com
    """.split()
)
"""Hosts that chat knows by name."""

MAIL = frozenset(
    """
    gmail googlemail hotmail outlook yahoo ymail icloud proton protonmail gmx web aol yandex mail
    live msn zoho tutanota posteo orange wanadoo freenet uol terra bol libero
    """.split()
)
"""Names of mail providers."""

MAIL_WORDS = frozenset("live mail web outlook uol orange terra".split())
"""Those that are a word too: without an ending they are no provider."""

COMMON = frozenset(
    """
    a an the this that these those it its he she we you they i me us them him her my your our his
    their mine yours who what where when why how which and or but so if as of to in on at by for
    from with about into over up down out off again then than too also just only even still yet
    not no yes yeah yea yep nope ok okay okey kk k sure fine right left well oh ah uh um hm hmm wow
    omg lol lmao rofl xd haha hahaha hehe gg wp ggwp ez pog poggers kekw lul rip brb afk idk imo
    imho btw tbh ngl fr ikr smh wtf nvm pls plz please thanks thank thx ty tysm welcome sorry hi
    hello hey yo sup bye goodbye cya night morning evening day days today tomorrow yesterday now
    later soon never ever always here there everywhere somewhere nowhere home back away done good
    bad great nice cool sweet awesome amazing perfect best worst better worse more most less least
    much many some any all none each every both few lot lots big small old new hot cold hard easy
    fast slow long short high low true false real fake funny sad happy mad crazy weird sick dead
    alive ready late early first last next same other another one two three four five six seven
    eight nine ten game games play player level boss match round team win lose won lost end start
    stop go going come coming came went get got give gave take took make made do does did doing be
    is are was were been am have has had will would can could should may might must know knew think
    thought say said see saw look looking watch watching wait hold run love like hate want need
    feel hear heard help try let keep call ask tell talk work live life time year years week month
    hour minute second man men guy guys dude bro bruh mate sis girl boy people person friend
    friends everyone someone anyone nobody everybody chat stream streamer video song music thing
    things stuff something anything nothing everything way point dot part place world house room
    car dog cat food water money idea fun luck problem question answer etc vs mr mrs ms dr st jr sr
    no1 prof inc ltd jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    polka microsoft asp vb visual learn adobe kim alright damn dang cheers indeed exactly agreed
    hola si sí no bueno buena bien mal vale gracias adios adiós pues claro jaja jajaja que qué como
    cómo donde cuando porque eso esto aqui aquí alli ahora hoy mañana ayer siempre nunca nada todo
    todos mas más muy el la los las un una unos mi tu su este esta ese esa otro otra primer amigo
    gente vida casa juego partida punto puntos dia día noche verdad cerca tarde cada buen mejor
    oi olá ola sim não nao bom boa mau tudo bem beleza blz valeu obrigado obrigada tchau cara mano
    agora hoje amanhã ontem sempre isso isto aquilo ele ela você vc eu nós meu minha seu sua jogo
    ponto legal massa top demais kkk kkkk rs esse essa um uma uns verdade café
    hallo moin servus ja nein doch gut schlecht super toll danke bitte tschüss tschuss genau klar
    stimmt krass geil alter digga leute heute morgen gestern immer nie nichts alles etwas ich du er
    sie wir ihr das der die den dem ein eine einen und oder aber wenn dann wie was wo wer warum
    hier da jetzt schon noch nur auch mal so sehr mehr weniger ganz punkt spiel runde uhr bzw usw zb
    salut bonjour coucou bonsoir oui non merci bien mal super cool bravo mdr ptdr jsp stp svp voila
    voilà alors donc mais ou où et le les des du ce cet cette ces je tu il elle on nous vous ils moi
    toi lui quoi qui quand comment pourquoi ici là ça ca maintenant demain hier toujours jamais rien
    tout tous point jeu fini dommage vrai faux
    """.split()
)
"""Words that end a sentence in chat, in five languages: none of them is taken for a host's name."""
