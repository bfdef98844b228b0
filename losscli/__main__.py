"""The command: `losscli`, and `python -m losscli`."""

import gc
import os


def main() -> None:
    """The console script. Ctrl-C ends it with 130 from the first import on."""
    # Imports make some 50,000 objects that stay: looking for garbage among them takes a tenth of the start.
    gc.set_threshold(100_000)
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
