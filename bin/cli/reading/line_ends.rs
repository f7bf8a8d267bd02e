//! Windows' line ends as plain ones, so that lines are counted alike in every file.

use std::io::{self, Read};

/// Reads without the carriage return of each `\r\n`; one that stands alone stays.
#[derive(Debug)]
pub(crate) struct PlainLineEnds<R> {
    input: R,
    /// The last read ended in a carriage return: what follows decides about it.
    held_back: bool,
}

impl<R> PlainLineEnds<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            held_back: false,
        }
    }
}

impl<R: Read> Read for PlainLineEnds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.len() < 2 {
            return self.input.read(buffer);
        }
        loop {
            let start = usize::from(self.held_back);
            buffer[0] = b'\r';
            let read = self.input.read(&mut buffer[start..])?;
            if read == 0 {
                return Ok(usize::from(std::mem::take(&mut self.held_back)));
            }
            let filled = start + read;
            self.held_back = buffer[filled - 1] == b'\r';
            let kept = keep_plain(&mut buffer[..filled - usize::from(self.held_back)]);
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// Moves what stays to the front.
fn keep_plain(bytes: &mut [u8]) -> usize {
    let mut kept = 0;
    for at in 0..bytes.len() {
        let is_windows_end = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
        if !is_windows_end {
            bytes[kept] = bytes[at];
            kept += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::PlainLineEnds;

    /// Gives a few bytes at a time, so that ends fall between two reads.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            let (now, later) = self.0.split_at(count);
            buffer[..count].copy_from_slice(now);
            self.0 = later;
            Ok(count)
        }
    }

    #[test]
    fn only_the_carriage_return_of_a_windows_end_goes() {
        let given = b"a\r\nb\rc\n\r\n\r\r\nd\r";
        for step in 1..=given.len() {
            let mut text = String::new();
            PlainLineEnds::new(Drops(given, step))
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text, "a\nb\rc\n\n\r\nd\r", "{step} at a time");
        }
    }
}
