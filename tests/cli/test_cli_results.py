"""The commands on real input: what they print is what the library computes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import command
from support.close import close
from support.inside import losscli
from support.reference import EXAMPLES

import losscli as library
from losscli.cli.app import run

DIABETES = str(EXAMPLES / "diabetes.csv")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command line in this process and gives what it printed; JSON is read."""

    def asked(*arguments: str) -> Any:
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert code == 0, err
        return json.loads(out) if "json" in arguments else out

    return asked


def _columns(*names: str) -> list[np.ndarray]:
    with open(DIABETES, newline="") as file:
        rows = list(csv.DictReader(file))
    return [np.array([float(row[name]) for row in rows]) for name in names]


def test_the_first_example(ask: Any) -> None:
    told = ask("compute", "mse", "--true", "3,-0.5,2,7", "--pred", "2.5,0,2,8", "--format", "json")
    assert {"loss", "title", "params", "like", "n", "reduction", "value", "mean", "sum", "divisor"} <= set(
        told
    )
    assert {"unit", "samples", "signature", "version"} <= set(told)
    assert told["value"] == told["mean"] == 0.375
    assert told["sum"] == 1.5
    assert told["divisor"] == told["n"] == 4
    assert [sample["row"] for sample in told["samples"]] == [1, 2, 3, 4]
    assert [sample["loss"] for sample in told["samples"]] == [0.25, 0.25, 0.0, 1.0]
    assert told["samples"][3]["share"] == pytest.approx(2 / 3)
    assert told["signature"] == f"mse|like:exact|mean:/N|n:4|losscli:{library.__version__}"


def test_negative_first_numbers_and_equals_signs(ask: Any) -> None:
    assert ask("compute", "mae", "--true", "-1,2", "--pred=-2,2", "--format", "json")["sum"] == 1.0


def test_nested_json(ask: Any) -> None:
    told = ask(
        "compute",
        "cce",
        "--true",
        "[[0,1,0],[0,0,1]]",
        "--pred",
        "[[0.05,0.95,0],[0.1,0.8,0.1]]",
        "--format",
        "json",
    )
    assert told["value"] == close(-(np.log(0.95) + np.log(0.1)) / 2, 1e-15)


@pytest.mark.parametrize("ending", ["npy", "csv", "json"])
def test_a_file_of_one_array(ending: str, tmp_path: Path, ask: Any) -> None:
    y, p = _columns("y_true", "ridge")
    for name, array in (("y", y), ("p", p)):
        path = tmp_path / f"{name}.{ending}"
        if ending == "npy":
            np.save(path, array)
        elif ending == "csv":
            path.write_text("\n".join(map(repr, array.tolist())) + "\n")
        else:
            path.write_text(json.dumps(array.tolist()))
    told = ask(
        "compute",
        "mse",
        "--true",
        f"@{tmp_path}/y.{ending}",
        "--pred",
        f"@{tmp_path}/p.{ending}",
        "--format",
        "json",
    )
    assert told["value"] == library.compute("mse", y, p).value


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "records.json", "jsonl", "npz"])
def test_every_format_gives_the_same_number(ending: str, tmp_path: Path, ask: Any) -> None:
    y, p = _columns("y_true", "ridge")
    path = tmp_path / f"data.{ending}"
    rows = [{"y_true": a, "y_pred": b} for a, b in zip(y.tolist(), p.tolist(), strict=True)]
    if ending == "npz":
        np.savez(path, y_true=y, y_pred=p)
    elif ending == "json":
        path.write_text(json.dumps({"y_true": y.tolist(), "y_pred": p.tolist()}))
    elif ending == "records.json":
        path.write_text(json.dumps(rows))
    elif ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        mark = "," if ending == "csv" else "\t"
        path.write_text(
            "\n".join([mark.join(rows[0]), *(mark.join(map(repr, r.values())) for r in rows)]) + "\n"
        )
    assert ask("compute", "mse", str(path), "--format", "json")["value"] == library.compute("mse", y, p).value


