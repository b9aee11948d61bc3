"""What may be spoken, and as what text.

Pure: no clock, no asyncio, no I/O, no logging. `now` is an argument, state is a value.
Knows nothing of `engine` or `bot`.
"""
