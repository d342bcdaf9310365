"""`python -m streaming_runtime`: what the exec wrapper starts."""

import sys

from streaming_runtime.runtime import main

if __name__ == "__main__":
    sys.exit(main())
