//! What Postgres says, passed on to our log; the last of it is kept for error messages.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

const KEPT_LINES: usize = 12;

/// The last lines that a Postgres printed.
#[derive(Debug, Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<VecDeque<String>>>);

impl LastWords {
    /// Passes `output` on, line by line, on a thread that ends with it.
    pub(super) fn follow(&self, output: impl Read + Send + 'static) -> std::io::Result<JoinHandle<()>> {
        let kept = self.clone();
        std::thread::Builder::new().name("postgres-log".to_owned()).spawn(move || {
            let mut lines = BufReader::new(output).split(b'\n');
            while let Some(Ok(line)) = lines.next() {
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                pass_on(&line);
                kept.keep(line);
            }
        })
    }

    /// All that is kept.
    pub(super) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.join("\n")
    }

    fn keep(&self, line: String) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// Errors of statements belong to whoever sent the statement, and every ordered shutdown is FATAL to
/// its connections: neither is news here.
fn pass_on(line: &str) {
    let (level, text) = line.split_once(':').map_or(("", line), |(level, text)| (level, text.trim_start()));
    if line.contains("No space left on device") {
        tracing::error!(target: "postgres", "the disk is full: {line}");
    } else if level == "PANIC" {
        tracing::error!(target: "postgres", "{text}");
    } else if level == "WARNING" {
        tracing::warn!(target: "postgres", "{text}");
    } else {
        tracing::debug!(target: "postgres", "{line}");
    }
}
