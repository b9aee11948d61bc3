"""`python -m engine`: a room for each command.

arguments.py   every flag, and what it means
f5_flags.py    the flags of F5 -> where a model is and how a line is spoken
trial.py       what F5 is measured with: a model, a clip, a line
voices.py      lists voices
say.py         a text -> a file
fetch.py       a released model -> a folder, its licence accepted first
bench.py       how long the way through the worker takes
bench_f5.py    where F5's time goes, beside upstream's
verify.py      whether F5 does here what it should, each line measured
"""
