//! Grep and word count. One file is one epoch; each worker reads half of it.

use crate::files::{bytes_of, files_in, for_each_run, piece_of, Piece};
use crate::{Outcome, Stopwatch};
use hashbrown::HashMap;
use std::sync::{Arc, Barrier, Mutex};
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::{Operator, Probe};
use timely::dataflow::{InputHandle, ProbeHandle, Stream};
use timely::Config;

const WORKERS: usize = 2;
const RECORD_BYTES: u64 = 100;
const PATTERN: &[u8] = b"streamed";

type Counts = HashMap<Vec<u8>, u64>;

/// Sends every worker its pieces, one epoch per file; `build` makes the dataflow and its probe.
fn run_files<T, B>(directory: &str, totals: Arc<Mutex<T>>, build: B) -> ((f64, f64), u64, T)
where
    T: Default + Send + 'static,
    B: for<'s> Fn(Stream<'s, usize, Vec<Piece>>, Arc<Mutex<T>>, &ProbeHandle<usize>)
        + Send
        + Sync
        + 'static,
{
    let files = files_in(directory);
    let records = files.iter().map(|f| bytes_of(f)).sum::<u64>() / RECORD_BYTES;
    let barrier = Arc::new(Barrier::new(WORKERS));
    let sums = totals.clone();
    let guards = timely::execute(Config::process(WORKERS), move |worker| {
        let mut input = InputHandle::new();
        let probe = ProbeHandle::new();
        worker.dataflow(|scope| build(input.to_stream(scope), sums.clone(), &probe));
        barrier.wait();
        let timer = Stopwatch::start();
        for (epoch, file) in files.iter().enumerate() {
            input.send(piece_of(file, worker.index(), worker.peers()));
            input.advance_to(epoch + 1);
            worker.step();
        }
        worker.step_while(|| probe.less_than(input.time()));
        timer.seconds()
    })
    .expect("workers");
    let longer = |a: (f64, f64), b: (f64, f64)| (a.0.max(b.0), a.1.max(b.1));
    let seconds = guards.join().into_iter().map(|w| w.expect("a worker")).fold((0.0, 0.0), longer);
    let totals = std::mem::take(&mut *totals.lock().expect("totals"));
    (seconds, records, totals)
}

pub fn grep(directory: &str) -> Outcome {
    let ((wall, cpu), records, found) =
        run_files(directory, Arc::<Mutex<u64>>::default(), |pieces, total, probe| {
            let mut buffer = Vec::new();
            let finder = memchr::memmem::Finder::new(PATTERN).into_owned();
            pieces
                .unary::<timely::container::CapacityContainerBuilder<Vec<u64>>, _, _, _>(
                    Pipeline,
                    "Grep",
                    |_, _| {
                        move |input, output| {
                            input.for_each_stamp(|cap, data| {
                                let mut found = 0;
                                for piece in data.flat_map(|d| d.drain(..)) {
                                    for_each_run(&piece, &mut buffer, |text| {
                                        found += lines_with(&finder, text);
                                    });
                                }
                                output.session(&cap).give(found);
                            });
                        }
                    },
                )
                .unary::<timely::container::CapacityContainerBuilder<Vec<()>>, _, _, _>(
                    Exchange::new(|_| 0),
                    "Add",
                    |_, _| {
                        move |input, _| {
                            input.for_each_stamp(|_, data| {
                                *total.lock().expect("total") +=
                                    data.flat_map(|d| d.drain(..)).sum::<u64>();
                            });
                        }
                    },
                )
                .probe_with(probe);
        });
    Outcome { wall, cpu, records, answer: found.to_string() }
}

/// Searches line by line: records are lines.
fn lines_with(finder: &memchr::memmem::Finder, text: &[u8]) -> u64 {
    let mut found = 0;
    let mut begin = 0;
    for end in memchr::memchr_iter(b'\n', text) {
        found += u64::from(finder.find(&text[begin..end]).is_some());
        begin = end + 1;
    }
    found
}

/// Words, different ones and a checksum, over all files.
#[derive(Default)]
struct Sums {
    words: u64,
    distinct: u64,
    checksum: u64,
}

impl Sums {
    fn add(&mut self, word: &[u8], count: u64) {
        self.words += count;
        self.distinct += 1;
        let crc = u64::from(crc32fast::hash(word));
        self.checksum = self.checksum.wrapping_add(crc.wrapping_mul(count));
    }
}

/// Each worker counts its own words first, then the exchange adds.
pub fn word_count(directory: &str) -> Outcome {
    let ((wall, cpu), records, sums) =
        run_files(directory, Arc::<Mutex<Sums>>::default(), |pieces, sums, probe| {
            let mut buffer = Vec::new();
            // Fixed for all workers: they must agree on who gets a word.
            let route = |(word, _): &(Vec<u8>, u64)| u64::from(crc32fast::hash(word));
            pieces
                .unary::<timely::container::CapacityContainerBuilder<Vec<(Vec<u8>, u64)>>, _, _, _>(
                    Pipeline,
                    "CountPieces",
                    |_, _| {
                        let mut counts = Counts::new();
                        move |input, output| {
                            input.for_each_stamp(|cap, data| {
                                for piece in data.flat_map(|d| d.drain(..)) {
                                    for_each_run(&piece, &mut buffer, |text| {
                                        count_words(text, &mut counts);
                                    });
                                }
                                output.session(&cap).give_iterator(counts.drain());
                            });
                        }
                    },
                )
                .unary_frontier::<timely::container::CapacityContainerBuilder<Vec<()>>, _, _, _>(
                    Exchange::new(route),
                    "AddUp",
                    |_, _| {
                        let mut open = HashMap::<_, Counts>::new();
                        move |(input, frontier), _| {
                            input.for_each_stamp(|cap, data| {
                                let counts = open.entry(*cap.least().expect("a time")).or_default();
                                for (word, n) in data.flat_map(|d| d.drain(..)) {
                                    *counts.entry(word).or_insert(0) += n;
                                }
                            });
                            open.retain(|time, counts| {
                                let complete = !frontier.less_equal(time);
                                if complete {
                                    let mut sums = sums.lock().expect("sums");
                                    counts.iter().for_each(|(word, n)| sums.add(word, *n));
                                }
                                !complete
                            });
                        }
                    },
                )
                .probe_with(probe);
        });
    let answer = format!("{}/{}/{}", sums.words, sums.distinct, sums.checksum);
    Outcome { wall, cpu, records, answer }
}

fn count_words(text: &[u8], counts: &mut Counts) {
    for word in text.split(|byte| *byte == b' ' || *byte == b'\n') {
        if !word.is_empty() {
            *counts.entry_ref(word).or_insert(0) += 1;
        }
    }
}
