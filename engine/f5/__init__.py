"""F5-TTS inference of our own, from torch, safetensors and numpy alone.

Equal to the f5-tts package where asked to be (`compat`), and faster. Knows no process, no chat and
no folder of voices: a model folder, a reference clip with its words and a text go in, audio comes
out. Nothing here is imported unless the F5 voice is used.

config.py      what the released models look like, by name         (no torch)
options.py     where a model is, how it is run and spoken with    (no torch)
text.py        text -> tokens, sentences                           (no torch)
duration.py    text -> frames                                      (no torch)
joins.py       trims, cross-fades                                  (no torch)
outcome.py     whether what was made can be speech               (no torch)
reference.py   the clip of a voice: read, cut, levelled            (no torch)
layout.py      the names and shapes in a checkpoint                (no torch)
checkpoint.py  files -> tensors, or one line of what is wrong with them
randomised.py  files of the official layout with random weights
mel.py         samples -> mel frames; resampling as torchaudio does it
linear.py      a linear layer in the quickest way that this machine has
textnet.py     tokens -> the text's half of the network's input
tables.py      what depends on the time step alone, made once
dit.py         one step of the network
sampler.py     the steps: schedule, noise, guidance
vocos.py       mel frames -> samples
model.py       READ THIS FIRST: all of it together, load and speak
meter.py       where a model's time goes, what it asks of the device
engine.py      the model behind the protocol of engine/speech.py
setup.py       what a worker is told, and the engine made of it    (no torch)
warmup.py      the first lines, unheard: how quick it is here      (no torch)
supply.py      when a piece may be heard                           (no torch)
faults.py      what an error of torch means                        (no torch)
card.py        a graphics card that torch does not use
"""
