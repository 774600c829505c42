"""The start of the command: look whether the packages are ours, then go."""

from __future__ import annotations

from crosswalk import guard


def main() -> None:
    """Entry point of the console command."""
    guard.enforce()
    from crosswalk.cli import run  # noqa: PLC0415 - only after the guard has looked

    run()


if __name__ == "__main__":
    main()
