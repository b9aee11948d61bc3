"""Text and a voice in, audio out.

Engines run in worker processes (`engine.worker`); the parent side is `engine.supervisor`.
Knows nothing of `bot` or `filters`: no chat, no queue, no device.
"""
