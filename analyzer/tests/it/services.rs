//! Which lines ask a library of C for something, and what goes with them.

use std::path::Path;
use std::process::Command;

use plimsoll_analyzer::{Report, analyze};

/// An object file of a library as they are built: all functions in one section, one of which nobody needs.
const LIBRARY: &str = "\
extern volatile unsigned port[4];
static const unsigned powers[10] = {1, 10, 100, 1000, 10000, 100000};
__attribute__((noinline)) void _printf_i(unsigned it) { port[1] = powers[it % 10]; }
int printf(const char *format, ...) { while (*format) _printf_i((unsigned)*format++); return 0; }
int vprintf(const char *format, void *list) { port[3] = (unsigned)list; return printf(format) * 7; }
";

fn run(folder: &Path, line: &str) -> Option<()> {
    let mut words = line.split_whitespace();
    match Command::new(words.next().unwrap()).args(words).current_dir(folder).output() {
        Ok(it) => assert!(it.status.success(), "{}", String::from_utf8_lossy(&it.stderr)),
        Err(error) => {
            eprintln!("skipped: {line}: {error}");
            return None;
        }
    }
    Some(())
}

/// The report of a program with these lines in `main`; `None`, with a message, where there is no compiler.
fn report(lines: &str) -> Option<Report> {
    let folder = tempfile::tempdir().unwrap();
    let main = format!(
        "volatile unsigned port[4];\nint printf(const char *, ...);\nvoid main(void) {{\n  port[0] = 1;\n{lines}\n  \
         port[0] = 2;\n}}\n"
    );
    std::fs::create_dir(folder.path().join("newlib")).unwrap();
    std::fs::write(folder.path().join("newlib/printf.c"), LIBRARY).unwrap();
    std::fs::write(folder.path().join("main.c"), main).unwrap();
    let flags = "-mcpu=cortex-m3 -mthumb -Os -g -ffreestanding -fno-builtin -c";
    let compiled = format!("arm-none-eabi-gcc {flags} -ffunction-sections main.c -o main.o");
    run(folder.path(), &compiled)?;
    run(folder.path(), &format!("arm-none-eabi-gcc {flags} newlib/printf.c -o printf.o"))?;
    run(folder.path(), "arm-none-eabi-ar rcs libc.a printf.o")?;
    let linking = "-Ttext=0x8000 -Tdata=0x20000000 -e main --gc-sections main.o libc.a -o main.elf";
    run(folder.path(), &format!("arm-none-eabi-ld {linking}"))?;
    Some(analyze(&std::fs::read(folder.path().join("main.elf")).unwrap(), &[]).unwrap())
}

#[test]
fn the_line_that_asks_for_printf_is_named_with_all_that_the_linker_brings_for_it() {
    let Some((with, without)) = report("  printf(\"now\");").zip(report("")) else { return };
    let service = &with.services[0];
    assert_eq!(service.name, "`printf`");
    let lines: Vec<(&str, u32)> = service.blame.lines.iter().map(|it| (it.file.as_str(), it.line)).collect();
    assert_eq!(lines, [("main.c", 5)], "the library's own calls are not the reader's");
    let saved = with.totals.flash_bytes - without.totals.flash_bytes;
    let told = service.blame.saves_at_least_bytes;
    assert!(told.abs_diff(saved) <= 8, "{told} told, {saved} saved");
    let unneeded = with.symbols.iter().find(|it| it.name == "vprintf").unwrap();
    assert_eq!(unneeded.reachable, Some(false), "nobody asks for it, and it goes along");
}

#[test]
fn a_line_alone_saves_nothing_where_another_asks_for_the_same() {
    let Some(report) = report("  printf(\"now\");\n  printf(\"then\");") else { return };
    let blame = &report.services[0].blame;
    assert_eq!(blame.lines.len(), 2);
    let alone = blame.lines.iter().map(|it| it.saves_at_least_bytes).max().unwrap();
    assert!(alone < 40 && blame.saves_at_least_bytes > 100, "{blame:?}");
    assert!(report.formatting.blame.is_some_and(|it| it.lines.is_empty()), "that is about Rust");
}
