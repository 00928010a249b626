"""These tests need the extra `[torch]`: without it they are not collected; with it all of them run.

    uv run --isolated --extra torch pytest tests/with_torch

The folder is not called "torch": pytest puts `tests/` on the import path, and `import torch` would
find it there.
"""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
