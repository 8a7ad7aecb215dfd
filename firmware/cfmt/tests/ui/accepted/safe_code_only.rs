#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic)]

use cfmt::{bprint, eprint, eprintln, print, println, sprint};

fn main() {
    let (mut text, mut bytes) = (String::from("........"), [0; 8]);
    let printed = print!("{:d} {:u}", 1, 2_u8) + println!() + eprint!("") + eprintln!("{:rs}", "text",);
    sprint!(&mut text, "{printed:d}");
    bprint!(&mut bytes, "{:rc}", '⚑');
    // A name of a macro's own is no name of ours.
    let (printer, hole0) = (3, 4);
    println!("{hole0:d} {printer:d}");
}
