//! What the macros expand to, how format strings are read, and what is said to mistakes.

use super::format::{self, Piece};
use super::spec::{self, SPECS};
use super::{Target, macro_output, parse};
use expect_test::{Expect, expect};

/// Expands `cprint!(…)` and compares what it becomes, as people would write it.
#[track_caller]
fn check(arguments: &str, expected: Expect) {
    expected.assert_eq(&expanded(arguments, Target::STDOUT));
}

fn expanded(arguments: &str, target: Target) -> String {
    let expansion = macro_output(arguments.parse().unwrap(), target);
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
            unsafe { ::cfmt::ffi::dprintf(1, c"ahoy".as_ptr()) }
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
                    let hole4 = ::cfmt::spec::c_str(argument4);
                    unsafe {
                        ::cfmt::ffi::dprintf(
                            1,
                            c"%lld %llu %llx %.*s %s".as_ptr(),
                            hole0,
                            hole1,
                            hole2,
                            hole3.0,
                            hole3.1,
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
                    unsafe {
                        ::cfmt::ffi::dprintf(
                            1,
                            c"%llu of %llu %.*s".as_ptr(),
                            hole0,
                            hole1,
                            hole2.0,
                            hole2.1,
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
            unsafe { ::cfmt::ffi::dprintf(1, c"\n".as_ptr()) }
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
            unsafe { ::cfmt::ffi::dprintf(1, c"100%% {} %%d".as_ptr()) }
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
    let hole = |name: Option<&str>| Piece::Hole { name: name.map(str::to_owned), spec: decimal };
    assert_eq!(format::parse("").unwrap(), []);
    assert_eq!(format::parse("{:d}").unwrap(), [hole(None)]);
    assert_eq!(format::parse("a{ n :d }b").unwrap(), [text("a"), hole(Some("n")), text("b")]);
    assert_eq!(format::parse("{{{:d}}}").unwrap(), [text("{"), hole(None), text("}")]);
    assert_eq!(format::parse("{{:d}}").unwrap(), [text("{:d}")]);
}

#[test]
fn no_conversion_can_be_mistaken_for_another() {
    for (idx, it) in SPECS.iter().enumerate() {
        assert!(it.c_conversion.starts_with('%'));
        assert!(SPECS[idx + 1..].iter().all(|other| other.name != it.name), "{}", it.name);
    }
}

#[test]
fn mistakes_in_the_format_are_told_at_the_format() {
    check_refusal(
        r#""{:q}", n"#,
        expect![[
            r#""{:q}": unknown spec `q` in `{:q}`: use one of `{:d}`, `{:u}`, `{:x}`, `{:rs}`, `{:cs}`"#
        ]],
    );
    check_refusal(
        r#""{}", n"#,
        expect![[
            r#""{}": `{}` does not say what to print: use one of `{:d}`, `{:u}`, `{:x}`, `{:rs}`, `{:cs}`"#
        ]],
    );
    check_refusal(
        r#""{n}""#,
        expect![[
            r#""{n}": `{n}` does not say what to print: use one of `{:d}`, `{:u}`, `{:x}`, `{:rs}`, `{:cs}`"#
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