def test_standard_input_and_its_format() -> None:
    text = Path(DIABETES).read_text()
    done = command.losscli(
        "compute", "mae", "-", "--input-format", "csv", "--pred", "ridge", "--format", "json", stdin=text
    )
    assert json.loads(done.stdout)["value"] == library.compute("mae", *_columns("y_true", "ridge")).value


def test_patterns_take_columns_in_the_order_of_their_numbers(tmp_path: Path, ask: Any) -> None:
    with np.load(EXAMPLES / "digits.npz") as arrays:
        label, probabilities = arrays["label"], arrays["y_pred"]
    twelve = np.hstack([probabilities, np.zeros((len(label), 2))])  # p_10 and p_11 must follow p_9
    order = sorted(range(12), key=str)
    lines = [",".join(["label", *(f"p_{k}" for k in order)])]
    lines += [",".join(map(repr, [int(y), *p[order].tolist()])) for y, p in zip(label, twelve, strict=True)]
    path = tmp_path / "digits.csv"
    path.write_text("\n".join(lines) + "\n")
    told = ask("compute", "scce", str(path), "--pred", "p_*", "--format", "json")
    assert told["value"] == close(library.compute("scce", label, probabilities).value, 1e-14)
    assert told["n"] == len(label)


def test_what_was_chosen_is_said(ask: Any) -> None:
    told = ask("compute", "mse", DIABETES, "--pred", "ridge", "--format", "json")
    assert any("y_true" in remark["text"] for remark in told["remarks"] if remark["kind"] == "data")


def test_rows_shown(ask: Any) -> None:
    base = ("compute", "mse", DIABETES, "--pred", "ridge", "--format", "json")
    y, p = _columns("y_true", "ridge")
    worst = np.argsort(-((p - y) ** 2), kind="stable")[:10] + 1
    told = ask(*base)
    assert [sample["row"] for sample in told["samples"]] == sorted(worst)
    assert told["hidden"] == 432
    told = ask(*base, "--sort", "loss", "--rows", "3")
    assert [sample["row"] for sample in told["samples"]] == list(worst[:3])
    told = ask(*base, "--rows", "all")
    assert [sample["row"] for sample in told["samples"]] == list(range(1, 443))
    assert sum(sample["loss"] for sample in told["samples"]) == close(told["sum"], 1e-13)
    assert sum(sample["share"] for sample in told["samples"]) == close(1.0, 1e-12)
    assert ask(*base, "--rows", "0")["samples"] == []
    screen = ask(*base[:-1], "plain", "--rows", "3")
    first = [line.split()[0] for line in screen.splitlines() if line.split() and line.split()[0].isdigit()]
    assert first[:3] == [str(row) for row in worst[:3]]
    assert "439 more not shown" in screen


def test_weights_by_column_and_by_value(tmp_path: Path, ask: Any) -> None:
    path = tmp_path / "w.csv"
    path.write_text("y_true,y_pred,w\n1,2,3\n1,4,1\n")
    told = ask("compute", "mse", str(path), "--weight", "w", "--format", "json")
    assert told["value"] == (3 * 1 + 1 * 9) / 4
    assert told["divisor"] == 4
    assert [sample["weight"] for sample in told["samples"]] == [3, 1]
    assert told["signature"].split("|")[2] == "mean:/Σw"
    inline = ask("compute", "mse", "--true", "1,1", "--pred", "2,4", "--weight", "3,1", "--format", "json")
    assert inline["value"] == told["value"]
    keras = ask(
        "compute",
        "mse",
        "--true",
        "[[1],[1]]",
        "--pred",
        "[[2],[4]]",
        "--weight",
        "3,1",
        "--like",
        "keras",
        "--format",
        "json",
    )
    assert keras["value"] == 6.0
    assert keras["divisor"] == 2


