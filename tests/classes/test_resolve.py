"""Which number each label gets, from the names that are known: each by hand."""

from __future__ import annotations

import pytest

from losscli.classes.names import ClassNames
from losscli.classes.resolve import Coding, Labelled, resolve
from losscli.errors import LosscliError
from losscli.rows import Roles

CLASSES = Roles(labels=True, columns=True, numbers=True)
LABELS = Roles(labels=True, alike=True, equality=True)


def labels(*words: str) -> Labelled:
    return Labelled(("y",), worded=not words[0].isdigit(), survey=lambda: words)


def coded(coding: Coding | None) -> tuple[tuple[str, ...], dict[str, list[int]]]:
    assert coding is not None
    return coding.classes.names, {model: list(order) for model, order in coding.order.items()}


def test_words_of_several_arrays_are_numbered_in_one_order() -> None:
    coding = resolve(ClassNames(), labels("dog", "cow"), {"p": labels("Ant", "dog")}, LABELS)
    assert coded(coding) == (("Ant", "cow", "dog"), {})
    assert coding is not None
    assert coding.roles == ("y_true", "p")


def test_the_order_says_where_each_class_s_column_is() -> None:
    model = Labelled(("p_bird", "p_ant", "p_dog", "p_cat"))
    asked = ClassNames("ant,bird,cat,dog")
    assert coded(resolve(asked, labels("cat"), {"p": model}, CLASSES))[1] == {"p": [1, 0, 3, 2]}
    turned = Labelled(("p_cat", "p_ant", "p_bird"))  # a turn of three is not its own inverse
    asked = ClassNames("ant,bird,cat")
    assert coded(resolve(asked, labels("cat"), {"p": turned}, CLASSES))[1] == {"p": [1, 2, 0]}
    straight = Labelled(("p_ant", "p_bird", "p_cat"))
    both = resolve(asked, labels("cat"), {"p": turned, "q": straight}, CLASSES)
    assert coded(both)[1] == {"p": [1, 2, 0]}


def test_numbers_in_names_of_columns() -> None:
    one = Labelled(("p_1", "p_2", "p_3"))
    assert coded(resolve(ClassNames(), labels("1", "2"), {"p": one}, CLASSES)) == (("1", "2", "3"), {})
    zero = Labelled(("p_0", "p_1", "p_2"))
    assert resolve(ClassNames(), labels("1", "2"), {"p": zero}, CLASSES) is None
    turned = Labelled(("q_3", "q_1", "q_2"))
    assert coded(resolve(ClassNames(), labels("1"), {"p": one, "q": turned}, CLASSES))[1] == {"q": [1, 2, 0]}
    for other in (zero, Labelled(("a", "b", "c"))):
        for models in ({"p": one, "q": other}, {"q": other, "p": one}):
            with pytest.raises(LosscliError, match="number the classes differently"):
                resolve(ClassNames(), labels("1"), models, CLASSES)


def test_words_beside_a_truth_of_numbers_are_no_classes_where_no_loss_says_so() -> None:
    said = Labelled(("pred",), worded=True, survey=lambda: ("high", "low"))
    assert resolve(ClassNames(), labels("1", "2"), {"p": said}, Roles(columns=True, alike=True)) is None


@pytest.mark.parametrize(
    ("words", "one"), [(("spam", "ham"), "ham"), (("a", "B"), "b"), (("x",), "x"), (("x",), "y")]
)
def test_the_positive_class_is_1(words: tuple[str, ...], one: str) -> None:
    names, _ = coded(resolve(ClassNames(positive=one), labels(*words), {}, CLASSES))
    assert names[1].casefold() == one
    other = [word for word in words if word.casefold() != one]
    assert names[0] == (other[0] if other else f"not {one}")


def test_what_a_loss_leaves_out_keeps_its_number_unless_a_class_has_it() -> None:
    takes = CLASSES._replace(let=(-100, 255, 1, "void"))
    coding = resolve(ClassNames("cat,dog"), labels("cat"), {}, takes)
    assert coding is not None
    assert [coding.classes.number(label) for label in (-100, "255", "1.0", "Void", "dog")] == [
        -100,
        255,
        -1,
        -1,
        1,
    ]
