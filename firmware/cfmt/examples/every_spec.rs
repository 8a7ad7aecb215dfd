//! Prints with every macro and every spec: on a host to its standard output, and as a program for a
//! microcontroller that has nothing but this crate.
//!
//! ```console
//! $ cargo run -p cfmt --example every_spec
//! $ cargo run -p cfmt --example every_spec --features rust-formatter,lock
//! $ cargo rustc -p cfmt --example every_spec --features rust-formatter \
//!       --profile firmware --target thumbv6m-none-eabi -- -C link-arg=--entry=start
//! ```
#![cfg_attr(target_os = "none", no_std, no_main)]
#![expect(unsafe_code, reason = "a raw C string is printed, and a program without a system starts by symbol")]

use cfmt::{cbprint, ceprint, ceprintln, cprint, cprintln, csprint};
use core::ffi::{CStr, c_char};
use core::hint::black_box;
use core::str;

/// The compiler must not know what is printed.
struct Cargo<'a> {
    load_kg: u64,
    trim: i32,
    draught_m: f64,
    hold: &'a str,
    seal: &'a [u8],
    port: &'a CStr,
    deck: u8,
    flag: char,
}

fn print(cargo: &Cargo<'_>) {
    let Cargo { load_kg, trim, draught_m, hold, seal, port, deck, flag } = *cargo;
    cprint!("{load_kg:u} kg, 0x{load_kg:08x}, ");
    cprintln!("trim {trim:+d} {trim:5d} {trim:05d} {trim:d}, draught {draught_m:.3e} {draught_m:e} m");
    cprintln!("hold {hold:rs}, seal {:rb}, port {:cs}, deck {deck:cc}, flag {flag:rc}", seal, port);
    let pointer: *const c_char = port.as_ptr();
    // SAFETY: it points to a C string that is still borrowed.
    unsafe { ceprint!("{:cs} again, ", pointer) };
    ceprintln!("at {:p}", pointer);

    let mut text = black_box([0; 16]);
    if let Ok(text) = str::from_utf8_mut(&mut text) {
        let needed = csprint!(text, "{flag:rc}{:rb}{load_kg:u}", seal);
        cprintln!("{needed:d} bytes: {:rs}", &*text);
    }
    let mut bytes = black_box([0; 8]);
    cbprint!(&mut bytes, "{trim:d}{hold:rs}");
    cprintln!("{:rb}", bytes);
}

fn every_spec() {
    print(black_box(&Cargo {
        load_kg: 1_200,
        trim: -3,
        draught_m: 4.25,
        hold: "aft",
        seal: b"\x80!",
        port: c"Bristol",
        deck: b'A',
        flag: '⚑',
    }));
}

#[cfg(not(target_os = "none"))]
fn main() {
    every_spec();
}

/// A port whose register takes any byte at any time.
#[cfg(target_os = "none")]
#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    loop {
        every_spec();
    }
}

/// Nothing panics, so that the linker drops this and does not miss what it calls.
#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_info: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn this_program_can_panic() -> !;
    }
    // SAFETY: there is no such function.
    unsafe { this_program_can_panic() }
}

#[cfg(any(feature = "rust-formatter", feature = "lock"))]
struct Port;

#[cfg(feature = "rust-formatter")]
impl cfmt::Output for Port {
    #[cfg(target_os = "none")]
    fn write(bytes: &[u8]) {
        const DATA_REGISTER: *mut u32 = 0x4003_4000 as *mut u32;
        for byte in bytes {
            // SAFETY: it is the data register of the first serial port on an RP2040.
            unsafe { DATA_REGISTER.write_volatile(u32::from(*byte)) };
        }
    }

    #[cfg(not(target_os = "none"))]
    fn write(bytes: &[u8]) {
        use std::io::Write as _;
        // Nobody is left to be told.
        let _ = std::io::stdout().write_all(bytes);
    }
}

#[cfg(feature = "rust-formatter")]
cfmt::set_output!(Port);

/// Nobody else prints here.
#[cfg(feature = "lock")]
impl cfmt::lock::Lock for Port {
    fn acquire() -> cfmt::lock::Token {
        0
    }

    fn release(_token: cfmt::lock::Token) {}
}

#[cfg(feature = "lock")]
cfmt::set_lock!(Port);
