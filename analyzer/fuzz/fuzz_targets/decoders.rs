//! Any bytes as the code of every machine, with constants behind it: references, graph and stack.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_analyzer_fuzz::{elf, parts};

/// x86, ARM, x86-64, AVR, Xtensa, RISC-V.
const MACHINES: [u16; 6] = [3, 40, 62, 83, 94, 243];

fuzz_target!(|data: &[u8]| {
    let Some((machine, rest)) = data.split_first() else { return };
    let machine = MACHINES[usize::from(*machine) % MACHINES.len()];
    let parts = parts(rest, 3);
    let image = elf(machine, &[(".text", parts[2]), (".rodata", parts[0]), (".stack_sizes", parts[1])]);
    let report = plimsoll_analyzer::analyze(&image, &[]);
    for root in report.iter().filter_map(|it| it.stack.as_ref()).flat_map(|it| &it.roots) {
        let sum: u64 = root.path.iter().map(|it| it.frame_bytes).sum();
        assert_eq!(sum + root.hardware_bytes, root.worst_bytes);
    }
    let _ = plimsoll_analyzer::branches(&image);
});
