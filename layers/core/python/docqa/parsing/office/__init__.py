"""What Word files, presentations and workbooks have in common."""
