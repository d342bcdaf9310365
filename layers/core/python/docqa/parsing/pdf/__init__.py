"""PDF by PyMuPDF: lines, columns, headings, tables, what does not show."""
