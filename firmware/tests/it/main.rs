//! What the parts of the firmware do together, on a host.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod dprintf;
