"""The `memory` platform and mailer: real behaviour, nothing outside, all forgotten at exit.

With them Schoolgate can be tried without a token, and tests have a platform that fails on command.
"""

from adapters.memory.mailer import MemoryMailer
from adapters.memory.on_command import Call
from adapters.memory.platform import MemoryAdapter

__all__ = ["Call", "MemoryAdapter", "MemoryMailer"]
