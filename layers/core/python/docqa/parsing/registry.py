"""Which class reads which format. To add one: a module and a line here; the contract suite then runs on it."""

from importlib import import_module
from typing import cast

from docqa.core.models import Format
from docqa.core.ports import Parser

PARSERS: dict[Format, str] = {
    Format.PDF: "docqa.parsing.pdf.parser:PdfParser",
    Format.DOCX: "docqa.parsing.docx.parser:DocxParser",
    Format.PPTX: "docqa.parsing.pptx.parser:PptxParser",
    Format.CSV: "docqa.parsing.csv.parser:CsvParser",
    Format.HTML: "docqa.parsing.html.parser:HtmlParser",
    Format.MARKDOWN: "docqa.parsing.markdown:MarkdownParser",
    Format.TEXT: "docqa.parsing.text.parser:TextParser",
    Format.EML: "docqa.parsing.eml.parser:EmlParser",
    Format.XLSX: "docqa.parsing.xlsx.parser:XlsxParser",
    Format.JSONL: "docqa.parsing.jsonl.parser:JsonLinesParser",
}


def parser_for(format: Format) -> Parser:
    """A parser of the format; its libraries are imported now, not before."""
    module_name, _, class_name = PARSERS[format].partition(":")
    return cast(Parser, getattr(import_module(module_name), class_name)())
