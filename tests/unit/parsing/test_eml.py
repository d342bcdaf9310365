"""Mails: who wrote what to whom, said once, with what is attached; whatever is wrong with them."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.errors import CorruptFile
from docqa.core.models import BlockKind, Hidden, PageRange, ParsedRange
from docqa.parsing.eml import parts as eml_parts
from docqa.parsing.eml.parser import EmlParser
from tests.fakes.documents import PROSE, write_docx, write_pdf

HEAD = b"From: Maria <maria@example.org>\r\nTo: Ada <ada@example.org>\r\nSubject: Lamp\r\n"
PERSONS = "From: Maria <maria@example.org>; To: Ada <ada@example.org>"


def parse(tmp_path: Path, data: bytes) -> ParsedRange:
    path = tmp_path / "a.eml"
    path.write_bytes(data)
    return EmlParser().parse(path, PageRange(index=0, first=1, last=1))


def lines(parsed: ParsedRange) -> list[str]:
    return [f"{block.kind.value}{block.level or ''}: {block.text}" for block in parsed.blocks if block.hidden is None]


def warned(parsed: ParsedRange) -> list[tuple[str, str | None]]:
    return [(one.code, one.detail) for one in parsed.warnings]


def message(subject: str = "Lamp", text: str = "Dear Ada,\n\nit burns.\n") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Maria <maria@example.org>", "Ada <ada@example.org>", subject
    made.set_content(text)
    return made


def test_header_lines_and_text(tmp_path: Path) -> None:
    parsed = parse(tmp_path, message("Grüße – über die Lampe").as_bytes())
    assert lines(parsed)[:2] == ["heading1: Grüße – über die Lampe", f"paragraph: {PERSONS}"]
    assert lines(parsed)[2:] == ["paragraph: Dear Ada,", "paragraph: it burns."]
    assert not parsed.warnings


def test_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"\xef\xbb\xbfFrom maria Mon Mar  3\r\n" + HEAD + b"Date: Mon, 03 Mar 2025 09:00:00 +0100\r\n\r\nx"
    )
    said = EmlParser().plan(path, max_pages=10).metadata
    assert (said.title, said.author) == ("Lamp", "Maria <maria@example.org>")
    assert said.created_at is not None
    assert said.created_at.astimezone(UTC) == datetime(2025, 3, 3, 8, tzinfo=UTC)


def test_of_two_forms_of_a_text_one_is_read(tmp_path: Path) -> None:
    both = message(text=f"{PROSE}\n")
    both.add_alternative(f"<h2>Lamp</h2><p>{PROSE}</p><p style='display:none'>secret</p>", subtype="html")
    parsed = parse(tmp_path, both.as_bytes())
    assert lines(parsed)[2:] == ["heading2: Lamp", f"paragraph: {PROSE}"]
    assert [(block.text, block.hidden) for block in parsed.blocks if block.hidden] == [("secret", Hidden.INVISIBLE)]
    poor = message(text=f"{PROSE}\n")
    poor.add_alternative("<p>Your program shows no HTML</p>", subtype="html")
    assert lines(parse(tmp_path, poor.as_bytes()))[2:] == [f"paragraph: {PROSE}"]


def test_quoted_history_stays_without_its_marks(tmp_path: Path) -> None:
    text = "I agree.\n\nOn Monday, Ada wrote:\n> Is it lit?\n>> Not yet.\n> When?\n"
    assert lines(parse(tmp_path, message(text=text).as_bytes()))[2:] == [
        "paragraph: I agree.", "paragraph: On Monday, Ada wrote:", "paragraph: Is it lit?", "paragraph: Not yet.",
        "paragraph: When?"]  # fmt: skip


def test_flowed_lines_are_put_together(tmp_path: Path) -> None:
    body = b"The lamp \r\nburns in \r\nthe night.\r\n> and it \r\n> is old\r\n\r\nShort\r\nlines\r\n-- \r\nMaria\r\n"
    parsed = parse(tmp_path, HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + body)
    assert lines(parsed)[2:] == [
        "paragraph: The lamp burns in the night.", "paragraph: and it is old", "paragraph: Short", "paragraph: lines",
        "paragraph: Maria"]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "actual"),
    [
        ("iso-8859-1", "cp1252"),
        ("utf-8", "utf-8"),
        ("no-such", "cp1252"),
        ("us-ascii", "utf-8"),
        ("shift_jis", "utf-8"),
    ],
)
def test_charsets_that_are_wrong(tmp_path: Path, declared: str, actual: str) -> None:
    head = HEAD + f"Content-Type: text/plain; charset={declared}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    text = "Der Wärter schrieb täglich über die Schiffe, das Öl und die Stürme."
    assert lines(parse(tmp_path, head + text.encode(actual)))[2:] == [f"paragraph: {text}"]


def test_japanese_mails_of_seven_bits(tmp_path: Path) -> None:
    head = HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    text = "灯台守は毎朝、天気を書き留めた。"
    assert lines(parse(tmp_path, head + text.encode("iso-2022-jp")))[2:] == [f"paragraph: {text}"]


def test_header_fields_that_are_wrong(tmp_path: Path) -> None:
    head = (
        "Subject: Grüße\r\nFrom: =?no-such?Q?M=E4ria?= <m@example.org>\r\nTo: =?utf-8?B?!!!?=\r\nDate: never\r\n\r\nx"
    )
    found = lines(parse(tmp_path, head.encode("cp1252")))
    assert found[0] == "heading1: Grüße"
    assert "m@example.org" in found[1]
    assert found[2] == "paragraph: x"


def test_attachments_are_read_under_their_names(tmp_path: Path) -> None:
    write_pdf(tmp_path / "a.pdf")
    write_docx(tmp_path / "a.docx")
    mail = message()
    mail.add_attachment((tmp_path / "a.pdf").read_bytes(), maintype="application", subtype="pdf", filename="Lamp.pdf")
    mail.add_attachment((tmp_path / "a.docx").read_bytes(), maintype="application", subtype="octet-stream",
                        filename="Ships.DOCX")  # fmt: skip
    mail.add_attachment(b"Name,Year\nAmity,1875\n", maintype="text", subtype="csv", filename="s.csv")
    mail.add_attachment(b"A note.", maintype="text", subtype="plain", filename="note.txt")
    mail.add_attachment(message("Inner", "Inner text."))
    parsed = parse(tmp_path, mail.as_bytes())
    headings = [block.text for block in parsed.blocks if block.level == 2]
    assert headings == ["Lamp.pdf", "Ships.DOCX", "s.csv", "note.txt", "Inner"]
    texts = [block.text for block in parsed.blocks]
    assert "Name: Amity; Year: 1875" in texts
    assert "A note." in texts
    assert texts[-1] == "Inner text."
    assert all(block.page is None and not block.boxes and not block.spans for block in parsed.blocks)
    assert next(block.level for block in parsed.blocks if block.text == "Ships" and block.level) == 4


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="ship.png")
    mail.add_attachment(b"MZ" + bytes(99), maintype="application", subtype="octet-stream", filename="a/b\\run.exe")
    mail.add_attachment(b"\xd0\xcf", maintype="application", subtype="msword", filename="old.doc")
    mail.add_attachment(b"not a pdf", maintype="application", subtype="pdf", filename="fake.pdf")
    mail.add_attachment(b"x", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    parsed = parse(tmp_path, mail.as_bytes())
    assert [code for code, _ in warned(parsed)] == ["attachment_skipped"] * 5
    details = " / ".join(detail or "" for _, detail in warned(parsed))
    for words in ("ship.png", "run.exe, which is not", "old.doc, which is not supported. Save it as .docx",
                  "fake.pdf: The file is named .pdf but holds plain text", "winmail.dat"):  # fmt: skip
        assert words in details
    assert lines(parsed)[-1] == "paragraph: it burns."


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("multipart/encrypted; boundary=x; protocol=application/pgp-encrypted", "part_unreadable"),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "part_unreadable"),
    ],
)
def test_what_is_encrypted_is_said_to_be(tmp_path: Path, kind: str, code: str) -> None:
    parsed = parse(tmp_path, HEAD + f"Content-Type: {kind}\r\n\r\n--x\r\n\r\nabc\r\n--x--\r\n".encode())
    assert [one for one, _ in warned(parsed)] == [code]
    assert lines(parsed) == ["heading1: Lamp", f"paragraph: {PERSONS}"]


def test_armour_is_no_text(tmp_path: Path) -> None:
    signed = ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt burns.\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n"
              "-----END PGP SIGNATURE-----\n")  # fmt: skip
    assert lines(parse(tmp_path, message(text=signed).as_bytes()))[2:] == ["paragraph: It burns."]
    sealed = parse(tmp_path, message(text="Hi\n-----BEGIN PGP MESSAGE-----\n\nabc\n").as_bytes())
    assert lines(sealed)[2:] == ["paragraph: Hi"]
    assert [code for code, _ in warned(sealed)] == ["part_unreadable"]


def test_an_invitation_is_text(tmp_path: Path) -> None:
    mail = message()
    event = ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Lamp\\, old\r\nDTSTART;TZID=Europe/Oslo:20250303T090000\r\n"
             "ORGANIZER;CN=Ada:mailto:ada@example.org\r\nLOCATION:Gull\r\n  Island\r\nEND:VEVENT\r\n")  # fmt: skip
    mail.add_attachment(event.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    said = "Event: Lamp, old; Begins: 20250303T090000; Organizer: ada@example.org; Place: Gull Island"
    assert lines(parse(tmp_path, mail.as_bytes()))[-1] == f"paragraph: {said}"


def test_a_saved_page_in_a_mail_is_read(tmp_path: Path) -> None:
    body = b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>Lamp</h1><img src=cid:1>\r\n--b\r\n" \
        b"Content-Type: image/png\r\nContent-ID: <1>\r\n\r\nx\r\n--b--\r\n"  # fmt: skip
    parsed = parse(tmp_path, HEAD + b"Content-Type: multipart/related; boundary=b\r\n\r\n" + body)
    assert lines(parsed)[2:] == ["heading1: Lamp"]
    assert warned(parsed) == [("attachment_skipped", "image")]


# -- hostile ---------------------------------------------------------------------------------------


def test_mails_in_mails_end_somewhere(tmp_path: Path) -> None:
    inner = message("0", "the innermost")
    for level in range(1, 20):
        outer = message(str(level), "around")
        outer.add_attachment(inner)
        inner = outer
    parsed = parse(tmp_path, inner.as_bytes())
    assert ("nested_too_deep", None) in warned(parsed)
    assert parsed.blocks[0].text == "19"
    assert all("innermost" not in block.text for block in parsed.blocks)


def test_parts_in_parts_end_somewhere(tmp_path: Path) -> None:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
    try:
        parsed = parse(tmp_path, HEAD + opened + b"\r\nx")
    except CorruptFile:
        return
    assert any(code in ("nested_too_deep", "truncated") for code, _ in warned(parsed))


def test_thousands_of_parts_are_cut_off(tmp_path: Path) -> None:
    body = b"".join(b"--b\r\n\r\npart %d\r\n" % number for number in range(5000))
    parsed = parse(tmp_path, HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body)
    assert [code for code, _ in warned(parsed)] == ["truncated"]
    assert len(parsed.blocks) < eml_parts.MAX_PARTS + 10


def test_attachments_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eml_parts, "MAX_ATTACHED_BYTES", 100)
    mail = message()
    for number in range(5):
        mail.add_attachment(b"word " * 8, maintype="text", subtype="plain", filename=f"{number}.txt")
    parsed = parse(tmp_path, mail.as_bytes())
    assert [block.text for block in parsed.blocks if block.level == 2] == ["0.txt", "1.txt"]
    assert [(one.code, one.count) for one in parsed.warnings] == [("attachment_skipped", 3)]


@given(
    st.lists(
        st.sampled_from(
            [b"\r\n", b"--b\r\n", b"--b--\r\n", b"Content-Type: multipart/alternative; boundary=b\r\n",
             b"Content-Type: text/html; charset=\xff\r\n", b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?Q?=\xff",
             b"Content-Disposition: attachment; filename*=utf-16''%ff\r\n", b"Content-Type: message/rfc822\r\n",
             b"<b>x</b>\r\n", b"Subject: \xe4\r\n", b"\x00",
             b"Content-Type: text/plain; format=flowed; charset=rot13\r\n"]
        ),
        max_size=30,
    ).map(b"".join)
)  # fmt: skip
def test_any_mail_is_read(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    for block in parse(tmp_path_factory.mktemp("eml"), HEAD + body).blocks:
        assert block.text == block.text.strip() != ""
        assert "\n" not in block.text or block.kind in (BlockKind.TABLE, BlockKind.CODE)
