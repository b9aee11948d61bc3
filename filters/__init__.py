"""What may be spoken, and as what text.

Pure: no clock, no asyncio, no I/O, no logging. `now` is always an argument, state is always a value.
Knows nothing of `engine` or `bot`.
"""
