"""What to tell somebody whose file is of a kind that is not read."""

from docqa.core.models import Format, extension_of

_PICTURE = "Put the picture into a PDF: its text is then read by character recognition."
_ARCHIVE = "Unpack it and upload the files that are in it."
_TEXT = "Rename it to .txt to have it read as plain text."
_ADVICE = {
    extension: sentence
    for extensions, sentence in (
        ("doc dot rtf odt wps wpd", "Save it as .docx."),
        ("ppt pps pot odp", "Save it as .pptx."),
        ("xls xlsb xlt ods", "Save it as {workbook}."),
        ("pages key numbers", "Export it as a PDF."),
        ("msg", "Save the message as .eml."),
        ("mht mhtml", "Save the page as .html."),
        ("epub mobi azw3 djvu xps ps eps ai", "Convert it to a PDF."),
        ("png jpg jpeg gif tif tiff bmp webp heic heif svg", _PICTURE),
        ("zip 7z rar gz tgz tar bz2 xz", _ARCHIVE),
        ("json xml yaml yml toml ini rst tex adoc org srt vtt sql py js ts java c h cpp cs go rs sh", _TEXT),
    )
    for extension in extensions.split()
}


def advice(extension: str) -> str | None:
    """A sentence that says how a file of this extension could be read after all; None if there is no good way."""
    workbook = ".xlsx" if Format.of_filename("a.xlsx") else ".csv, one file a sheet"
    sentence = _ADVICE.get(extension)
    return sentence and sentence.format(workbook=workbook)


def refusal(filename: str) -> str:
    """Why a file of this name is not accepted, which formats are, and what to do."""
    extension = extension_of(filename)
    known = ", ".join(sorted(format.value.upper() for format in Format))
    reason = f"Files of type {extension[:20] or 'unknown'!r} are not supported; {known} are."
    hint = advice(extension)
    return f"{reason} {hint}" if hint else reason
