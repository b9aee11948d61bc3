"""What an error of torch means: too little memory, a line that does not work, or a broken worker.

Knows no network. Imports nothing of torch: its errors are told by their kind and by what they say.
"""

from __future__ import annotations

from engine.speech import EngineFailed, LineFailed, SpeechError

_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "bad_alloc")
_CARD = ("cuda", "cudnn", "cublas", "device-side assert", "hip error", "nvrtc")


def out_of_memory(error: BaseException) -> bool:
    """Whether less work at once could help: torch's OutOfMemoryError, and what allocators say."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in said for words in _MEMORY)
    )


def meaning(error: Exception, *, on_card: bool) -> SpeechError:
    """What is to be told of an error in the middle of a line.

    After a fault of a graphics card nothing works in this process any more (a CUDA context is lost
    for good), so the worker has to go. Too little memory is no such fault.
    """
    line = str(error).strip().partition("\n")[0] or type(error).__name__
    if out_of_memory(error):
        return LineFailed(f"F5 has not enough memory for it: {line:.200}")
    said = f"{type(error).__name__} {error}".lower()
    if on_card or any(word in said for word in _CARD):
        return EngineFailed(f"F5 failed on the graphics card: {line:.200}")
    return LineFailed(f"F5 failed: {line:.200}")
