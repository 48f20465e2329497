"""`python -m vlmspec FILE`: serves the backend that a file declares."""

import sys

from vlmspec.main import serve_file

if __name__ == "__main__":  # multiprocessing imports this again in its children
    serve_file(sys.argv[1:])
