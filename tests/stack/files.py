"""Files that make trouble, made here."""

import io

import pymupdf


def pdf(*pages: str) -> bytes:
    """A PDF with one page a text."""
    document = pymupdf.open()
    for text in pages:
        page = document.new_page()
        if page.insert_textbox(pymupdf.Rect(72, 72, 520, 770), text, fontsize=11) < 0:
            raise ValueError("the text is too long for a page")
    return bytes(document.tobytes())


def long_pdf(pages: int, *, seed: str = "") -> bytes:
    """Pages of sentences that differ from page to page."""
    body = (
        "Section {n}{seed}. The {n}th inspection of depot {n} found {m} wagons of series {n}-{m}{seed}. "
        "Each of the {m} wagons was weighed, cleaned and given the number {n}{m}. "
    )
    return pdf(*("".join(body.format(n=n, m=n * 7 + i, seed=seed) for i in range(14)) for n in range(1, pages + 1)))


def password_protected_pdf() -> bytes:
    document = pymupdf.open()
    document.new_page().insert_text((72, 72), "secret")
    return bytes(document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw="user"))


def pdf_without_pages() -> bytes:
    """Well-formed, with an empty page tree."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 3\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(b"trailer << /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def broken_pdf() -> bytes:
    """The beginning of a PDF, and then noise."""
    return b"%PDF-1.7\n" + bytes((i * 37 + 11) % 256 for i in range(4_000))


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200


def poisoned_pdf(good: str, megabytes: int = 400) -> bytes:
    """Three pages, the second of which keeps a reader busy for minutes: some 20 million drawing commands."""
    document = pymupdf.open()
    for text in (f"{good} One.", "Poison.", f"{good} Three."):
        document.new_page().insert_text((72, 72), text)
    command = b"0 0 m 1 1 l S (x) Tj "
    stream = b"BT /helv 8 Tf " + command * (megabytes * 1024 * 1024 // len(command)) + b" ET"
    document.update_stream(document[1].get_contents()[0], stream, compress=True)
    return bytes(document.tobytes(deflate=True))


def pdf_with_white_text(shown: str, hidden: str) -> bytes:
    """A page that says one thing to a person and another to a program."""
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 100), shown, fontsize=11)
    page.insert_text((72, 130), hidden, fontsize=11, color=(1, 1, 1))
    return bytes(document.tobytes())