def test_balanced_class_weights(ask: Any) -> None:
    line = (
        "--true",
        "1,0,0,0",
        "--pred",
        "0.5,0.1,0.2,0.3",
        "--class-weight",
        "balanced",
        "--format",
        "json",
    )
    told = ask("compute", "bce", *line)
    losses = -np.log([0.5, 0.9, 0.8, 0.7])
    weights = np.array([4 / 2, 4 / 6, 4 / 6, 4 / 6])
    assert told["value"] == close((losses * weights).sum() / weights.sum(), 1e-14)
    assert any("sample weights by class" in remark["text"] for remark in told["remarks"])
    own = ask(
        "compute",
        "scce",
        "--true",
        "0,1,1",
        "--pred",
        "[[0.5,0.5],[0.5,0.5],[0.5,0.5]]",
        "--class-weight",
        "0=2,1=0.5",
        "--format",
        "json",
    )
    assert own["params"]["class_weight"] == [2, 0.5]
    assert own["value"] == close(np.log(2), 1e-15)


def test_gradients(ask: Any) -> None:
    told = ask("compute", "huber", "--true", "0,0,0", "--pred", "0.5,-3,0", "--gradient", "--format", "json")
    assert [sample["gradient"] for sample in told["samples"]] == [0.5, -1.0, 0.0]
    told = ask("compute", "mae", "--true", "1,2", "--pred", "1,3", "--gradient", "--format", "json")
    assert [sample["gradient"] for sample in told["samples"]] == [None, 1.0]
    told = ask("compute", "rmse", "--true", "0,0", "--pred", "3,4", "--gradient", "--format", "json")
    assert told["samples"] == []
    assert (told["mean"], told["sum"]) == (None, None)
    slopes = [row["gradient"] for row in told["gradients"]]
    assert slopes == close(np.array([3, 4]) / (2 * told["value"]), 1e-14)


def test_infinity_is_named_and_valid_json(ask: Any) -> None:
    told = ask("compute", "bce", "--true", "1,0", "--pred", "0.5,1", "--format", "json")
    assert told["value"] == "inf"
    (remark,) = [remark for remark in told["remarks"] if remark["kind"] == "nonfinite"]
    assert remark["rows"] == [2]
    keras = ask("compute", "bce", "--true", "1,0", "--pred", "0.5,1", "--like", "keras", "--format", "json")
    assert keras["value"] == close((np.log(2) + 15.942385) / 2, 1e-6)
    assert any(remark["rows"] == [2] and "clips" in remark["text"] for remark in keras["remarks"])


@pytest.mark.parametrize(("name", "mark"), [("csv", ","), ("tsv", "\t")])
def test_rows_as_a_table_file(name: str, mark: str, tmp_path: Path) -> None:
    target = tmp_path / f"rows.{name}"
    done = losscli("compute", "mae", DIABETES, "--pred", "ridge", "--output", str(target))
    assert done.returncode == 0
    assert "--rows all" in done.stderr
    with open(target, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=mark))
    assert len(rows) == 10
    assert [int(row["row"]) for row in rows] == sorted(int(row["row"]) for row in rows)
    y, p = _columns("y_true", "ridge")
    for row in rows:
        at = int(row["row"]) - 1
        assert (float(row["y_true"]), float(row["y_pred"])) == (y[at], p[at])
        assert float(row["loss"]) == abs(p[at] - y[at])
        assert f"losscli:{library.__version__}" in row["signature"]


