//! The thread that owns the postmaster.
//!
//! One thread for all of its life, because the death signal that ties Postgres to us follows the
//! *thread* that forked it: spawned from a pool, Postgres would stop whenever an idle worker is let go.

use super::binaries::Binaries;
use super::folder::Folder;
use super::log::LastWords;
use super::{PostgresError, leftovers, spawn};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// One that ran for so long had a good start: the next delay is the first again.
const GOOD_RUN: Duration = Duration::from_secs(30);

/// A fast shutdown writes a checkpoint; an immediate one leaves that to the next start.
const STOP_STEPS: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(60)),
    (Signal::QUIT, Duration::from_secs(10)),
    (Signal::KILL, Duration::from_secs(10)),
];

/// The handle; the thread itself ends when Postgres is stopped.
#[derive(Debug)]
pub(super) struct Supervisor {
    shared: Arc<Shared>,
    is_over: watch::Receiver<bool>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Set while there is a process that has not been reaped: only then may it be signalled.
    postmaster: Option<Pid>,
    has_answered: bool,
    is_stopping: bool,
    failure: Option<PostgresError>,
}

impl Supervisor {
    /// Starts the thread, which starts Postgres.
    pub(super) fn start(folder: Folder, binaries: Binaries) -> Result<Self, PostgresError> {
        let shared = Arc::new(Shared::default());
        let (over, is_over) = watch::channel(false);
        let thread_shared = Arc::clone(&shared);
        let home = folder.home.clone();
        let run = move || {
            let result = supervise(&thread_shared, &folder, &binaries);
            thread_shared.lock().failure = result.err();
            // The lock on the folder must be free before anybody hears that this is over.
            drop(folder);
            over.send_replace(true);
        };
        let thread = std::thread::Builder::new().name("postgres".to_owned()).spawn(run);
        thread.map_err(PostgresError::io("start a thread for", &home))?;
        Ok(Self { shared, is_over })
    }

    /// From now on a Postgres that dies is started again.
    pub(super) fn note_ready(&self) {
        self.shared.lock().has_answered = true;
    }

    /// Whether there is a postmaster of ours, which also means that orphans are gone.
    pub(super) fn is_running(&self) -> bool {
        self.shared.lock().postmaster.is_some()
    }

    /// Why there is no Postgres and will be none.
    pub(super) fn failure(&self) -> Option<PostgresError> {
        self.shared.lock().failure.take()
    }

    /// Stops Postgres and waits until it is gone.
    pub(super) async fn stop(&mut self) {
        for (signal, patience) in STOP_STEPS {
            self.shared.tell_to_stop(signal);
            let gone = tokio::time::timeout(patience, self.is_over.wait_for(|&it| it)).await;
            // An error within means that the thread is gone, which is over as well.
            if gone.is_ok() {
                return;
            }
            tracing::warn!(?signal, "Postgres did not stop in time");
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.shared.tell_to_stop(Signal::INT);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_to_stop(&self, signal: Signal) {
        let mut state = self.lock();
        state.is_stopping = true;
        self.changed.notify_all();
        if let Some(postmaster) = state.postmaster {
            // It is our child and not reaped, so the number is still its own.
            kill_process(postmaster, signal).ok();
        }
    }

    /// Waits before the next start; `true` when there will be none.
    fn is_stopped_within(&self, delay: Duration) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), delay, |it| !it.is_stopping);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_stopping
    }

    /// Spawns under the lock: whoever wants to stop comes before or finds a process to signal.
    fn spawn(&self, command: &mut Command) -> Option<io::Result<Child>> {
        let mut state = self.lock();
        if state.is_stopping {
            return None;
        }
        let child = command.spawn();
        state.postmaster = child.as_ref().ok().map(Pid::from_child);
        Some(child)
    }

    /// Waits for the process to end, then reaps it under the lock.
    fn wait(&self, mut child: Child) -> io::Result<ExitStatus> {
        let id = WaitId::Pid(Pid::from_child(&child));
        while let Err(rustix::io::Errno::INTR) =
            waitid(id.clone(), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
        {}
        let mut state = self.lock();
        state.postmaster = None;
        child.wait()
    }
}

/// Starts Postgres again and again. One that never answered is not started again: its configuration
/// or its disk is broken, and whoever started us wants to know.
fn supervise(shared: &Shared, folder: &Folder, binaries: &Binaries) -> Result<(), PostgresError> {
    let mut delay = FIRST_DELAY;
    loop {
        let started = Instant::now();
        let ended = run_once(shared, folder, binaries);
        let (is_stopping, has_answered) = {
            let state = shared.lock();
            (state.is_stopping, state.has_answered)
        };
        if is_stopping {
            return Ok(());
        }
        if !has_answered {
            return Err(ended);
        }
        if started.elapsed() > GOOD_RUN {
            delay = FIRST_DELAY;
        }
        tracing::error!(delay_ms = delay.as_millis(), "starting Postgres again: {ended}");
        if shared.is_stopped_within(delay) {
            return Ok(());
        }
        delay = LONGEST_DELAY.min(delay * 2);
    }
}

/// One life of a postmaster; what comes back is why it ended.
fn run_once(shared: &Shared, folder: &Folder, binaries: &Binaries) -> PostgresError {
    if let Err(e) = leftovers::clear(folder) {
        return e;
    }
    let mut child = match shared.spawn(&mut spawn::postmaster(folder, binaries)) {
        Some(Ok(child)) => child,
        Some(Err(e)) => return spawn::error(folder, binaries, "postgres", e),
        None => return PostgresError::Failed { doing: "start", output: "it was stopped first".to_owned() },
    };
    let last_words = LastWords::default();
    let reader = child.stderr.take().map(|it| last_words.follow(it));
    let status = shared.wait(child);
    let has_answered = shared.lock().has_answered;
    if let Some(Ok(reader)) = reader.filter(|_| !has_answered) {
        // All that it said belongs to the error; the reader ends with the last process that could speak.
        reader.join().ok();
    }
    let ending = status.map_or_else(|e| e.to_string(), |it| it.to_string());
    let output = format!("{}\n({ending})", last_words.text());
    PostgresError::from_output("run", &folder.cluster, output)
}
