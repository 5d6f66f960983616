"""`python -m rnn_tutorials.cli` is `rnn-tutorials`."""

import sys

from rnn_tutorials.cli import main

if __name__ == "__main__":
    sys.exit(main())