def test_a_summary_record_where_there_are_no_rows(ask: Any) -> None:
    out = ask("compute", "rmse", "--true", "1,2", "--pred", "1,3", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert float(row["value"]) == library.compute("rmse", [1, 2], [1, 3]).value


def test_comparison_of_models(ask: Any) -> None:
    told = ask(
        "compare",
        DIABETES,
        "--pred",
        "ridge,forest,boosting",
        "--losses",
        "mae,mse,logcosh",
        "--format",
        "json",
    )
    y, *models = _columns("y_true", "ridge", "forest", "boosting")
    assert told["n"] == 442
    assert len(told["scores"]) == 9
    expected = {
        (loss, model): library.compute(loss, y, p).value
        for loss in ("mae", "mse", "logcosh")
        for model, p in zip(("ridge", "forest", "boosting"), models, strict=True)
    }
    assert {(s["loss"], s["model"]): s["value"] for s in told["scores"]} == expected
    assert told["best"] == {loss: ["ridge"] for loss in ("mae", "mse", "logcosh")}
    mse = np.sort((models[0] - y) ** 2)[::-1]
    half = int(np.searchsorted(np.cumsum(mse), mse.sum() / 2)) + 1
    found = next(s for s in told["scores"] if (s["loss"], s["model"]) == ("mse", "ridge"))
    assert found["concentration"]["half"] == half
    assert found["concentration"]["worst"] == int(np.argmax((models[0] - y) ** 2)) + 1


def test_comparison_of_values_skips_what_does_not_fit_on_demand(ask: Any) -> None:
    line = ("compare", "--true", "1,2", "--pred", "1,3", "--losses", "mae,bce", "--format", "json")
    told = ask(*line, "--skip-unfit")
    assert [score["loss"] for score in told["scores"]] == ["mae"]
    assert [refusal["loss"] for refusal in told["refused"]] == ["bce"]
    assert "2" in told["refused"][0]["why"]


def test_parameters_of_a_comparison(ask: Any) -> None:
    base = ("compare", "--true", "0,0", "--pred", "3,-1", "--losses", "huber,mae", "--format", "json")
    told = ask(*base, "-p", "delta=2")
    assert told["scores"][0]["value"] == library.compute("huber", [0, 0], [3, -1], delta=2).value
    assert ask(*base, "-p", "huber.delta=2")["scores"] == told["scores"]


def test_list_and_its_filters(ask: Any) -> None:
    told = ask("list", "--format", "json")
    names = [entry["name"] for entry in told["losses"]]
    assert sorted(names) == library.names()
    binary = ask("list", "--family", "binary", "--format", "json")["losses"]
    assert {entry["family"] for entry in binary} == {"binary"}
    convex = {entry["name"] for entry in ask("list", "--property", "convex", "--format", "json")["losses"]}
    assert "mse" in convex
    assert "cosine_similarity" not in convex
    found = {entry["name"] for entry in ask("list", "--search", "pinball", "--format", "json")["losses"]}
    assert "quantile" in found


@pytest.mark.parametrize("name", ["huber", "dice", "triplet_semihard", "vae_kl", "scce"])
def test_explain_in_every_format(name: str, ask: Any) -> None:
    words = library.explain(name)
    assert ask("explain", name, "--format", "latex").strip() == words.latex
    told = ask("explain", name, "--format", "json")
    assert told["summary"] == words.summary
    assert words.summary in ask("explain", name, "--format", "markdown")
    plain = " ".join(ask("explain", name, "--format", "plain").split())
    for fact in (words.summary, *words.use_when, *words.pitfalls, *(source.text for source in words.sources)):
        assert " ".join(fact.split()).replace("· ", "") in plain.replace("· ", "")


def test_like_names_lead_to_the_loss(ask: Any) -> None:
    for word in ("HuberLoss", "huber-loss", "torch.nn.HuberLoss", "keras.losses.Huber"):
        assert ask("explain", word, "--format", "json")["name"] == "huber"


def test_columns_is_respected_on_a_pipe() -> None:
    for width in (60, 80, 120):
        out = losscli("explain", "huber", COLUMNS=str(width)).stdout
        assert max(map(len, out.splitlines())) <= width


def test_colour_only_where_it_is_wanted() -> None:
    line = ("compute", "mse", "--true", "1,2", "--pred", "1,3")
    assert "\x1b" not in losscli(*line).stdout
    assert "\x1b" in losscli(*line, FORCE_COLOR="1").stdout
    assert "\x1b" not in losscli(*line, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b" not in losscli(*line, "--format", "json", FORCE_COLOR="1").stdout


def test_results_on_stdout_messages_on_stderr() -> None:
    done = losscli("compute", "mse", "--true", "1", "--pred", "2")
    assert done.stdout
    assert done.stderr == ""
    done = losscli("compute", "mse", "--true", "1", "--pred", "x")
    assert done.stdout == ""
    assert done.stderr
