//! What the engine itself costs: nothing is read, records are numbers made on the spot.

use crate::{Outcome, Stopwatch};
use std::sync::{Arc, Barrier};
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::vec::{Filter, Map};
use timely::dataflow::operators::{Operator, Probe};
use timely::dataflow::{InputHandle, ProbeHandle};
use timely::Config;

const BLOCK: u64 = 1024;

/// SplitMix64 of a position: the same key in every language.
fn key_of(position: u64) -> u64 {
    let mut z = (position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Joins the workers: the slowest one's time and the sum of their numbers.
fn joined(guards: timely::communication::WorkerGuards<((f64, f64), u64)>) -> ((f64, f64), u64) {
    guards.join().into_iter().map(|w| w.expect("a worker")).fold(((0.0, 0.0), 0), |all, one| {
        let seconds = (f64::max(all.0 .0, one.0 .0), f64::max(all.0 .1, one.0 .1));
        (seconds, all.1.wrapping_add(one.1))
    })
}

/// Pairs in blocks of 1,024 go to the worker of their key, which adds them up.
pub fn exchange(total: u64) -> Outcome {
    let workers = 2;
    let blocks = total / BLOCK;
    let barrier = Arc::new(Barrier::new(workers));
    let guards = timely::execute(Config::process(workers), move |worker| {
        let sum = std::rc::Rc::new(std::cell::Cell::new(0u64));
        let mut input = InputHandle::<usize, CapacityContainerBuilder<Vec<(u64, u64)>>>::new_with_builder();
        let probe = ProbeHandle::new();
        let into = sum.clone();
        worker.dataflow(|scope| {
            input
                .to_stream(scope)
                .unary::<CapacityContainerBuilder<Vec<()>>, _, _, _>(
                    Exchange::new(|pair: &(u64, u64)| pair.0),
                    "AddUp",
                    |_, _| {
                        move |input, _| {
                            input.for_each_stamp(|_, data| {
                                let mut sum = into.get();
                                for (key, i) in data.flat_map(|d| d.drain(..)) {
                                    sum = sum.wrapping_add(key ^ i);
                                }
                                into.set(sum);
                            });
                        }
                    },
                )
                .probe_with(&probe);
        });
        barrier.wait();
        let timer = Stopwatch::start();
        let mut block = Vec::with_capacity(BLOCK as usize);
        let (index, peers) = (worker.index() as u64, worker.peers() as u64);
        for b in (0..blocks).filter(|b| b % peers == index) {
            block.extend((b * BLOCK..(b + 1) * BLOCK).map(|i| (key_of(i), i)));
            input.send_batch(&mut block);
            block.clear();
            worker.step();
        }
        input.advance_to(1);
        worker.step_while(|| probe.less_than(input.time()));
        (timer.seconds(), sum.get())
    })
    .expect("workers");
    let ((wall, cpu), sum) = joined(guards);
    Outcome { wall, cpu, records: blocks * BLOCK, answer: sum.to_string() }
}

/// Epochs without records, each after the one before is complete; the workers spin.
pub fn empty_epochs(rounds: u64, workers: usize) -> Outcome {
    let barrier = Arc::new(Barrier::new(workers));
    let guards = timely::execute(Config::process(workers), move |worker| {
        let mut input = InputHandle::<u64, CapacityContainerBuilder<Vec<u64>>>::new_with_builder();
        let probe = ProbeHandle::new();
        worker.dataflow(|scope| {
            input
                .to_stream(scope)
                .map(|x| x + 1)
                .filter(|x| *x != 0)
                .map(|x| x * 2)
                .probe_with(&probe);
        });
        barrier.wait();
        let timer = Stopwatch::start();
        for round in 1..=rounds {
            input.advance_to(round);
            worker.step_while(|| probe.less_than(&round));
        }
        (timer.seconds(), if worker.index() == 0 { rounds } else { 0 })
    })
    .expect("workers");
    let ((wall, cpu), done) = joined(guards);
    Outcome { wall, cpu, records: rounds, answer: done.to_string() }
}
