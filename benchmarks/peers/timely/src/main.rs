//! Runs workloads on command: lines of `WORKLOAD INPUT` in, lines of `ok SECONDS CPU RECORDS ANSWER`
//! out. Two workers in one process, unless the workload says otherwise.

mod engine;
mod files;
mod text;

use std::io::{BufRead, Write};

/// What a run says to the driver.
pub struct Outcome {
    pub wall: f64,
    pub cpu: f64,
    pub records: u64,
    pub answer: String,
}

/// CPU seconds of all threads of this process so far.
pub fn cpu_seconds() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes into `now` and nothing else.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// Both clocks; each worker stops its own.
pub struct Stopwatch(std::time::Instant, f64);

impl Stopwatch {
    pub fn start() -> Self {
        Self(std::time::Instant::now(), cpu_seconds())
    }
    pub fn seconds(&self) -> (f64, f64) {
        (self.0.elapsed().as_secs_f64(), cpu_seconds() - self.1)
    }
}

fn run(name: &str, input: &str) -> Result<Outcome, String> {
    let number = || input.parse::<u64>().map_err(|e| e.to_string());
    match name {
        "grep" => Ok(text::grep(input)),
        "word_count" => Ok(text::word_count(input)),
        "exchange" => Ok(engine::exchange(number()?)),
        "empty_epochs_1" => Ok(engine::empty_epochs(number()?, 1)),
        "empty_epochs_2" => Ok(engine::empty_epochs(number()?, 2)),
        _ => Err(format!("unknown workload {name}")),
    }
}

fn main() {
    println!("ready timely 0.32.0");
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a readable command");
        let (name, input) = line.split_once(' ').unwrap_or((line.as_str(), ""));
        match run(name, input) {
            Ok(o) => println!("ok {} {} {} {}", o.wall, o.cpu, o.records, o.answer),
            Err(reason) => println!("failed {reason}"),
        }
        std::io::stdout().flush().expect("a reader");
    }
}
