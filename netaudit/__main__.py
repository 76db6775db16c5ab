"""`python -m netaudit` is the command `netaudit`."""

from netaudit.cli.main import entry

if __name__ == "__main__":
    entry()
