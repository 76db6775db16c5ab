"""Jobs, concurrency, resume: turns an inventory into facts."""
