"""`python -m app COMMAND`."""

import sys

from app.commands.arguments import main

sys.exit(main(sys.argv[1:]))
