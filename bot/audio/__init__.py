"""From samples to sound.

`player.py` is the bot's side. Everything else runs in the audio process: `process.py` is its main
loop, `tracks.py` keeps what has not ended, `mixer.py` (with `utterance.py` and `limiter.py`) fills
the device's blocks, `opening.py` opens the output that `devices.py` finds: a `stream.py` of
PortAudio or a simulated device of `sinks.py`.
"""
