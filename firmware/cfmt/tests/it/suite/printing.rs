//! What really reaches standard output and standard error.

use super::{ceprint, ceprintln, cprint, cprintln};
use std::cell::Cell;
use std::env;
use std::process::{Command, Output};

/// Set in the process that prints; the one that compares starts it.
const PRINTER: &str = "CFMT_TEST_PRINTER";
const BEGIN: &str = "--- begin\n";
const END: &str = "--- end\n";

/// Runs the calling test again in a process of its own and compares what `print` printed there.
///
/// The C library writes past Rust's captured output, so only another process can be listened to.
#[track_caller]
fn check(test: &str, expected: &str, print: fn()) {
    if let Some(output) = printed(test, print) {
        assert_eq!(between_marks(output.stdout), expected);
    }
}

#[track_caller]
fn printed(test: &str, print: fn()) -> Option<Output> {
    if env::var_os(PRINTER).is_some() {
        cprint!("{:rs}", BEGIN);
        ceprint!("{:rs}", BEGIN);
        print();
        cprint!("{:rs}", END);
        ceprint!("{:rs}", END);
        return None;
    }
    let (_crate_name, module) = module_path!().split_once("::").unwrap();
    let name = format!("{module}::{test}");
    let mut printer = Command::new(env::current_exe().unwrap());
    printer.args(["--exact", &name, "--nocapture", "--test-threads=1"]);
    Some(printer.env(PRINTER, "1").output().unwrap())
}

#[track_caller]
fn between_marks(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap();
    let (_, after) = text.split_once(BEGIN).expect("the printer began");
    let (printed, _) = after.split_once(END).expect("the printer ended");
    printed.to_owned()
}

#[test]
fn integers_print_up_to_their_limits() {
    let expected = "-128 127 -9223372036854775808 9223372036854775807\n255 18446744073709551615 4294967295\n\
        ff ff 8000000000000000 0\n";
    check("integers_print_up_to_their_limits", expected, || {
        cprintln!("{:d} {:d} {:d} {:d}", i8::MIN, i8::MAX, i64::MIN, i64::MAX);
        cprintln!("{:u} {:u} {:d}", u8::MAX, u64::MAX, u32::MAX);
        cprintln!("{:x} {:x} {:x} {:x}", -1_i8, 255, i64::MIN, 0_usize);
    });
}

#[test]
fn strings_print_what_they_hold() {
    check("strings_print_what_they_hold", "[] [über] [half] [c]\n", || {
        let text = String::from("half a string");
        cprintln!("[{:rs}] [{:rs}] [{:rs}] [{:cs}]", "", "über", &text[..4], c"c");
    });
}

#[test]
fn percent_signs_and_braces_print_themselves() {
    check("percent_signs_and_braces_print_themselves", "100% {%d} %s 7%\n", || {
        cprintln!("100% {{%d}} %s {:d}%", 7);
    });
}

#[test]
fn names_are_looked_up_and_references_followed() {
    check("names_are_looked_up_and_references_followed", "3 of 9: 3, no 7\n", || {
        let (n, seven) = (3_u8, &&7_i32);
        cprintln!("{n:u} of {limit:u}: {n:d}, {:rs} {seven:d}", "no", limit = 9_u16,);
    });
}

#[test]
fn every_argument_is_evaluated_once_and_in_order() {
    check("every_argument_is_evaluated_once_and_in_order", "1 2 2 1\n", || {
        let calls = Cell::new(0);
        let next = || {
            calls.set(calls.get() + 1);
            calls.get()
        };
        cprintln!("{:d} {second:d} {second:x} {:x}", { next() }, 1, second = next());
        assert_eq!(calls.get(), 2);
    });
}

#[test]
fn temporaries_live_until_they_are_printed() {
    check("temporaries_live_until_they_are_printed", "42 is 2a\n", || {
        cprintln!("{:rs} is {:rs}", 42.to_string().as_str(), format!("{:x}", 42).as_str());
    });
}

#[test]
fn the_answer_is_the_number_of_bytes() {
    check("the_answer_is_the_number_of_bytes", "abc\n\n", || {
        assert_eq!(cprintln!("{:rs}", "abc"), 4);
        assert_eq!(cprintln!(), 1);
        assert_eq!(cprint!(""), 0);
    });
}

