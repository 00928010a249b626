"""`python -m bot` is `schoolgate`."""

from bot.cli.main import main

main()
