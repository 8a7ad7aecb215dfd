//! Reachability, retained sizes, and answers to "why".

use std::fmt::Write;

use expect_test::{Expect, expect};
use plimsoll_analyzer::graph::SourceLine;
use plimsoll_analyzer::{Report, WhyError};

use crate::support::{corpus, elf, explain};

/// Flash with a vector table, three functions and a table; main calls used, which loads the address
/// of the table out of its literal pool. Nobody calls dead, which calls used as well.
const IMAGE: &str = "
    section .vector_table 0x10000000 8
    section .text 0x10000100 0x40 x
    section .rodata 0x10000200 16
    section .bss 0x20000000 8 w nobits
    object __VECTORS 0x10000000 8
    func main 0x10000101 8
    func used 0x10000109 8
    func dead 0x10000111 8
    func never 0x10000119 8
    object table 0x10000200 8
    object counter 0x20000000 8
    label $t 0x10000100 0 local
    label $d 0x1000010c 0 local
    label $t.1 0x10000110 0 local
    word .vector_table 0 0x20000008
    word .vector_table 4 0x10000101
    half .text 0 0xf000
    half .text 2 0xf802
    half .text 4 0xe7fe
    half .text 8 0x4800
    half .text 10 0x4770
    word .text 12 0x10000200
    half .text 16 0xf7ff
    half .text 18 0xfffa
    half .text 20 0xf000
    half .text 22 0xf800
    half .text 24 0x4770
    word .rodata 0 0x10000208
    word .rodata 8 0x20000000";

/// One line per symbol: own and retained bytes, and whether anybody leads to it.
fn rows(report: &Report) -> String {
    let mut text = String::new();
    for it in &report.symbols {
        let reachable = if it.reachable.unwrap() { "" } else { " unreachable" };
        let parts = format!("{} + {}", it.retained_flash_bytes, it.retained_ram_bytes);
        let retained = it.retained_bytes.unwrap();
        writeln!(text, "{} {} retains {retained} = {parts}{reachable}", it.name, it.size_bytes).unwrap();
    }
    text
}

fn summary(report: &Report) -> String {
    let graph = report.graph.as_ref().unwrap();
    let mut text = format!(
        "{:?}: {} edges, {} unknown calls, {} bytes reachable, {} not\n",
        graph.edge_source,
        graph.n_edges,
        graph.n_unknown_calls,
        graph.reachable_bytes,
        graph.unreachable_bytes
    );
    for it in &graph.roots {
        writeln!(text, "{:?} {:#x} {}", it.kind, it.address, it.name).unwrap();
    }
    text
}

fn why(name: &str) -> String {
    let why = match plimsoll_analyzer::why(&elf::build(IMAGE), name) {
        Ok(why) => why,
        Err(error) => return error.to_string(),
    };
    let mut text = format!(
        "{} {}, retains {} = {} + {}, from {:?}\n",
        why.symbol.name,
        why.size_bytes,
        why.retained_bytes,
        why.retained_flash_bytes,
        why.retained_ram_bytes,
        why.root
    );
    for it in &why.path {
        let at = it.at_address.map_or(String::new(), |it| format!(" at {it:#x}"));
        let kind = it.kind.map_or(String::new(), |it| format!(" {it:?}"));
        writeln!(text, "path {:#x} {}{at}{kind}", it.address, it.name).unwrap();
    }
    let names: Vec<&str> = why.dominators.iter().map(|it| it.name.as_str()).collect();
    writeln!(text, "dominators {}", names.join(", ")).unwrap();
    for it in &why.kept_by {
        writeln!(text, "kept by {} at {:x?}", it.name, it.at_addresses).unwrap();
    }
    text
}

#[track_caller]
fn check(found: &str, expected: Expect) {
    expected.assert_eq(found);
}

