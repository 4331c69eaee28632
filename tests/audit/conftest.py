"""The audit's own modules, the made-up ledgers of the tests and nothing of the publisher."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
