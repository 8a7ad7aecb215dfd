//! What the macros expand to, and how format strings are read.
