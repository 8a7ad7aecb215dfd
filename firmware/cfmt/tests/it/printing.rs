//! What really reaches standard output, through the `dprintf` of this system's C library.

use cfmt::{cprint, cprintln};
use std::cell::Cell;
use std::env;
use std::process::Command;

/// Set in the process that prints; the one that compares starts it.
const PRINTER: &str = "CFMT_TEST_PRINTER";
const BEGIN: &str = "--- begin\n";
const END: &str = "--- end\n";

/// Runs the calling test again in a process of its own and compares what `print` printed there.
///
/// The C library writes past Rust's captured output, so only another process can be listened to.
#[track_caller]
fn check(test: &str, expected: &str, print: fn()) {
    if env::var_os(PRINTER).is_some() {
        cprint!("{:rs}", BEGIN);
        print();
        cprint!("{:rs}", END);
        return;
    }
    let name = format!("printing::{test}");
    let mut printer = Command::new(env::current_exe().unwrap());
    let output = printer
        .args(["--exact", &name, "--nocapture", "--test-threads=1"])
        .env(PRINTER, "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let (_, after) = stdout.split_once(BEGIN).expect("the printer began");
    let (printed, _) = after.split_once(END).expect("the printer ended");
    assert_eq!(printed, expected);
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
