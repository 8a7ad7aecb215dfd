//! The table against GNU's disassembler: which registers an instruction reads and writes, of all 65,536 words.

use std::io::Write;
use std::process::Command;

use super::{Class, decode};

/// What `avr-objdump` makes of every word, each before a word of zeroes; nothing where it is not installed.
fn by_objdump() -> Vec<(u32, String)> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let words = (0..=0xffff_u16).flat_map(|it| [it.to_le_bytes(), [0; 2]]);
    file.write_all(&words.flatten().collect::<Vec<u8>>()).unwrap();
    let arguments = ["-D", "-b", "binary", "-m", "avr:107", "-z"];
    let Ok(output) = Command::new("avr-objdump").args(arguments).arg(file.path()).output() else {
        eprintln!("skipped: there is no avr-objdump");
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout).lines().filter_map(told).collect()
}

/// The number and the words of a line of the listing: address, code, instruction, parted by tabs.
fn told(line: &str) -> Option<(u32, String)> {
    let (address, rest) = line.trim_start().split_once(":\t")?;
    let address = u32::from_str_radix(address, 16).ok().filter(|it| it.is_multiple_of(4))?;
    let (_, instruction) = rest.split_once('\t')?;
    let text = instruction.split(';').next().unwrap().replace('\t', " ");
    Some((address / 4, text.trim().to_owned()))
}

fn register(operand: &str) -> Option<u32> {
    let number = operand.trim().strip_prefix('r')?.parse::<u32>().ok()?;
    (number < 32).then_some(1 << number)
}

/// The pair in an address such as `Y+5`, `-X`, `Z`.
fn address(operand: &str) -> Option<(u32, bool)> {
    let operand = operand.trim();
    let pair = match operand.trim_matches(['+', '-']).chars().next()? {
        'X' => 26,
        'Y' => 28,
        'Z' => 30,
        _ => return None,
    };
    Some((3 << pair, operand.starts_with('-') || operand.ends_with('+')))
}

/// What the manual says of operands: (read, written).
fn registers(text: &str) -> (u32, u32) {
    let (mnemonic, operands) = text.split_once(' ').unwrap_or((text, ""));
    let operands: Vec<&str> = operands.split(',').collect();
    let first = operands.first().and_then(|it| register(it)).unwrap_or(0);
    let second = operands.get(1).and_then(|it| register(it)).unwrap_or(0);
    let (pair, moved) = operands.iter().find_map(|it| address(it)).unwrap_or_default();
    let moved = if moved { pair } else { 0 };
    let z = 3 << 30;
    match mnemonic {
        "ldi" | "lds" | "in" | "pop" | "ser" => (0, first),
        "mov" => (second, first),
        "movw" => (second | second << 1, first | first << 1),
        "adiw" | "sbiw" => (first | first << 1, first | first << 1),
        "clr" | "lsl" | "rol" | "com" | "neg" | "swap" | "inc" | "dec" | "asr" | "lsr" | "ror" => {
            (first, first)
        }
        "cp" | "cpc" | "cpse" => (first | second, 0),
        "cpi" | "tst" | "sbrc" | "sbrs" | "bst" | "out" | "push" | "sts" => (first | second, 0),
        "mul" | "muls" | "mulsu" | "fmul" | "fmuls" | "fmulsu" => (first | second, 3),
        "ld" | "ldd" => (pair, first | moved),
        "st" | "std" => (second | pair, moved),
        "xch" | "las" | "lac" | "lat" => (second | z, second),
        "lpm" | "elpm" if operands[0].is_empty() => (z, 1),
        "lpm" | "elpm" => (pair, first | moved),
        "spm" => (3 | z, moved),
        "ijmp" | "eijmp" | "icall" | "eicall" => (z, 0),
        // Of ports, flags and distances.
        _ if first == 0 => (0, 0),
        _ => (first | second, first),
    }
}

#[test]
fn all_words_read_and_write_what_objdump_says() {
    let told = by_objdump();
    let mut wrong = Vec::new();
    for (word, text) in told.iter().filter(|it| it.0 != 0) {
        let it = decode(*word);
        let is_known = !text.starts_with(".word");
        let ours = (it.reads(), it.writes());
        if is_known != (it.class != Class::Unknown) || is_known && ours != registers(text) {
            wrong.push(format!("{word:#06x} {text}: {it:?}"));
        }
    }
    assert!(told.is_empty() || told.len() > 65_000, "{}", told.len());
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        told.len(),
        wrong[..wrong.len().min(30)].join("\n")
    );
}
