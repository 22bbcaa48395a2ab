"""`python -m followup_filter`: the same as the command `followup-filter`."""

from followup_filter.cli.main import main

if __name__ == "__main__":
    main()
