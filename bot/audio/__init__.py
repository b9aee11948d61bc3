"""From samples to sound.

`player.py` is the bot's side. Everything else runs in the audio process: `process.py` is its main
loop, `tracks.py` keeps what has not been heard, `mixer.py` fills the device's blocks, `stream.py`
is a PortAudio device and `sinks.py` a simulated one, `devices.py` finds the one that was asked for.
"""
