"""What is one number or one date, what names of columns say, and which class each label is."""

from __future__ import annotations

import pytest

from losscli.classes.columns import class_numbers, ends, named_after, numbered
from losscli.classes.names import Classes, canonical


@pytest.mark.parametrize(
    ("texts", "one"),
    [
        (("1", "1.0", "1.", "1.000"), "1"),
        (("-2.50", "-2.5"), "-2.5"),
        (("0", "-0", "0.0"), "0"),
        (("1e+16", "10000000000000000"), "10000000000000000"),
        (
            ("2024-01-31", "2024-01-31 00:00:00", "2024-01-31T00:00", "2024-01-31 00:00:00.000000"),
            "2024-01-31",
        ),
        (("2024-01-31 12:30", "2024-01-31T12:30:00"), "2024-01-31 12:30:00"),
        (("2024-01-31 00:00:00 UTC", "2024-01-31T00:00:00+00:00"), "2024-01-31 00:00:00+00:00"),
    ],
)
def test_equal_numbers_and_dates_are_one(texts: tuple[str, ...], one: str) -> None:
    assert [canonical(text) for text in texts] == [one] * len(texts)


@pytest.mark.parametrize(
    "text",
    ["0001", "12e4", "1_000", "abc", "", "-", "1,5", "2024-13-01", "12345678901234567890", "x1.0", "1.2.3"],
)
def test_what_may_be_a_name_stays(text: str) -> None:
    assert canonical(text) == text


def test_names_of_columns() -> None:
    assert numbered(["p_10", "p_2"]) == [(10,), (2,)]
    assert numbered(["p_cat", "p_2"]) is None
    assert class_numbers(["m1_p_01", "m1_p_02"]) == [1, 2]
    assert class_numbers(["p_1_1", "p_2_2"]) is None
    assert class_numbers(["p_1", "p_2", "p_1"]) is None
    assert ends(["t_cat", "t_dog"]) == ["cat", "dog"]
    assert ends(["cat_p", "cow_p"]) == ["at", "ow"]


@pytest.mark.parametrize(
    ("columns", "words", "named"),
    [
        ("p_cat p_dog p_cow", "cat cow", ("cat", "dog", "cow")),
        ("cat_prob cow_prob", "cat cow", ("cat", "cow")),
        ("P(Cat) P(Dog)", "cat dog", ("cat", "dog")),
        ("p_new_york p_rome", "New-York Rome", ("New-York", "Rome")),
        ("p_bobcat p_cat", "cat bobcat", ("bobcat", "cat")),
        ("p_0 p_1", "cat dog", None),
        ("p_cat p_dog", "cat fish", None),
        ("cat_cat cat_dog_cat", "cat", None),  # cat and cat_dog, or cat and dog_cat
    ],
)
def test_columns_named_after_classes(columns: str, words: str, named: tuple[str, ...] | None) -> None:
    assert named_after({word: word for word in words.split()}, columns.split()) == named


def test_a_label_by_its_name() -> None:
    classes = Classes(("1", "Cat"), let={"x": -1.0})
    assert [classes.number(label) for label in ("1.0", 1, "cat", "x", "dog")] == [0, 0, 1, -1, None]
    assert [classes.name(number) for number in (1.0, 2.0, 0.5)] == ["Cat", "2", "0.5"]
