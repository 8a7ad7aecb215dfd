//! What is no image that can be measured is refused with what it is; what an image lacks is a warning.

use expect_test::{Expect, expect};
use plimsoll_analyzer::{OtherFile, analyze};

use crate::support::elf;

#[track_caller]
fn refused(content: &[u8], expected: Expect) {
    let error = analyze(content, &[]).unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.kind));
}

#[track_caller]
fn warned(content: &[u8], expected: Expect) {
    let warnings = analyze(content, &[]).unwrap().warnings;
    let lines: Vec<String> = warnings.iter().map(|it| format!("{}: {}", it.place, it.message)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn other_files_are_known_by_what_they_hold() {
    refused(
        b"!<arch>\n/               0           0     0     0       4         `\n",
        expect!["NotElf: file header: not an ELF file but an archive of object files"],
    );
    refused(
        b"!<thin>\n",
        expect!["NotElf: file header: not an ELF file but a thin archive, which only names object files"],
    );
    refused(
        b":020000040800F2\r\n:00000001FF\r\n",
        expect![
            "NotElf: file header: not an ELF file but an Intel HEX file, which has neither sections nor symbols"
        ],
    );
    refused(
        b"S00600004844521B\nS9030000FC\n",
        expect![
            "NotElf: file header: not an ELF file but an S-record file, which has neither sections nor symbols"
        ],
    );
    refused(
        b"UF2\nWQ\x5d\x9e\0\x20\0\0",
        expect![
            "NotElf: file header: not an ELF file but a UF2 file, which has neither sections nor symbols"
        ],
    );
    refused(
        b"\nMemory Configuration\n\nName             Origin             Length\n",
        expect!["NotElf: file header: not an ELF file but a linker map"],
    );
    refused(
        b"     VMA      LMA     Size Align Out     In      Symbol\n",
        expect!["NotElf: file header: not an ELF file but a linker map"],
    );
}

#[test]
fn what_only_begins_like_one_is_none() {
    let others: [&[u8]; 11] = [
        b"",
        b"\n\r\n",
        b":",
        b":020000040800F3\n",
        b":0200000408\n",
        b":00000001F\n",
        b"S9030000FD\n",
        b"Sure\n",
        b"UF2\n",
        b"!<arch>",
        b"\x7fELF!<arch>\n",
    ];
    for content in others {
        assert_eq!(OtherFile::of(content), None, "{}", content.escape_ascii());
    }
    assert_eq!(OtherFile::of(&[b":".as_slice(), &b"00".repeat(1 << 20)].concat()), None);
    assert_eq!(OtherFile::named("app.BIN"), Some(OtherFile::RawImage));
    assert_eq!(["bin", "app.elf", "app.axf", ""].map(OtherFile::named), [None; 4]);
}

#[test]
fn debug_information_alone_is_no_image() {
    let sections = "section .text 0x8000 64 x nobits\nsection .data 0x20000000 8 w nobits\n\
        section .bss 0x20000008 8 w nobits\nsection .debug_info 0 16 noalloc\nfunc main 0x8001 64";
    let content = elf::build(sections);
    refused(
        &content,
        expect![
            "NoImage: section header table: the file has only debug information (as `objcopy --only-keep-debug` makes it), its code has no content; the ELF that the linker wrote is wanted, or the one that is flashed"
        ],
    );
}

#[test]
fn code_that_is_only_reserved_besides_is_no_debug_file() {
    for stored in ["section .text 0x8000 64 x\n", "section .rodata 0x8000 64\n"] {
        let sections = format!("{stored}section .ram_code 0x20000000 64 x w nobits\nobject a 0x8000 8");
        assert_eq!(analyze(&elf::build(&sections), &[]).unwrap().totals.flash_bytes, 64);
    }
}

#[test]
fn machines_whose_addresses_count_no_bytes_are_named() {
    let built =
        |machine: u16| elf::build(&format!("machine {machine}\nsection .text 0x100 16\nfunc main 0x100 16"));
    refused(
        &built(118),
        expect![
            "UnsupportedMachine: file header: it is for Microchip's dsPIC or PIC24, whose addresses count words and not bytes, so sizes by its addresses would be wrong"
        ],
    );
    refused(
        &built(141),
        expect![
            "UnsupportedMachine: file header: it is for TI's C2000 (C28x), whose addresses count words and not bytes, so sizes by its addresses would be wrong"
        ],
    );
    refused(
        &built(165),
        expect![
            "UnsupportedMachine: file header: it is for the 8051, whose code and data have addresses of their own that overlap, so sizes by its addresses would be wrong"
        ],
    );
    for machine in [101, 133, 136, 142, 160, 161, 200, 204, 219] {
        let error = analyze(&built(machine), &[]).unwrap_err();
        assert_eq!(format!("{:?}", error.kind), "UnsupportedMachine", "{machine}");
    }
    // TI's C6000, AVR, MSP430, TriCore.
    for machine in [140, 83, 105, 44] {
        assert!(analyze(&built(machine), &[]).is_ok(), "{machine}");
    }
}

#[test]
fn a_stripped_image_is_measured_with_a_warning() {
    warned(
        &elf::build("section .text 0x8000 64 x"),
        expect![
            "symbol table: it has no symbols (it was stripped): the sizes of sections and regions are right, but what they are made of is known only as far as a linker's map tells; give the ELF as the linker wrote it"
        ],
    );
    warned(&elf::build("section .text 0x8000 64 x\nfunc main 0x8001 64"), expect![""]);
    warned(&elf::build("section .data 0x20000000 64 w"), expect![""]);
    warned(&elf::build("kind rel\nsection .text 0 64 x"), expect![""]);
}

#[test]
fn where_debug_information_was_moved_to_is_told() {
    let link = "section .text 0x8000 64 x\nfunc main 0x8001 64\nsection .gnu_debuglink 0 12 noalloc\n\
        word .gnu_debuglink 0 0x2e707061\nword .gnu_debuglink 4 0x00676264\n\
        section .note.gnu.build-id 0x9000 20\nword .note.gnu.build-id 16 0xefbeadde";
    warned(
        &elf::build(link),
        expect![
            "section .gnu_debuglink: debug information was moved to app.dbg (build id deadbeef), which is not read: source lines are not known"
        ],
    );
    warned(
        &elf::build(&format!("{link}\nsection .debug_info 0 4 noalloc")),
        expect![".debug_info: damaged debug information: unexpected end of input"],
    );
}
