//! Two places of the flash that hold records: its last two sectors.

mod serial;

use crate::record::{Place, RECORD_BYTES, Record, Saved};

/// Where the flash is seen without the cache, which would still know what stood there before.
const UNCACHED_ADDRESS: usize = 0x1300_0000;

/// Where flash begins.
const LOADER_ADDRESS: usize = 0x1000_0000;

/// The offset of each place: sectors of 4 KiB at the end of 2 MiB. `memory.x` keeps the program out of them.
const OFFSETS: [u32; 2] = [0x1f_e000, 0x1f_f000];

/// What both places say.
pub fn saved() -> Saved {
    Saved::choose(OFFSETS.map(|offset| Place::read(&read(offset))))
}

/// Erases a place, 0 or 1, and writes a record there. Interrupts are off meanwhile, since their code is in
/// flash: 45 ms as a rule, 400 ms at worst. Its 256 bytes of stack are not the main loop's all the time.
#[inline(never)]
pub fn write(place: usize, record: Record) {
    let offset = OFFSETS[place & 1];
    let bytes = record.to_bytes();
    let mut loader = [0; serial::LOADER_WORDS];
    copy_loader(&mut loader);
    // SAFETY: the places belong to nobody else; record and loader are on the stack, which is RAM.
    cortex_m::interrupt::free(|_| unsafe { serial::replace_sector(offset, &bytes, &loader) });
}

fn read(offset: u32) -> [u8; RECORD_BYTES] {
    let address = UNCACHED_ADDRESS + offset as usize;
    // SAFETY: flash can always be read, and the compiler must not remember what it read before.
    unsafe { core::ptr::read_volatile(address as *const [u8; RECORD_BYTES]) }
}

/// Copies the loader's second stage, which sets up execution from flash; where it runs, flash cannot be read
/// yet. In place, since a copy that is returned would stand on the stack twice.
fn copy_loader(loader: &mut serial::Loader) {
    for (idx, word) in loader.iter_mut().enumerate() {
        let address = LOADER_ADDRESS + idx * size_of::<u32>();
        // SAFETY: the chip's flash begins with the loader, and it can be read as words.
        *word = unsafe { core::ptr::read_volatile(address as *const u32) };
    }
}
