"""Text and a voice in, audio out.

Engines run in worker processes (`engine.worker`); on the parent side `engine.supervisor` keeps
them alive and `engine.attempts` orders who speaks a line.
Knows nothing of `bot` or `filters`: no chat, no queue, no device.
"""
