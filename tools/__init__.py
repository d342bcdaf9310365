"""What developers run; nothing of it is deployed or imported by what is."""
