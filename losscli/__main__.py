"""The command: `losscli`, and `python -m losscli`."""

import os


def main() -> None:
    """The console script. Ctrl-C ends it with 130 from the first import on."""
    try:
        from losscli.cli.app import main as run
    except KeyboardInterrupt:
        os._exit(130)
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # in the making of a class, until Python 3.12
            os._exit(130)
        raise
    run()


if __name__ == "__main__":
    main()
