"""Text of pages that are only pictures, by Tesseract."""
