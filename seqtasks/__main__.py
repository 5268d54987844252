"""`python -m seqtasks`: the command line, for launchers that start modules."""

from seqtasks.cli.main import main

if __name__ == "__main__":
    main()
