//! The pyc file: its 16-byte header, the source hash, file names.
