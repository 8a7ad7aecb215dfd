//! Statics that LLVM merged into one block.

use plimsoll_analyzer::{analyze, diff, references};

use crate::support::inputs::Case;
use crate::support::{elf, explain, laws, memory, symbols};

#[test]
fn a_block_owns_only_what_no_name_in_it_covers() {
    let image = |size: u64| {
        explain(&format!(
            "machine riscv
             section .text 0x8000 8 x
             section .bss 0xc000 {} w nobits align 8
             func _start 0x8000 8
             object .L_MergedGlobals 0xc000 {} local
             object _ZN3app5TICKS17h0123456789abcdefE.0 0xc000 1 local
             object _ZN5radio4SENT17h0123456789abcdefE.0 0xc004 4 local
             object _ZN5radio5QUEUE17h0123456789abcdefE 0xc008 {size} local",
            size + 24,
            size + 24
        ))
    };
    let (old, new) = (image(800), image(1200));
    // The three bytes behind TICKS align what is next; what is behind QUEUE has no name.
    assert_eq!(
        symbols(&old),
        "radio::QUEUE .bss 0xc008 800 radio\n\
         .L_MergedGlobals .bss 0xc328 16 -\n\
         _start .text 0x8000 8 -\n\
         radio::SENT.0 .bss 0xc004 4 radio\n\
         app::TICKS.0 .bss 0xc000 1 app\n"
    );
    assert_eq!(old.totals.padding_bytes, 3);
    let changes: Vec<_> = diff(&old, &new).symbols.into_iter().map(|it| (it.name, it.delta_bytes)).collect();
    assert_eq!(changes, [("radio::QUEUE".to_owned(), 400)]);
}

#[test]
fn a_block_that_names_cover_is_an_alias_and_keeps_all_of_them() {
    // lui a0, 0xc; sw zero, 4(a0); ret
    let image = elf::build(
        "machine riscv
         section .text 0x8000 12 x
         section .bss 0xc000 16 w nobits align 8
         word .text 0 0x0000c537
         word .text 4 0x00052223
         word .text 8 0x00008067
         func _start 0x8000 12
         object _MergedGlobals.3 0xc000 16 local
         object a 0xc000 4 local
         object b 0xc004 4 local
         object c 0xc008 8 local",
    );
    let report = analyze(&image, &[]).unwrap();
    let block = report.symbols.iter().find(|it| it.name == "a").unwrap();
    assert_eq!(block.aliases, ["_MergedGlobals.3"]);
    let mut targets: Vec<u64> =
        references(&image, None).unwrap().iter().map(|it| it.target_address).collect();
    targets.sort_unstable();
    targets.dedup();
    assert_eq!(targets, [0xc000, 0xc004, 0xc008]);
}

#[test]
fn what_rustc_merges_belongs_to_its_crates() {
    let built = |file| Case::of("merged-globals").given(file);
    let (Some(old), Some(new)) = (built("r1.elf"), built("r2.elf")) else { return };
    let regions = memory(&Case::of("merged-globals").text("m.ld"));
    let [old, new] = [old, new].map(|it| {
        let report = analyze(&it, &regions).unwrap();
        laws::check(&report);
        report
    });
    let ram: Vec<_> = old.crates.iter().map(|it| (it.name.as_str(), it.ram_bytes)).collect();
    assert_eq!(ram[..2], [("radio", 804), ("app", 4)]);
    assert_eq!(old.graph.as_ref().unwrap().unreachable_bytes, 0);
    let queue = old.symbols.iter().find(|it| it.name == "radio::QUEUE").unwrap();
    assert_eq!(queue.file.map(|it| old.files[it].path.as_str()), Some("radio.rs"));
    let changes: Vec<_> = diff(&old, &new).symbols.into_iter().map(|it| (it.name, it.delta_bytes)).collect();
    assert_eq!(changes, [("radio::QUEUE".to_owned(), 400)]);
}
