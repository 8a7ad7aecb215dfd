//! What the parts of the firmware do together, on a host.

mod dprintf;
