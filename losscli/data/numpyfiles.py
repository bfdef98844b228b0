"""NumPy's own files: npy (one array) and npz (arrays by name). Pickled objects are never loaded."""

from __future__ import annotations

import os
import warnings
from contextlib import contextmanager
from struct import unpack
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.data import spool
from losscli.data.arraytable import ArrayTable
from losscli.data.blocks import Part
from losscli.data.convert import check_numeric, labels
from losscli.data.formats import FORMATS, by_first_bytes
from losscli.data.limits import State, changed
from losscli.data.source import CHUNK
from losscli.data.spool import Unnamed
from losscli.data.tables import Pick
from losscli.data.words import listed, shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from zipfile import ZipFile

    from numpy.typing import NDArray

    from losscli.batch import Array
    from losscli.data.files import File

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}

_states: dict[str, State | None] = {}  # of the mapped files, by path: in what state each was found


class Npz(ArrayTable):
    """An archive of arrays by name, each read when it is first asked for; a large one as its rows are."""

    shaped = True

    def __init__(self, file: File) -> None:
        self._file = file
        self._unpacked: list[Unnamed] = []
        _check_magic(file, "npz")
        with file.open() as stream, _loading(file.name), np.load(stream, allow_pickle=False) as archive:
            names = archive.files
        if not names:
            raise LosscliError(f"{file.name} holds no arrays")
        super().__init__(file.name, names)

    def load(self, pick: Pick) -> Any:
        place = self.place(pick)
        if not pick.label:
            return self.array(pick.index, place.whole)
        array = self._read(pick.index, place.whole)
        if array.ndim != 1:
            raise LosscliError(
                f"{place.whole} has the shape {array.shape}", "a label is one text or number a row"
            )
        values = array if array.dtype.kind in "biuf" else array.astype(str)
        return labels(values.tolist(), place)

    def whole(self, index: int) -> Sequence[Any] | NDArray[Any]:
        """The array of any kind; () for one of Python objects, which is not loaded."""
        try:
            array = self._read(index, self.name)
        except LosscliError:
            return ()
        return array if array.ndim else ()

    def integers(self, index: int) -> Iterator[Any]:
        return in_runs(self._read(index, self.name))

    def array(self, index: int, whole: str) -> NDArray[Any]:
        """The array in one place of the archive; `whole` names it in messages."""
        array = self._read(index, whole)
        check_numeric(array, whole)
        return array

    def parts(self, picks: Sequence[Pick]) -> Iterator[Part] | None:
        arrays = self.loaded(picks)
        if not any(isinstance(array, np.memmap) for array in arrays):
            return None
        n = len(arrays[0])
        rows = max(1, CHUNK * n // max(np.size(array) for array in arrays))
        return (Part(start, min(start + rows, n), start + 1) for start in range(0, n, rows))

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        self.loaded(picks)
        return self.rows(picks, part.start, part.stop)

    def rows(self, picks: Sequence[Pick], start: int, stop: int) -> list[Array]:
        cut = [read_rows(self._loaded[pick], start, stop) for pick in picks]
        return [c if pick.label else np.asarray(c, np.float64) for pick, c in zip(picks, cut, strict=True)]

    def _read(self, index: int, whole: str) -> NDArray[Any]:
        with self._file.open() as stream, _loading(whole), np.load(stream, allow_pickle=False) as archive:
            large = self._large(archive.zip, f"{self.columns[index]}.npy", whole)
            array = archive[self.columns[index]] if large is None else large
        # What is in the archive and is no npy file comes as bytes.
        if not isinstance(array, np.ndarray):
            raise LosscliError(f"{whole} is no array", "save the archive with np.savez")
        return array

    def _large(self, archive: ZipFile, member: str, whole: str) -> NDArray[Any] | None:
        """A large array, mapped where it lies in the archive, or where it is unpacked to."""
        info = archive.NameToInfo.get(member)
        if info is None or info.file_size <= spool.IN_MEMORY:
            return None
        from zipfile import ZIP_STORED

        path, offset = self._file.path, 0
        _states[os.path.abspath(path)] = self._file.state
        if info.compress_type == ZIP_STORED and self._file.plain:
            with self._file.open() as stream:
                stream.seek(info.header_offset)
                # The member's own header: 30 bytes, its name, and what else it holds.
                name, extra = unpack("<26x2H", stream.read(30))
            offset = info.header_offset + 30 + name + extra
        else:
            with archive.open(info) as packed:
                held = spool.hold(spool.blocks_of(packed.read, whole), whole, info.file_size)
            assert isinstance(held, Unnamed)
            self._unpacked.append(held)
            self._file.check_unchanged()
            path = held.path
            _states.pop(path, None)  # a descriptor's path is given again
        with open(path, "rb") as stream:
            stream.seek(offset)
            version = np.lib.format.read_magic(stream)
            if version not in HEADERS:
                return None
            shape, fortran, dtype = HEADERS[version](stream)
            if dtype.hasobject:
                raise _pickled(whole)
            return np.memmap(path, dtype, "r", stream.tell(), shape, "F" if fortran else "C")


def read_npy(file: File, name: str) -> NDArray[Any]:
    """The array of a npy file, in its own dtype: mapped where it is a file, so that its size is no matter."""
    _check_magic(file, "npy")
    with _loading(name):
        array: NDArray[Any]
        if file.content is None:
            _states[os.path.abspath(file.path)] = file.state
            array = np.load(file.path, mmap_mode="r", allow_pickle=False)
        else:
            with file.open() as stream:
                array = np.load(stream, allow_pickle=False)
    check_numeric(array, name)
    return array


def read_rows(array: NDArray[Any], first: int, last: int) -> NDArray[Any]:
    """Some rows of an array. Those of a mapped file are read: what is mapped would count as memory."""
    if not isinstance(array, np.memmap) or not array.flags.c_contiguous:
        return array[first:last]
    row = array.nbytes // max(len(array), 1)
    last = min(last, len(array))
    count = (last - first) * row // array.itemsize
    path = str(array.filename)
    state = _states.get(path)
    try:
        read = np.fromfile(path, array.dtype, count, offset=array.offset + first * row)
        same = state is None or State.of(os.stat(path)) == state
    except OSError:
        same = False
    if not same or read.size < count:
        raise changed(shown(path))
    return read.reshape(last - first, *array.shape[1:])


def in_runs(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """An array run by run of its rows, of a mapped file too."""
    rows = max(1, CHUNK * len(array) // max(array.size, 1))
    return (read_rows(array, start, start + rows) for start in range(0, len(array), rows))


def read_single_npz(file: File, name: str) -> NDArray[Any]:
    """The one array of a npz file; LosscliError when it holds several."""
    archive = Npz(file)
    if len(archive.columns) > 1:
        raise LosscliError(
            f"{name} holds {len(archive.columns)} arrays ({listed(archive.columns)}), where one is wanted",
            "give the file as DATA: losscli compute LOSS DATA --true NAME --pred NAME",
        )
    return archive.array(0, name)


def _check_magic(file: File, form: str) -> None:
    magic = FORMATS[form].magic
    head = file.head(len(magic))
    if not head:
        raise LosscliError(f"{file.name} is empty")
    if head == magic:
        return
    other = by_first_bytes(head)
    if other and other.kind == "array":
        raise LosscliError(
            f"{file.name} is not {form} but {other.name}", f"name it so: --input-format {other.name}"
        )
    if head[:1] == b"\x80":
        raise _pickled(file.name)
    save = "np.save" if form == "npy" else "np.savez"
    raise LosscliError(f"{file.name} is not a {form} file, or damaged", f"save it with {save}")


@contextmanager
def _loading(name: str) -> Iterator[None]:
    """Turns NumPy's and zipfile's complaints into one line about `name`."""
    try:
        with warnings.catch_warnings():
            # Of a header that only Python 2 could have written: it is read, or refused.
            warnings.filterwarnings("ignore", message="Reading .* required additional header parsing")
            yield
    except LosscliError:
        raise
    except MemoryError:
        raise LosscliError(f"{name} does not fit into memory, or is damaged") from None
    except Exception as error:
        # A damaged file makes them raise nearly anything: ValueError, TokenError, BadZipFile, zlib.error …
        if "pickle" in str(error) or "Python objects" in str(error):  # loaded, or mapped
            raise _pickled(name) from None
        raise LosscliError(f"{name} is damaged or cut short", "save it again, or copy it again") from None


def _pickled(name: str) -> LosscliError:
    return LosscliError(
        f"{name} holds Python objects (pickled), which are not loaded",
        "save numbers: np.save(path, np.asarray(values, dtype=float))",
    )
