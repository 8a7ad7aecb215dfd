//! What stands in front of the program: the second stage of the loader.

/// For the W25Q080 flash of the Pico; its last four bytes are the checksum that the boot ROM wants.
#[unsafe(link_section = ".boot2")]
#[unsafe(no_mangle)]
#[used]
static BOOT2_FIRMWARE: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;