#[test]
fn what_a_symbol_retains_goes_with_it() {
    check(
        &rows(&explain(IMAGE)),
        expect![[r#"
            __VECTORS 8 retains 48 = 40 + 8
            counter 8 retains 8 = 0 + 8
            dead 8 retains 8 = 8 + 0 unreachable
            main 8 retains 40 = 32 + 8
            never 8 retains 8 = 8 + 0 unreachable
            table 8 retains 24 = 16 + 8
            used 8 retains 32 = 24 + 8
            constant of table 4 retains 4 = 4 + 0
            pointers of table 4 retains 16 = 8 + 8
        "#]],
    );
}

#[test]
fn roots_are_the_vectors_and_what_they_lead_to_is_reachable() {
    check(
        &summary(&explain(IMAGE)),
        expect![[r#"
            Decoded: 8 edges, 0 unknown calls, 48 bytes reachable, 16 not
            Vector 0x10000000 __VECTORS
        "#]],
    );
}

#[test]
fn startup_code_of_several_labels_in_a_row_is_one_way() {
    // jmp init; init: eor r1, r1; copy: call main; main: ret
    let image = "
        machine 83
        section .text 0x0 14 x align 2
        label vectors 0x0 0
        label init 0x4 0
        label copy 0x6 0
        func main 0xa 2
        func never 0xc 2
        half .text 0 0x940c
        half .text 2 0x0002
        half .text 4 0x2411
        half .text 6 0x940e
        half .text 8 0x0005
        half .text 10 0x9508
        half .text 12 0x9508";
    let report = explain(image);
    let unreachable = report.symbols.iter().filter(|it| it.reachable == Some(false));
    let unreachable: Vec<&str> = unreachable.map(|it| it.name.as_str()).collect();
    assert_eq!(unreachable, ["never"]);
}

#[test]
fn an_array_between_borders_is_walked_by_start_up_code() {
    let report = explain(
        "section .text 0x100 16 x\nsection .rodata 0x200 16\nlabel $t 0x100 0 local
         func init 0x101 8\nobject entry 0x200 8\nobject other 0x208 8
         absolute _x_array_start 0x200 0\nabsolute _x_array_end 0x208 0\nword .rodata 0 0x101",
    );
    let reachable = |name: &str| report.symbols.iter().find(|it| it.name == name).unwrap().reachable;
    assert_eq!(["init", "entry", "other"].map(reachable), [Some(true), Some(true), Some(false)]);
}

#[test]
fn why_names_the_way_and_who_keeps_it() {
    check(
        &why("counter"),
        expect![[r#"
            counter 8, retains 8 = 0 + 8, from Some(Vector)
            path 0x10000000 __VECTORS at 0x10000004 Data
            path 0x10000100 main at 0x10000100 Call
            path 0x10000108 used at 0x10000108 Address
            path 0x10000200 table at 0x10000200 Data
            path 0x10000208 pointers of table at 0x10000208 Data
            path 0x20000000 counter
            dominators pointers of table, table, used, main, __VECTORS
            kept by pointers of table at [10000208]
        "#]],
    );
    check(
        &why("dead"),
        expect![[r#"
            dead 8, retains 8 = 8 + 0, from None
            dominators 
        "#]],
    );
}

#[test]
fn a_report_of_the_first_version_is_still_read() {
    let report = explain(IMAGE);
    let mut json = serde_json::to_value(&report).unwrap();
    json.as_object_mut().unwrap().remove("graph");
    for table in ["symbols", "crates"] {
        for row in json[table].as_array_mut().unwrap() {
            row.as_object_mut()
                .unwrap()
                .retain(|it, _| !["retained_bytes", "reachable"].contains(&it.as_str()));
        }
    }
    let old: Report = serde_json::from_value(json).unwrap();
    assert_eq!((old.graph, old.symbols[0].reachable, old.crates[0].retained_bytes), (None, None, None));
    assert_eq!(old.totals, report.totals);
}

/// Two functions that are local to their files, of which the second has another name besides.
const NAMESAKES: &str = "section .text 0x100 16 x\nfunc init 0x101 8 local\nfunc init 0x109 8 local
    func alias 0x109 8 local\nfunc other::reset 0x105 0";

#[test]
fn symbols_of_one_name_are_told_apart_by_their_addresses() {
    let image = elf::build(NAMESAKES);
    let asked = |name: &str| match plimsoll_analyzer::why(&image, name) {
        Ok(why) => format!("{} {:#x}", why.symbol.name, why.symbol.address),
        Err(error) => error.to_string(),
    };
    let names = [
        "init",
        "init@0x100",
        "init@0x109",
        "alias",
        "@0x108",
        "init@0x104",
        "init@0x",
        "init@glibc",
        "@0x2",
    ];
    let answers: Vec<String> = names.map(asked).into();
    check(
        &(answers.join("\n") + "\n"),
        expect![[r#"
            2 symbols fit "init", for example init@0x100, alias@0x108
            init 0x100
            alias 0x108
            alias 0x108
            alias 0x108
            no symbol is called "init@0x104"
            no symbol is called "init@0x"
            no symbol is called "init@glibc"
            no symbol is called "@0x2"
        "#]],
    );
    let Err(WhyError::Ambiguous { candidates, .. }) = plimsoll_analyzer::why(&image, "init") else {
        panic!()
    };
    let addresses = candidates.iter().map(|it| plimsoll_analyzer::why(&image, it).unwrap().symbol.address);
    assert_eq!(addresses.collect::<Vec<u64>>(), [0x100, 0x108]);
}

#[test]
fn what_the_report_names_why_calls_alike() {
    for (name, content) in corpus::all() {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let anonymous =
            report.symbols.iter().filter(|it| it.mangled.is_empty() && it.reachable == Some(true));
        for it in anonymous.take(3) {
            let asked = format!("{}@{:#x}", it.name, it.run_address);
            let why = plimsoll_analyzer::why(&content, &asked).unwrap();
            assert_eq!(
                (&why.symbol.name, why.retained_bytes),
                (&it.name, it.retained_bytes.unwrap()),
                "{name}"
            );
        }
    }
}

#[test]
fn why_says_what_it_cannot_find() {
    check(&why("missing"), expect![[r#"no symbol is called "missing""#]]);
}

#[test]
fn a_machine_without_a_decoder_keeps_the_rest() {
    let report = explain("machine 44\nsection .text 0x100 32 x\nfunc main 0x100 32");
    assert_eq!(
        (report.graph, report.symbols[0].retained_bytes, report.symbols[0].reachable),
        (None, None, None)
    );
    check(
        &report.warnings[0].message,
        expect!["no decoder for tricore and no relocations, so nothing is said about references"],
    );
    let report = explain("endian big\nsection .text 0x100 32 x\nfunc main 0x100 32");
    check(
        &report.warnings[0].message,
        expect!["no decoder for big-endian arm and no relocations, so nothing is said about references"],
    );
    let image = elf::build("machine 44\nsection .text 0x100 32 x\nfunc main 0x100 32");
    assert!(matches!(plimsoll_analyzer::why(&image, "main"), Err(WhyError::NoGraph(_))));
}

#[test]
fn retained_sizes_obey_their_laws() {
    for (name, content) in corpus::all().into_iter().chain(corpus::truths()) {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let Some(graph) = &report.graph else { continue };
        let owned: u64 = report.symbols.iter().map(|it| it.size_bytes).sum();
        let anonymous = report.totals.unattributed_bytes;
        assert!(graph.reachable_bytes + graph.unreachable_bytes >= owned, "{name}");
        assert!(graph.reachable_bytes + graph.unreachable_bytes <= owned + anonymous, "{name}");
        for it in &report.symbols {
            assert!(it.retained_bytes >= Some(it.size_bytes), "{name}: {it:?}");
            let limit = if it.reachable == Some(true) { graph.reachable_bytes } else { it.size_bytes };
            assert!(it.retained_bytes <= Some(limit), "{name}: {it:?}");
            let (flash, ram) = (it.retained_flash_bytes, it.retained_ram_bytes);
            let whole = it.retained_bytes.unwrap();
            assert!(flash <= whole && ram <= whole && whole <= flash + ram, "{name}: {it:?}");
        }
        let biggest = report.crates.iter().filter_map(|it| it.retained_bytes).max().unwrap();
        assert!(biggest <= owned + anonymous, "{name}");
    }
}

#[test]
fn what_a_shared_library_offers_is_reachable() {
    let content = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
    let Some(graph) = report.graph.filter(|_| report.header.kind == "shared") else { return };
    assert!(graph.unreachable_bytes < graph.reachable_bytes / 10, "{} B", graph.unreachable_bytes);
}

#[test]
fn the_way_to_a_symbol_has_source_lines() {
    let Some(content) = corpus::file("m0p-rust-rp2040-embassy.elf") else { return };
    let why = plimsoll_analyzer::why(&content, "core::fmt::write").unwrap();
    let lines: Vec<String> = why.path.iter().flat_map(|it| &it.line).map(place).collect();
    assert!(lines.contains(&"rtt-target-0.5.0/src/print.rs:40".to_owned()), "{lines:?}");
    assert_eq!(lines.len() + 2, why.path.len(), "all but the assembly and the end have one: {lines:?}");
    assert!(why.kept_by.iter().all(|it| !it.lines.is_empty()), "{:?}", why.kept_by);
}

#[test]
fn of_inlined_code_the_line_outside_of_the_standard_library_is_named_too() {
    let Some(content) = corpus::file("m0p-rust-rp2040-embassy.elf") else { return };
    let why = plimsoll_analyzer::why(&content, "core::option::unwrap_failed").unwrap();
    let lines = why.kept_by.iter().flat_map(|it| &it.lines).map(place);
    let lines: Vec<String> = lines.map(|it| it.rsplit('/').next().unwrap().to_owned()).collect();
    // What the standard library itself unwraps has no line outside of it.
    assert_eq!(lines, ["RP2040.rs:24", "RP2040.rs:27", "RP2040.rs:30", "option.rs:932", "option.rs:932"]);
}

fn place(line: &SourceLine) -> String {
    format!("{}:{}", line.file, line.line)
}

#[test]
fn in_real_firmware_there_is_a_reason_for_almost_everything() {
    for (name, content) in corpus::truths() {
        let report = plimsoll_analyzer::analyze(&content, &[]).unwrap();
        let main = report.symbols.iter().find(|it| it.mangled == "main").unwrap();
        assert!(main.retained_bytes > Some(10_000), "{name}: {main:?}");
        let why = plimsoll_analyzer::why(&content, "core::fmt::write").unwrap();
        assert!(why.reachable && !why.path.is_empty() && !why.kept_by.is_empty(), "{name}");
        let unreachable: Vec<_> = report.symbols.iter().filter(|it| it.reachable == Some(false)).collect();
        assert!(unreachable.iter().map(|it| it.size_bytes).sum::<u64>() < 256, "{name}: {unreachable:?}");
    }
}
