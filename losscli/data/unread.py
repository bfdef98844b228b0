"""Kinds of files that are known and not read: what each is, and one line that makes a table of it."""

from __future__ import annotations

import re
from typing import NamedTuple


class Unread(NamedTuple):
    """A kind of file, told by its ending or its first bytes, and how to convert it."""

    what: str
    endings: tuple[str, ...]
    how: str
    magic: bytes = b""


_PANDAS = "python -c \"import pandas as pd; pd.{}.to_csv('table.csv', index=False)\""
_ALL = (
    Unread(
        "a pickle, which runs code when it is opened, so it is never opened",
        (".pkl", ".pickle", ".joblib"),
        "if you trust it: " + _PANDAS.format("DataFrame(pd.read_pickle('{}'))"),
    ),
    Unread(
        "a PyTorch file, which holds pickles, so it is never opened",
        (".pt", ".pth", ".ckpt"),
        'python -c "import numpy, torch; '
        "numpy.save('array.npy', torch.load('{}', weights_only=True).numpy())\"",
    ),
    Unread(
        "a MATLAB file",
        (".mat",),
        "python -c \"import numpy, scipy.io; numpy.savez('arrays.npz', **{{k: v for k, v in "
        "scipy.io.loadmat('{}', squeeze_me=True).items() if k[0] != '_'}})\"",
        b"MATLAB 5.0 MAT-file",
    ),
    Unread(
        "an HDF5 file",
        (".h5", ".hdf5", ".hdf", ".keras"),
        "python -c \"import h5py, numpy; numpy.savez('arrays.npz', **{{k: v[()] for k, v in "
        "h5py.File('{}').items()}})\"",
        b"\x89HDF\r\n\x1a\n",
    ),
    Unread(
        "a safetensors file",
        (".safetensors",),
        'python -c "import numpy; from safetensors.numpy import load_file; '
        "numpy.savez('arrays.npz', **load_file('{}'))\"",
    ),
    Unread("an archive", (".zip",), "unpack it and name the file in it: unzip {}"),
    Unread("an archive", (".tar", ".tgz", ".7z", ".rar"), "unpack it, and name the file in it"),
    Unread(
        "a web page", (".html", ".htm", ".xhtml"), _PANDAS.format("read_html('{}')[0]"), b"<!doctype html"
    ),
    Unread("an R file", (".rds", ".rda", ".rdata"), "in R: write.csv(x, 'table.csv', row.names = FALSE)"),
    Unread("a Stata file", (".dta",), _PANDAS.format("read_stata('{}')")),
    Unread("an SPSS file", (".sav",), _PANDAS.format("read_spss('{}')")),
    Unread("a SAS file", (".sas7bdat", ".xpt"), _PANDAS.format("read_sas('{}')")),
    Unread("an ORC file", (".orc",), _PANDAS.format("read_orc('{}')"), b"ORC"),
    Unread("an XML file", (".xml",), _PANDAS.format("read_xml('{}')"), b"<?xml"),
    Unread(
        "an Avro file",
        (".avro",),
        "python -c \"import polars as pl; pl.read_avro('{}').write_csv('table.csv')\"",
        b"Obj\x01",
    ),
    Unread(
        "a document",
        (".pdf", ".docx", ".doc", ".odt", ".rtf"),
        "copy its table into a spreadsheet, and save it as CSV",
    ),
    Unread("a Numbers document", (".numbers",), "export it as CSV"),
)
_PAGE = re.compile(rb"\s*<(!doctype html|html|table)\b", re.IGNORECASE)


def unread(extension: str, head: bytes) -> tuple[str, str] | None:
    """What a file with this ending, or these first bytes, is if it is known and not read, and what to do."""
    kind = next((kind for kind in _ALL if extension in kind.endings), None) or by_bytes(head)
    return None if kind is None else (kind.what, kind.how)


def by_bytes(head: bytes) -> Unread | None:
    """The kind that these first bytes tell."""
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return _ALL[0]
    if _PAGE.match(head):
        return next(kind for kind in _ALL if ".html" in kind.endings)
    return next((kind for kind in _ALL if kind.magic and head.startswith(kind.magic)), None)
