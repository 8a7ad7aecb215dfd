//! What the loader and picotool find in the image beside the program.

/// For the W25Q080 flash of the Pico; its last four bytes are the checksum that the boot ROM wants.
#[unsafe(link_section = ".boot2")]
#[unsafe(no_mangle)]
#[used]
static BOOT2_FIRMWARE: [u8; 256] = rp2040_boot2::BOOT_LOADER_W25Q080;

/// Names the program for `picotool info`, and says what a panic does: `halt` unless it is said, or `report`.
/// Each binary says it once.
///
/// The date of the build is left out, so that the same source gives the same image.
#[macro_export]
macro_rules! program_info {
    ($name:literal) => {
        $crate::program_info!($name, on_panic: halt);
    };
    ($name:literal, on_panic: $on_panic:ident) => {
        #[unsafe(link_section = ".bi_entries")]
        #[used]
        static PROGRAM_INFO: [$crate::board::rp_binary_info::EntryAddr; 2] = [
            $crate::board::rp_binary_info::rp_program_name!($name),
            $crate::board::rp_binary_info::rp_cargo_version!(),
        ];

        #[panic_handler]
        fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
            $crate::board::panic::$on_panic(info)
        }
    };
}
