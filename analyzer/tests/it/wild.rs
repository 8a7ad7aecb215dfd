//! Inputs from public bug reports and real images, each cut down to what is ours and small; their sources are in
//! `analyzer/tests/wild`. One module per case, named like its folder; each stands for its whole kind.

mod armlink;
mod avr;
mod avr_call_prologues;
mod avr_link_error;
mod avr_pointers;
mod avr_rodata;
mod avr_trampolines;
mod cmse;
mod code_constants;
mod cppclones;
mod ctable;
mod dropped_lines;
mod lld_gap;
mod lld_limit;
mod lldbss;
mod memory_forward;
mod merged_globals;
mod mulconst;
mod outer;
mod outlined_diff;
mod overflow;
mod pico_stack;
mod preindex;
mod runs_on;
mod rust_outlined;
mod rvanchor;
mod rwe;
mod rwx_region;
mod save_restore;
mod script_comments;
mod script_include;
mod stack;
mod threads;
mod tricore_script;
mod vectors;
mod veneer_stack;
mod version;
mod windows;
mod zcmp;
mod zlike;

use plimsoll_analyzer::{Report, ScriptFile, Scripts, parse_layout};

use crate::support::elf;

/// An image of RISC-V whose code, given in halves, begins where it is entered; what else it has.
fn riscv(code: &str, rest: &str) -> Vec<u8> {
    let mut elf = elf::build(&format!("machine riscv\n{}\n{rest}", halves(code, 0x2000_0000)));
    elf[24..28].copy_from_slice(&0x2000_0000_u32.to_le_bytes());
    elf
}

/// The same of AVR, which is entered at 0.
fn avr(code: &str, rest: &str) -> Vec<u8> {
    elf::build(&format!("machine 83\n{}\n{rest}", halves(code, 0)))
}

fn halves(code: &str, address: u64) -> String {
    let halves: Vec<&str> = code.split_whitespace().collect();
    let section = format!("section .text {address} {} x\n", halves.len() * 2);
    let lines = halves.iter().enumerate().map(|(idx, it)| format!("half .text {} 0x{it}\n", idx * 2));
    section + &lines.collect::<String>()
}

/// The first root: `name bytes[+]: frame name, …`.
fn frames(report: &Report) -> String {
    let root = &report.stack.as_ref().unwrap().roots[0];
    let path: Vec<String> = root.path.iter().map(|it| format!("{} {}", it.frame_bytes, it.name)).collect();
    let more = if root.uncertain_because.is_empty() { "" } else { "+" };
    format!("{} {}{more}: {}", root.name, root.worst_bytes, path.join(", "))
}

/// What is said of a script that is read all the same.
fn warnings_of(script: &str) -> String {
    let scripts = Scripts { files: vec![ScriptFile::new("", script)], ..Scripts::default() };
    let layout = parse_layout(&scripts).unwrap_or_else(|error| panic!("{error}\n{script}"));
    layout.warnings.iter().map(|it| format!("{it}\n")).collect()
}
