//! What programs that print with cfmt do.