#[test]
fn a_format_may_come_through_another_macro() {
    macro_rules! log {
        ($format:literal, $($argument:expr),*) => { cprintln!($format, $($argument),*) };
    }
    check("a_format_may_come_through_another_macro", "deck 4\n", || {
        log!("{:rs} {:d}", "deck", 4);
    });
}

#[test]
fn characters_print_as_ascii_or_utf_8() {
    check("characters_print_as_ascii_or_utf_8", "[a] [b] [?] [?] [~]\n[a] [é] [€] [🚢]\n", || {
        cprintln!("[{:cc}] [{:cc}] [{:cc}] [{:cc}] [{:cc}]", 'a', b'b', { 'é' }, 0x80_u8, &'~');
        cprintln!("[{:rc}] [{:rc}] [{:rc}] [{:rc}]", 'a', 'é', '€', &&'🚢');
    });
}

#[test]
fn bytes_print_as_they_are() {
    check("bytes_print_as_they_are", "[] [raw] [part] [hold]\n", || {
        let (array, vector) = (*b"raw", b"parting".to_vec());
        cprintln!("[{:rb}] [{:rb}] [{:rb}] [{:rb}]", b"", array, &vector[..4], "hold".as_bytes());
    });
}

#[test]
#[expect(unsafe_code, reason = "a raw pointer is printed inside `unsafe` only")]
fn raw_c_strings_print_inside_unsafe() {
    check("raw_c_strings_print_inside_unsafe", "[const] [mut] [safe]\n", || {
        let pointer = c"const".as_ptr();
        // SAFETY: they point to C strings that live as long as the program.
        unsafe { cprintln!("[{:cs}] [{:cs}] [{:cs}]", pointer, c"mut".as_ptr().cast_mut(), &c"safe") };
    });
}

#[test]
fn addresses_print_in_hexadecimal() {
    static CARGO: [u8; 4] = [0; 4];
    if let Some(output) = printed("addresses_print_in_hexadecimal", || {
        let pointer = CARGO.as_ptr();
        cprintln!("{:p} {:p} {:p} {:p}", pointer, pointer.cast_mut(), &CARGO, &CARGO[..2]);
        ceprint!("{:rs}", format!("{pointer:p}").as_str());
    }) {
        let address = between_marks(output.stderr);
        assert_eq!(between_marks(output.stdout), format!("{address} {address} {address} {address}\n"));
    }
}

#[test]
fn floats_print_with_an_exponent() {
    let expected = "1.500000e+00 -2.5e-03 1e+100 2.750e+00 +6.0e+00 inf 0.000000e+00\n";
    check("floats_print_with_an_exponent", expected, || {
        let (f, infinity) = (1.5_f32, f64::INFINITY);
        cprintln!(
            "{f:e} {:.1e} {:.0e} {:.3e} {:+.1e} {infinity:e} {:e}",
            -0.0025,
            1e100,
            &2.75,
            6.0_f32,
            0.0
        );
    });
}

#[test]
fn widths_fill_with_spaces_or_zeros() {
    let expected = "[    7] [00042] [   -7] [-0042] [+7] [ +0] [-0007] [00ff] [  ff] [000255] [123456]\n";
    check("widths_fill_with_spaces_or_zeros", expected, || {
        cprint!("[{:5d}] [{:05d}] [{:5d}] [{:05d}] [{:+d}] [{:+3d}] ", 7, 42, -7, -42, 7, 0);
        cprintln!("[{:+05d}] [{:04x}] [{:4x}] [{:06u}] [{:2u}]", -7, 255, 255, 255_u8, 123_456_u32);
    });
}

#[test]
fn errors_go_to_standard_error() {
    if let Some(output) = printed("errors_go_to_standard_error", || {
        assert_eq!(ceprint!("aground at {:d}", 3), 12);
        assert_eq!(ceprintln!(" fathoms"), 9);
    }) {
        assert_eq!(between_marks(output.stderr), "aground at 3 fathoms\n");
        assert_eq!(between_marks(output.stdout), "");
    }
}
