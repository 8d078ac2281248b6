"""Files that ought to be pictures: unusual ones that are, damaged ones, and ones made to do harm. All made here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND"
JPEG_END = b"\xff\xd9"
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
SCAN, FRAME, PROGRESSIVE, ARITHMETIC, LOSSLESS = b"\xff\xda", b"\xff\xc0", b"\xff\xc2", b"\xff\xc9", b"\xff\xc3"
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def jpeg(pixels: Pixels, *settings: int) -> bytes:
    """`settings`: pairs of OpenCV's flags and values."""
    return cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 95, *settings])[1].tobytes()


def progressive(pixels: Pixels) -> bytes:
    return jpeg(pixels, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)


def segment(marker: bytes, content: bytes) -> bytes:
    return marker + struct.pack(">H", len(content) + 2) + content


def inserted(data: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments right after its start."""
    return data[:2] + b"".join(segments) + data[2:]


def with_frame(data: bytes, marker: bytes = FRAME, **fields: int) -> bytes:
    """A JPEG whose frame says something else: `precision`, `height`, `width`, `components`, `length`."""
    at = data.index(FRAME)
    names = ("length", "precision", "height", "width", "components")
    values = dict(zip(names, struct.unpack_from(">HBHHB", data, at + 2), strict=True)) | fields
    return data[:at] + marker + struct.pack(">HBHHB", *values.values()) + data[at + 10 :]


def exif(orientation: int, order: str = "<") -> bytes:
    """The segment that says how to turn a picture."""
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = (
        (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 1) + entry + struct.pack(order + "I", 0)
    )
    return segment(b"\xff\xe1", b"Exif\0\0" + tiff)


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """As a camera stores it that says `orientation`: turning it as EXIF wants gives `pixels`."""
    stored = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.transpose(1, 0, 2),
        6: pixels.transpose(1, 0, 2)[::-1],
        7: pixels.transpose(1, 0, 2)[::-1, ::-1],
        8: pixels.transpose(1, 0, 2)[:, ::-1],
    }
    return np.ascontiguousarray(stored[orientation])


def cmyk(pixels: Pixels) -> bytes:
    """A CMYK JPEG as Adobe writes it (inverted, black unused), each colour in a scan of its own."""
    planes = [np.ascontiguousarray(pixels[:, :, channel]) for channel in (2, 1, 0)]
    files = [jpeg(plane) for plane in (*planes, np.full_like(planes[0], 255))]
    frame, scan = files[0].index(FRAME), files[0].index(SCAN)
    height, width = pixels.shape[:2]
    components = b"".join(bytes([number, 0x11, 0]) for number in range(1, 5))
    adobe = segment(b"\xff\xee", b"Adobe" + struct.pack(">HHHB", 100, 0, 0, 0))
    tables = files[0][2:frame] + segment(FRAME, struct.pack(">BHHB", 8, height, width, 4) + components)
    after_frame = files[0][frame + 13 : scan]
    scans = b"".join(
        segment(SCAN, bytes([1, number, 0, 0, 63, 0])) + file[file.index(SCAN) + 10 : -2]
        for number, file in enumerate(files, start=1)
    )
    return b"\xff\xd8" + adobe + tables + after_frame + scans + JPEG_END


def scan_bomb(pixels: Pixels, times: int) -> bytes:
    """A progressive JPEG whose last scan, a few bytes, comes again and again."""
    data = progressive(pixels)
    return data[:-2] + data[data.rindex(SCAN) : -2] * times + JPEG_END


def chunk(name: bytes, content: bytes, crc: int = 0) -> bytes:
    """A chunk of a PNG; `crc` damages its check."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content) ^ crc)


def header(width: int, height: int, depth: int = 8, colours: int = RGB, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlaced))


def png(head: bytes, *chunks: bytes) -> bytes:
    return PNG_START + head + b"".join(chunks) + chunk(PNG_END, b"")


def data_chunk(rows: bytes) -> bytes:
    return chunk(b"IDAT", zlib.compress(rows))


def data_chunks(stream: bytes, size: int) -> Iterator[bytes]:
    return (chunk(b"IDAT", stream[at : at + size]) for at in range(0, len(stream), size))


