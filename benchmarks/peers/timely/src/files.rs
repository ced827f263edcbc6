//! Pieces of files as records: each worker reads its own, in blocks that stay in the cache.

use std::fs::File;
use std::os::unix::fs::FileExt;

/// Bytes `begin..end` of a file; a line belongs to the piece in which it begins.
#[derive(Clone)]
pub struct Piece {
    pub path: String,
    pub begin: u64,
    pub end: u64,
}

const BLOCK: usize = 256 << 10;

/// The files of a directory by name.
pub fn files_in(directory: &str) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(directory)
        .expect("a readable directory")
        .map(|entry| entry.expect("an entry").path().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

pub fn bytes_of(path: &str) -> u64 {
    std::fs::metadata(path).expect("a file").len()
}

/// The piece of worker `index` of `peers`.
pub fn piece_of(path: &str, index: usize, peers: usize) -> Piece {
    let (bytes, i, n) = (bytes_of(path), index as u64, peers as u64);
    Piece { path: path.to_owned(), begin: bytes * i / n, end: bytes * (i + 1) / n }
}

/// Calls `visit` with runs of whole lines. `buffer` lives on between calls, so that it is warm.
pub fn for_each_run(piece: &Piece, buffer: &mut Vec<u8>, mut visit: impl FnMut(&[u8])) {
    let file = File::open(&piece.path).expect("a readable file");
    // A piece begins one byte earlier, so that a line which begins exactly there is its own.
    let mut at = piece.begin.saturating_sub(1);
    let mut skip = piece.begin != 0;
    let mut held = 0;
    buffer.resize(buffer.len().max(BLOCK), 0);
    loop {
        if held == buffer.len() {
            buffer.resize(2 * held, 0);
        }
        let got = file.read_at(&mut buffer[held..], at).expect("a readable block");
        at += got as u64;
        held += got;
        let base = at - held as u64;
        let mut first = 0;
        if std::mem::take(&mut skip) {
            first = memchr::memchr(b'\n', &buffer[..held]).map_or(held, |i| i + 1);
        }
        if base + first as u64 >= piece.end || first == held {
            return;
        }
        let text = &buffer[first..held];
        let beyond = at >= piece.end;
        let last = if beyond {
            let from = (piece.end - 1 - base) as usize - first;
            memchr::memchr(b'\n', &text[from..]).map(|i| i + from)
        } else {
            memchr::memrchr(b'\n', text)
        };
        if last.is_none() && got != 0 {
            buffer.copy_within(first..held, 0);
            held -= first;
            continue;
        }
        let length = last.map_or(text.len(), |i| i + 1);
        visit(&text[..length]);
        if beyond {
            return;
        }
        buffer.copy_within(first + length..held, 0);
        held -= first + length;
    }
}
