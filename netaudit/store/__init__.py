"""Run folders: facts written as they come, read back as a book."""
