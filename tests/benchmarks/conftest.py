"""Benchmarks run by name (`pytest tests/benchmarks`) and print their tables of ratios at the end."""

import pytest

TABLES = {}  # title: rows, the header first


@pytest.fixture(scope="session")
def table():
    """Call `table(title, header, rows)` to have rows printed after the tests, whether they pass or fail."""
    return lambda title, header, rows: TABLES.setdefault(title, [header]).extend(rows)


def pytest_terminal_summary(terminalreporter):
    for title, rows in TABLES.items():
        terminalreporter.section(title)
        widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
        for first, *rest in rows:
            cells = [str(first).ljust(widths[0])]
            cells += [str(cell).rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            terminalreporter.write_line("  ".join(cells))
