//! Running a bundle: find an interpreter, unpack into the cache, hand over.
