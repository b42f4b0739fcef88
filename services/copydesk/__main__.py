"""`python -m copydesk` is `copydesk`."""

from copydesk.cli import main

main(prog_name="copydesk")
