"""A clip and its words -> the part that a voice is made of, and what is doubtful about it.

Knows no model, no voice library and no speech recogniser: what belongs together is told from
lengths alone. Used when a voice is added, never while the bot speaks.

sound.py       where a clip sounds, how loud, and how much noise is behind it
words.py       a text -> phrases, and how long each takes to say
alignment.py   which pause of the clip is which end of a phrase, where that is certain
excerpt.py     READ THIS FIRST: the part that is used, with its words
doubts.py      what is wrong with a clip or its words, and what to do
"""
