//! Lines that threads print at once do not mix, thanks to the program's lock.
//!
//! `cargo test -p cfmt --features lock --test lock`

use cfmt::lock::{Lock, Token};
use cfmt_macros::{rust_ceprintln, rust_cprint, rust_cprintln};
use std::cell::{Cell, RefCell};
use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;

const LINES: usize = 200;

static LOCK: Mutex<()> = Mutex::new(());
static PRINTED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// Both threads are in a print before either goes on. Without the lock their pieces mix for certain.
static BOTH_PRINT: Barrier = Barrier::new(2);

thread_local! {
    static GUARD: RefCell<Option<MutexGuard<'static, ()>>> = const { RefCell::new(None) };
    /// Whether this thread waits for the other in its next print.
    static WAITS: Cell<bool> = const { Cell::new(false) };
    static NEXT_TOKEN: Cell<Token> = const { Cell::new(0) };
}

fn meet() {
    if WAITS.replace(false) {
        BOTH_PRINT.wait();
    }
}

struct Threads;

impl Lock for Threads {
    fn acquire() -> Token {
        meet();
        let guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(GUARD.replace(Some(guard)).is_none(), "taken twice");
        NEXT_TOKEN.set(NEXT_TOKEN.get() + 1);
        NEXT_TOKEN.get()
    }

    fn release(token: Token) {
        assert_eq!(token, NEXT_TOKEN.get());
        assert!(GUARD.take().is_some(), "released without being taken");
    }
}

impl cfmt::Output for Threads {
    fn write(bytes: &[u8]) {
        PRINTED.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        meet();
    }
}

cfmt::set_lock!(Threads);
cfmt::define_output!(Threads);

#[test]
fn lines_of_threads_never_mix() {
    let print = |name: &'static str| {
        for line in 0..LINES {
            WAITS.set(true);
            match line % 2 {
                0 => rust_cprintln!("{:rs} {:u} {:04x}", name, line, line),
                _ => rust_ceprintln!("{:rs} {:u} {:04x}", name, line, line),
            };
        }
    };
    thread::scope(|scope| {
        scope.spawn(move || print("port"));
        scope.spawn(move || print("starboard"));
    });
    // An argument may print, since the lock is taken after it; else this would never end.
    rust_cprintln!(" {:d}", rust_cprint!("{:rs}", "nested"));

    let printed = String::from_utf8(PRINTED.lock().unwrap_or_else(PoisonError::into_inner).clone());
    let printed = printed.expect("only text was printed");
    let mut lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines.pop(), Some("nested 6"));
    for name in ["port", "starboard"] {
        let of_thread: Vec<_> = lines.iter().filter(|it| it.split(' ').next() == Some(name)).collect();
        let expected: Vec<_> = (0..LINES).map(|line| format!("{name} {line} {line:04x}")).collect();
        assert!(of_thread.iter().copied().eq(&expected), "{of_thread:?}");
    }
}