def rows(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> bytes:
    """The rows of a picture (B, G, R as OpenCV has it, or one channel), each with its filter."""
    ordered = pixels[:, :, ::-1] if pixels.ndim == 3 else pixels
    big_endian = ordered.astype(ordered.dtype.newbyteorder(">"))
    return b"".join(b"\0" + row.tobytes() for row in big_endian)


def plain_png(pixels: Pixels) -> bytes:
    return png(header(pixels.shape[1], pixels.shape[0]), data_chunk(rows(pixels)))


def palette_png(pixels: Pixels) -> bytes:
    """With 252 colours: 6 reds, 7 greens, 6 blues."""
    levels = (6, 7, 6)
    red, green, blue = (
        np.rint(pixels[:, :, 2 - place] / 255 * (levels[place] - 1)).astype(np.uint8) for place in range(3)
    )
    colours = [
        bytes(int(255 * value / (count - 1)) for value, count in zip((r, g, b), levels, strict=True))
        for r, g, b in np.ndindex(*levels)
    ]
    numbers = (red * levels[1] + green) * levels[2] + blue
    head = header(pixels.shape[1], pixels.shape[0], colours=PALETTE)
    return png(head, chunk(b"PLTE", b"".join(colours)), data_chunk(rows(numbers)))


def interlaced_png(pixels: Pixels) -> bytes:
    head = header(pixels.shape[1], pixels.shape[0], interlaced=1)
    return png(head, data_chunk(b"".join(rows(pixels[top::down, left::across]) for left, top, across, down in ADAM7)))


def many_chunks_png(pixels: Pixels) -> bytes:
    return png(header(pixels.shape[1], pixels.shape[0]), *data_chunks(zlib.compress(rows(pixels)), 100))


def zeros(size: int) -> bytes:
    """A zlib stream of that many zeros, a thousandth of it long. One piece is compressed and then repeated."""
    stream = zlib.compressobj(9)
    piece = bytes(1 << 20)
    start = stream.compress(b"") + stream.flush(zlib.Z_FULL_FLUSH)
    repeated = stream.compress(piece) + stream.flush(zlib.Z_FULL_FLUSH)
    rest = stream.compress(piece[: size % len(piece)]) + stream.flush()
    check = struct.pack(">HH", size % 65521, 1)
    return start + repeated * (size // len(piece)) + rest[:-4] + check


def unusual(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    """Whole pictures of all kinds, all of them `pixels`."""
    alpha = cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    deep = pixels.astype(np.uint16) * 257
    height, width = pixels.shape[:2]
    head = header(width, height)
    plain = jpeg(pixels)
    yield "progressive", progressive(pixels)
    yield "restart-markers", jpeg(pixels, cv2.IMWRITE_JPEG_RST_INTERVAL, 4)
    yield "optimised", jpeg(pixels, cv2.IMWRITE_JPEG_OPTIMIZE, 1)
    yield "no-subsampling", jpeg(pixels, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)
    yield "grey-jpeg", jpeg(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.uint8))
    yield "cmyk", cmyk(pixels)
    yield "fill-bytes", plain[:2] + b"\xff" * 1000 + plain[2:]
    yield "comments", inserted(plain, *[segment(b"\xff\xfe", b"\xff\xd9" * 30_000)] * 20)
    yield "more-after-the-end", plain + b"more" * 1000
    yield "thumbnail-inside", inserted(plain, segment(b"\xff\xe1", b"Exif\0\0" + jpeg(pixels[:90, :90])[:5000]))
    yield "png", plain_png(pixels)
    yield "grey-png", png(header(width, height, colours=GREY), data_chunk(rows(pixels[:, :, 1])))
    yield "alpha", cv2.imencode(".png", alpha)[1].tobytes()
    yield "sixteen-bits", png(header(width, height, depth=16), data_chunk(rows(deep)))
    yield "sixteen-bits-and-alpha", cv2.imencode(".png", alpha.astype(np.uint16) * 257)[1].tobytes()
    yield "palette", palette_png(pixels)
    yield "interlaced", interlaced_png(pixels)
    yield "many-chunks", many_chunks_png(pixels)
    text = chunk(b"zTXt", b"k\0\0" + zeros(30 << 20))
    yield "text-bombs", png(head, *[text] * 100, data_chunk(rows(pixels)))
    yield "profile-bomb", png(head, chunk(b"iCCP", b"k\0\0" + zeros(30 << 20)), data_chunk(rows(pixels)))
    yield "animation", png(head, chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), data_chunk(rows(pixels)))


def other_formats(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    """What is neither JPEG nor PNG."""
    yield "gif", cv2.imencode(".gif", pixels)[1].tobytes()
    yield "webp", cv2.imencode(".webp", pixels)[1].tobytes()
    yield "bmp", cv2.imencode(".bmp", pixels)[1].tobytes()
    yield "tiff", cv2.imencode(".tiff", pixels)[1].tobytes()
    yield "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
    yield "svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>'
    yield "xml-bomb", b'<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c "&b;">]><svg>&b;</svg>'
    yield "heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    yield "zip", b"PK\x03\x04" + bytes(500)
    yield "one-byte", b"\xff"
    yield "jpeg-start-only", b"\xff\xd8\xff"
    yield "png-start-only", PNG_START
    yield "five-megabytes-of-ff", b"\xff\xd8" + b"\xff" * 5_000_000


def damaged(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    """JPEG and PNG files that aren't whole, or lie."""
    yield from damaged_jpegs(pixels)
    yield from damaged_pngs(pixels)


def damaged_jpegs(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    plain, many_scans, colours = jpeg(pixels), progressive(pixels), cmyk(pixels)
    restarting = jpeg(pixels, cv2.IMWRITE_JPEG_RST_INTERVAL, 4)
    for percent in (0.1, 1, 5, 20, 50, 80, 95, 99, 99.9):
        share = percent / 100
        yield f"cut-{percent}", plain[: int(len(plain) * share)]
        yield f"cut-progressive-{percent}", many_scans[: int(len(many_scans) * share)]
    begin = plain.index(SCAN) + 14
    for percent in (0, 1, 20, 50, 80, 95):
        for name, data in (("", plain), ("-restarting", restarting), ("-cmyk", colours)):
            yield f"cut-and-ended{name}-{percent}", data[: begin + int((len(data) - begin) * percent / 100)] + JPEG_END
    first = many_scans.index(SCAN) + 14
    yield "cut-and-ended-progressive", many_scans[: (first + many_scans.index(SCAN, first)) // 2] + JPEG_END
    yield "arithmetic", with_frame(plain, ARITHMETIC)
    yield "lossless", with_frame(plain, LOSSLESS)
    yield "twelve-bits", with_frame(plain, precision=12)
    yield "two-components", with_frame(plain, components=2)
    yield "255-components", with_frame(plain, components=255)
    yield "no-width", with_frame(plain, width=0)
    yield "no-height", with_frame(plain, height=0)
    yield "short-frame", with_frame(plain, length=3)
    yield "long-frame", with_frame(plain, length=65535)
    yield "larger-than-its-data", with_frame(plain, height=7000, width=7000)
    yield "two-frames", inserted(plain, plain[plain.index(FRAME) : plain.index(FRAME) + 19])
    yield "no-frame", plain[: plain.index(FRAME)] + plain[plain.index(FRAME) + 19 :]
    yield "no-tables", plain[:20] + plain[plain.index(FRAME) :]
    yield "no-scan", plain[: plain.index(SCAN)] + JPEG_END
    yield "no-length", inserted(plain, b"\xff\xe0\0\0")
    yield "length-of-one", inserted(plain, b"\xff\xe0\0\1")
    yield "length-over-the-end", inserted(plain, b"\xff\xe0\xff\xff" * 3)[:30_000]
    yield "second-start", inserted(plain, b"\xff\xd8")
    yield "noise", b"\xff\xd8\xff\xe0" + np.random.default_rng(1).bytes(100_000)
    yield "a-million-segments", inserted(plain, *[b"\xff\xe0\0\2"] * 1_000_000)
    yield "scans-without-end", scan_bomb(np.zeros((4000, 4000, 3), np.uint8), 5000)


def damaged_pngs(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    height, width = pixels.shape[:2]
    head, content = header(width, height), rows(pixels)
    plain, stream = plain_png(pixels), zlib.compress(content)
    for percent in (1, 20, 50, 95, 99.9):
        yield f"cut-png-{percent}", plain[: int(len(plain) * percent / 100)]
        yield f"cut-png-and-ended-{percent}", png(head, chunk(b"IDAT", stream[: int(len(stream) * percent / 100)]))
    flipped = bytearray(stream)
    flipped[len(stream) // 2] ^= 0xFF
    yield "flipped", png(head, chunk(b"IDAT", bytes(flipped)))
    yield "wrong-check", png(head, chunk(b"IDAT", stream, crc=1))
    yield "too-few-rows", png(head, data_chunk(content[: len(content) // 2]))
    yield "a-row-too-many", png(head, data_chunk(content + content[: 3 * width + 1]))
    yield "inflates-far-beyond", png(head, chunk(b"IDAT", zeros(3 << 30)))
    yield "inflates-far-beyond-in-pieces", png(head, *data_chunks(zeros(1 << 28), 1000))
    yield "unknown-filter", png(head, data_chunk(b"\x09" + content[1:]))
    yield "no-data", png(head)
    yield "no-header", png(b"", data_chunk(content))
    yield "two-headers", png(head, head, data_chunk(content))
    yield "no-palette", png(header(width, height, colours=PALETTE), data_chunk(rows(pixels[:, :, 0])))
    yield "unknown-chunk-that-matters", png(head, chunk(b"ABCD", b"x"), data_chunk(content))
    yield "depth-of-three", png(header(width, height, depth=3), data_chunk(content))
    yield "colours-of-five", png(header(width, height, colours=5), data_chunk(content))
    yield "interlaced-twice", png(header(width, height, interlaced=2), data_chunk(content))
    yield "no-width-png", png(header(0, height), data_chunk(content))
    yield "chunk-over-the-end", PNG_START + head + struct.pack(">I4s", 2**32 - 1, b"IDAT") + stream
    yield "chunks-without-end", png(head, *[chunk(b"tEXt", b"")] * 300_000)


def too_large(pixels: Pixels) -> Iterator[tuple[str, bytes]]:
    """A few bytes that say that they are enormous."""
    for width, height in ((8001, 8000), (65535, 65535)):
        yield f"jpeg-{width}x{height}", with_frame(jpeg(pixels), width=width, height=height)
    for width, height in ((8001, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1), (2**32 - 1, 2**32 - 1)):
        yield f"png-{width}x{height}", png(header(width, height), data_chunk(bytes(1000)))
    yield "sixteen-bits-and-alpha", png(header(8000, 8000, 16, RGB_ALPHA), data_chunk(bytes(1000)))


def too_small() -> Iterator[tuple[str, bytes]]:
    for width, height in ((1, 1), (79, 200), (200, 79), (79, 79)):
        pixels = np.zeros((height, width, 3), np.uint8)
        yield f"jpeg-{width}x{height}", jpeg(pixels)
        yield f"png-{width}x{height}", plain_png(pixels)


def faceless() -> Iterator[tuple[str, bytes]]:
    """Whole pictures of odd sizes with nobody in them."""
    for width, height in ((80, 80), (80, 60_000), (60_000, 80)):
        yield f"jpeg-{width}x{height}", jpeg(np.zeros((height, width, 3), np.uint8))
    for width, height in ((80, 800_000), (8000, 8000)):
        yield f"png-{width}x{height}", png(header(width, height, 8, GREY), chunk(b"IDAT", zeros((width + 1) * height)))
    yield "all-grey", jpeg(np.full((200, 200, 3), 128, np.uint8))
    yield "all-grey-progressive", progressive(np.full((200, 200, 3), 128, np.uint8))
    yield "largest", progressive(np.zeros((8000, 8000, 3), np.uint8))


def damaged_exif() -> Sequence[bytes]:
    """EXIF segments that say nothing or nonsense."""
    content, upright = exif(6)[4:], exif(1)[4:]
    return (
        *(segment(b"\xff\xe1", content[:length]) for length in range(0, 24, 3)),
        exif(0),
        exif(9),
        exif(65535),
        segment(b"\xff\xe1", content[:10] + b"\xff\xff\xff\xff" + content[14:]),  # the directory is nowhere
        segment(b"\xff\xe1", upright[:14] + b"\xff\xff" + upright[16:]),  # 65,535 entries
        segment(b"\xff\xe1", upright[:20] + b"\xff\xff\xff\xff" + upright[24:]),  # 4 billion orientations
        segment(b"\xff\xe1", b"Exif\0\0XX" + content[8:]),
    )
