//! What the macros expand to, how format strings are read, and what is said to mistakes.

use super::flags::{self, Flags};
use super::format::{self, Piece};
use super::spec::{self, SPECS};
use super::{Backend, Target, macro_output, parse};
use expect_test::{Expect, expect};

/// Expands `cprint!(…)` and compares what it becomes, as people would write it.
#[track_caller]
fn check(arguments: &str, expected: Expect) {
    expected.assert_eq(&expanded(arguments, Target::STDOUT));
}

fn expanded(arguments: &str, target: Target) -> String {
    let expansion = macro_output(arguments.parse().unwrap(), target, Backend::C);
    let file = syn::parse2(quote::quote! { fn it() { #expansion } }).unwrap();
    prettyplease::unparse(&file)
}

/// Compares the complaint about `cprint!(…)` and the source text it points at.
#[track_caller]
fn check_refusal(arguments: &str, expected: Expect) {
    let Err(error) = parse::call(arguments.parse().unwrap(), Target::STDOUT) else {
        panic!("`{arguments}` was accepted");
    };
    let guilty = error.span().source_text().unwrap_or_default();
    expected.assert_eq(&format!("{guilty}: {error}"));
}

#[test]
fn text_alone_is_one_call() {
    check(
        r#""ahoy""#,
        expect![[r#"
            fn it() {
                {
                    let _locked = ::cfmt::lock::lock();
                    unsafe { ::cfmt::ffi::dprintf(1, c"ahoy".as_ptr()) }
                }
            }
        "#]],
    );
}

#[test]
fn each_spec_has_its_conversion() {
    check(
        r#""{:d} {:u} {:x} {:rs} {:cs}", a, b, c, d, e"#,
        expect![[r#"
            fn it() {
                match (&(a), &(b), &(c), &(d), &(e)) {
                    (argument0, argument1, argument2, argument3, argument4) => {
                        let hole0 = ::cfmt::spec::decimal(argument0);
                        let hole1 = ::cfmt::spec::unsigned(argument1);
                        let hole2 = ::cfmt::spec::hexadecimal(argument2);
                        let hole3 = ::cfmt::spec::rust_str(argument3);
                        let hole4 = ::cfmt::spec::c_str(argument4)
                            .wrap_the_macro_in_unsafe_if_it_ends_in_nul();
                        let _locked = ::cfmt::lock::lock();
                        unsafe {
                            ::cfmt::ffi::dprintf(
                                1,
                                c"%lld %llu %llx %.*s %s".as_ptr(),
                                hole0,
                                hole1,
                                hole2,
                                hole3.length(),
                                hole3.pointer(),
                                hole4,
                            )
                        }
                    }
                }
            }
        "#]],
    );
}

#[test]
fn an_argument_that_is_printed_twice_is_evaluated_once() {
    check(
        r#""{n:d} is 0x{n:x}", n = next()"#,
        expect![[r#"
            fn it() {
                match (&(next()),) {
                    (argument0,) => {
                        let hole0 = ::cfmt::spec::decimal(argument0);
                        let hole1 = ::cfmt::spec::hexadecimal(argument0);
                        let _locked = ::cfmt::lock::lock();
                        unsafe { ::cfmt::ffi::dprintf(1, c"%lld is 0x%llx".as_ptr(), hole0, hole1) }
                    }
                }
            }
        "#]],
    );
}

#[test]
fn names_come_from_the_arguments_or_else_from_the_scope() {
    check(
        r#""{load:u} of {limit:u} {:rs}", "kg", limit = 90_u8"#,
        expect![[r#"
            fn it() {
                match (&("kg"), &(90_u8), &(load)) {
                    (argument0, argument1, argument2) => {
                        let hole0 = ::cfmt::spec::unsigned(argument2);
                        let hole1 = ::cfmt::spec::unsigned(argument1);
                        let hole2 = ::cfmt::spec::rust_str(argument0);
                        let _locked = ::cfmt::lock::lock();
                        unsafe {
                            ::cfmt::ffi::dprintf(
                                1,
                                c"%llu of %llu %.*s".as_ptr(),
                                hole0,
                                hole1,
                                hole2.length(),
                                hole2.pointer(),
                            )
                        }
                    }
                }
            }
        "#]],
    );
}

#[test]
fn nothing_but_a_newline_is_a_line_too() {
    let expected = expect![[r#"
        fn it() {
            {
                let _locked = ::cfmt::lock::lock();
                unsafe { ::cfmt::ffi::dprintf(1, c"\n".as_ptr()) }
            }
        }
    "#]];
    expected.assert_eq(&expanded("", Target::STDOUT.with_newline()));
}

#[test]
fn percent_signs_and_braces_print_themselves() {
    check(
        r#""100% {{}} %d""#,
        expect![[r#"
            fn it() {
                {
                    let _locked = ::cfmt::lock::lock();
                    unsafe { ::cfmt::ffi::dprintf(1, c"100%% {} %%d".as_ptr()) }
                }
            }
        "#]],
    );
}

#[test]
fn text_beyond_ascii_stays_utf_8() {
    check(
        r#""{:d} °C\t\"warm\"", t,"#,
        expect![[r#"
            fn it() {
                match (&(t),) {
                    (argument0,) => {
                        let hole0 = ::cfmt::spec::decimal(argument0);
                        let _locked = ::cfmt::lock::lock();
                        unsafe { ::cfmt::ffi::dprintf(1, c"%lld °C\t\"warm\"".as_ptr(), hole0) }
                    }
                }
            }
        "#]],
    );
}

#[test]
fn a_refusal_is_an_expression_of_the_same_type() {
    check(
        r#""{:d}""#,
        expect![[r#"
        fn it() {
            {
                ::core::compile_error! {
                    "the format prints 1 argument, but there are 0 arguments"
                }
                0 as ::core::ffi::c_int
            }
        }
    "#]],
    );
}

#[test]
fn formats_are_cut_into_text_and_holes() {
    let decimal = spec::find("d").unwrap();
    let text = |it: &str| Piece::Text(it.to_owned());
    let hole = |name: Option<&str>| Piece::Hole {
        name: name.map(str::to_owned),
        spec: decimal,
        flags: Flags::default(),
    };
    assert_eq!(format::parse("").unwrap(), []);
    assert_eq!(format::parse("{:d}").unwrap(), [hole(None)]);
    assert_eq!(format::parse("a{ n :d }b").unwrap(), [text("a"), hole(Some("n")), text("b")]);
    assert_eq!(format::parse("{{{:d}}}").unwrap(), [text("{"), hole(None), text("}")]);
    assert_eq!(format::parse("{{:d}}").unwrap(), [text("{:d}")]);
}

#[test]
fn no_conversion_can_be_mistaken_for_another() {
    for (idx, it) in SPECS.iter().enumerate() {
        assert!(SPECS[idx + 1..].iter().all(|other| other.name != it.name), "{}", it.name);
    }
}

#[test]
fn mistakes_in_the_format_are_told_at_the_format() {
    check_refusal(
        r#""{:q}", n"#,
        expect![[
            r#""{:q}": `{:q}`: unknown spec `q`: use one of `{:d}`, `{:u}`, `{:x}`, `{:p}`, `{:e}`, `{:cs}`, `{:rs}`, `{:rb}`, `{:cc}`, `{:rc}`"#
        ]],
    );
    check_refusal(
        r#""{}", n"#,
        expect![[
            r#""{}": `{}` does not say what to print: use one of `{:d}`, `{:u}`, `{:x}`, `{:p}`, `{:e}`, `{:cs}`, `{:rs}`, `{:rb}`, `{:cc}`, `{:rc}`"#
        ]],
    );
    check_refusal(
        r#""{n}""#,
        expect![[
            r#""{n}": `{n}` does not say what to print: use one of `{:d}`, `{:u}`, `{:x}`, `{:p}`, `{:e}`, `{:cs}`, `{:rs}`, `{:rb}`, `{:cc}`, `{:rc}`"#
        ]],
    );
    check_refusal(
        r#""{0:d}", n"#,
        expect![[r#""{0:d}": `0` in `{0:d}` is not a name: write `{:spec}` or `{name:spec}`"#]],
    );
    check_refusal(
        r#""{a.b:d}""#,
        expect![[r#""{a.b:d}": `a.b` in `{a.b:d}` is not a name: write `{:spec}` or `{name:spec}`"#]],
    );
    check_refusal(
        r#""{_:d}""#,
        expect![[r#""{_:d}": `_` in `{_:d}` is not a name: write `{:spec}` or `{name:spec}`"#]],
    );
    check_refusal(
        r#""{:d""#,
        expect![[r#""{:d": `{:d` is never closed: add `}`, or write `{{` to print a brace"#]],
    );
    check_refusal(r#""}""#, expect![[r#""}": a `}` closes nothing: write `}}` to print one"#]]);
    check_refusal(
        r#""{:rs} \0 end", s"#,
        expect![[r#""{:rs} \0 end": the format has a NUL at byte 6: C would stop reading there, remove it"#]],
    );
    check_refusal(
        r#""{:d} {:d}", n"#,
        expect![[r#""{:d} {:d}": the format prints 2 arguments, but there is 1 argument"#]],
    );
    check_refusal(
        r#""{:d}""#,
        expect![[r#""{:d}": the format prints 1 argument, but there are 0 arguments"#]],
    );
}

#[test]
fn mistakes_in_the_arguments_are_told_at_the_argument() {
    check_refusal(
        r#"text"#,
        expect![[r#"text: the format must be a string literal: write `"{:rs}", text` to print a variable"#]],
    );
    check_refusal(
        r#"concat!("a", "b")"#,
        expect![[
            r#"concat!("a", "b"): the format must be a string literal: write `"{:rs}", text` to print a variable"#
        ]],
    );
    check_refusal(
        r#"b"bytes""#,
        expect![[
            r#"b"bytes": the format must be a string literal: write `"{:rs}", text` to print a variable"#
        ]],
    );
    check_refusal(
        r#""a" + "b""#,
        expect![[
            r#""a" + "b": the format must be a string literal: write `"{:rs}", text` to print a variable"#
        ]],
    );
    check_refusal(
        r#""{:d}", a, b + c"#,
        expect!["b + c: this argument is not printed: the format prints 1 argument"],
    );
    check_refusal(
        r#""{a:d}", a = 1, b = 2"#,
        expect!["b: `b` is not printed: add `{b:…}` to the format or remove it"],
    );
    check_refusal(
        r#""{a:d} {:d}", a = 1, 2"#,
        expect!["2: an argument without a name must stand before those with names"],
    );
    check_refusal(r#""{:d}" n"#, expect!["n: expected `,`"]);
}

#[test]
fn flags_stand_in_the_c_format_as_c_writes_them() {
    let call = expanded(r#""{:08x} {:+d} {:5u} {:+021d} {:.3e} {:+.0e}", a, b, c, d, e, f"#, Target::STDOUT);
    assert!(call.contains(r#"c"%08llx %+lld %5llu %+021lld %.3e %+.0e".as_ptr()"#), "{call}");
}

#[test]
fn refused_flags_say_what_to_write_instead() {
    let refusal = |spec: &str| flags::parse(spec).unwrap_err();
    expect!["`-` is left-aligned in C and nothing in Rust: put the spaces into the format"]
        .assert_eq(&refusal("-5d"));
    expect!["`#` differs between C and Rust: write `0x{:x}`, or `0x{:08x}` for eight digits"]
        .assert_eq(&refusal("#010x"));
    expect!["a space is no flag: put it before the hole, or write `{:+d}` for a sign"]
        .assert_eq(&refusal(" d"));
    expect!["a width of 100 is too much: it may be 99 at most"].assert_eq(&refusal("100d"));
    expect!["a precision of 4294967296 is too much: it may be 99 at most"]
        .assert_eq(&refusal(".4294967296e"));
    expect!["`{:x}` has no sign: remove the `+`"].assert_eq(&refusal("+x"));
    expect!["`{:p}` has no width: put the spaces into the format, `{:p}`"].assert_eq(&refusal("10p"));
    expect!["`{:e}` has no width: write a precision, `{:.3e}`"].assert_eq(&refusal("010.3e"));
    expect!["`00` is one zero too many: write `{:08d}`"].assert_eq(&refusal("00d"));
    expect!["unknown spec `lld`: write `{:d}`"].assert_eq(&refusal("lld"));
    expect!["unknown spec `zu`: write `{:u}`"].assert_eq(&refusal("zu"));
}

#[test]
fn flags_as_only_rust_has_them_are_refused_with_the_same_width() {
    let refusal = |spec: &str| flags::parse(spec).unwrap_err();
    expect!["numbers stand at the right of their width anyway: write `{:5d}`"].assert_eq(&refusal(">5d"));
    expect!["numbers stand at the right of their width anyway: write `{:012x}`"].assert_eq(&refusal("0>12x"));
    expect!["numbers stand at the right of their width anyway: write `{:7d}`"].assert_eq(&refusal("*>7"));
    expect!["numbers stand at the right of their width anyway: write `{:8d}`"].assert_eq(&refusal(">>5d"));
    expect!["numbers stand at the right of their width: put the spaces into the format"]
        .assert_eq(&refusal("<5d"));
    expect!["`{:rs}` has no width: put the spaces into the format, `{:rs}`"].assert_eq(&refusal("<5rs"));
    expect!["`{:e}` has no width: write a precision, `{:.3e}`"].assert_eq(&refusal(">9e"));
    expect!["no spec says what to print: write `{:.2e}` for a float; there is no fixed point: print hundredths as an integer"].assert_eq(&refusal(".2"));
    expect!["unknown spec `f`: floats are printed with `{:e}`; there is no fixed point: print hundredths as an integer"].assert_eq(&refusal(".2f"));
    expect!["no spec says what to print: write `{:+08d}` for an integer"].assert_eq(&refusal("+08"));
}

#[test]
fn formats_in_the_language_of_c_are_told_from_text() {
    check_refusal(
        r#""%d kg", 1"#,
        expect!["1: this argument is not printed: the format prints 0 arguments; `%d` is C's: write `{:d}`"],
    );
    check_refusal(
        r#""100% {:d} %%%08llx", 1, 2"#,
        expect![
            "2: this argument is not printed: the format prints 1 argument; `%08llx` is C's: write `{:08x}`"
        ],
    );
    check_refusal(
        r#""%-8s", "aft""#,
        expect![[
            r#""aft": this argument is not printed: the format prints 0 arguments; `%-8s` is C's: write `{:rs}`"#
        ]],
    );
    check_refusal(
        r#""%.3f", 0.5"#,
        expect![
            "0.5: this argument is not printed: the format prints 0 arguments; `%.3f` is C's: write `{:.3e}`"
        ],
    );
    check_refusal(
        r#""100% of it", 1"#,
        expect!["1: this argument is not printed: the format prints 0 arguments"],
    );
}

#[test]
fn a_print_into_a_buffer_checks_the_buffer_first() {
    let expected = expect![[r#"
        fn it() {
            match ::cfmt::buffer::text(&mut text) {
                mut buffer => {
                    match (&(n),) {
                        (argument0,) => {
                            let hole0 = ::cfmt::spec::decimal(argument0);
                            {
                                let printed = unsafe {
                                    ::cfmt::ffi::snprintf(
                                        buffer.pointer(),
                                        buffer.length(),
                                        c"%lld".as_ptr(),
                                        hole0,
                                    )
                                };
                                buffer.finish(printed)
                            }
                        }
                    }
                }
            }
        }
    "#]];
    expected.assert_eq(&expanded(r#"&mut text, "{:d}", n"#, Target::TEXT));
}

#[test]
fn the_formatter_in_rust_is_called_once_per_hole() {
    let arguments = r#""a {:d}% {:rs}{:08x} {:p} {:.3e} {:cs}", n, s, x, p, f, c"#;
    let expansion = macro_output(arguments.parse().unwrap(), Target::STDERR.with_newline(), Backend::Rust);
    let file = syn::parse2(quote::quote! { fn it() { #expansion } }).unwrap();
    expect![[r#"
        fn it() {
            match (&(n), &(s), &(x), &(p), &(f), &(c)) {
                (argument0, argument1, argument2, argument3, argument4, argument5) => {
                    let hole0 = ::cfmt::spec::decimal(argument0);
                    let hole1 = ::cfmt::spec::rust_str(argument1);
                    let hole2 = ::cfmt::spec::hexadecimal(argument2);
                    let hole3 = ::cfmt::spec::pointer(argument3);
                    let hole4 = ::cfmt::spec::float(argument4);
                    let hole5 = ::cfmt::spec::c_str(argument5)
                        .wrap_the_macro_in_unsafe_if_it_ends_in_nul();
                    let _locked = ::cfmt::lock::lock();
                    unsafe {
                        let mut printer = ::cfmt::rust::Printer::error(
                            b"a \0*% \0\0\x90\x08 0x\0\x10 \0\0\x03 \0\n\0".as_ptr(),
                        );
                        printer.integer(hole0 as u64);
                        printer.bytes(hole1.length(), hole1.pointer());
                        printer.padded(hole2 as u64);
                        printer.integer(hole3 as usize as u64);
                        printer.float(hole4 as f64);
                        printer.c_string(hole5);
                        printer.finish()
                    }
                }
            }
        }
    "#]]
    .assert_eq(&prettyplease::unparse(&file));
}
