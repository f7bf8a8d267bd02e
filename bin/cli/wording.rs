//! How times, waits and counts are written for people.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time in the zone of this machine, such as `2026-11-23 14:05:01 CET`.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system())
        .strftime("%Y-%m-%d %H:%M:%S %Z")
        .to_string()
}

/// How far away `at` is, such as `in 58 s` or `now` where it has passed.
pub(super) fn distance(at: Timestamp, now: Timestamp) -> String {
    match Duration::try_from(at.duration_since(now)) {
        Ok(wait) if !wait.is_zero() => format!("in {}", rounded(wait)),
        _ => "now".to_owned(),
    }
}

/// A wait in its two largest units: `350 ms`, `1.4 s`, `58 s`, `1 min 30 s`, `23 h 59 min`.
pub(super) fn rounded(time: Duration) -> String {
    let seconds = time.as_secs();
    let two = |large: u64, unit: &str, small: u64, smaller: &str| match small {
        0 => format!("{large} {unit}"),
        small => format!("{large} {unit} {small} {smaller}"),
    };
    match seconds {
        0 if time.as_micros() < 1000 => "under 1 ms".to_owned(),
        0 => format!("{} ms", time.as_millis()),
        1..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
    }
}

/// `1 segment`, `2 segments`.
pub(super) fn count(number: impl Into<u64>, noun: &str) -> String {
    match number.into() {
        1 => format!("1 {noun}"),
        number => format!("{} {noun}s", grouped(number)),
    }
}

/// `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What somebody else wrote, fit for a terminal: of the control characters only line ends stay.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_harmful = |c: char| c.is_control() && c != '\n';
    if text.contains(is_harmful) {
        Cow::Owned(text.replace(is_harmful, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same on one line.
pub(super) fn printable_line(text: &str) -> String {
    printable(text).replace('\n', "\u{fffd}")
}

/// Lines of a name and a value, the values in one column.
#[derive(Debug, Default)]
pub(super) struct Facts(Vec<(String, String)>);

impl Facts {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn add(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.0.push((name.into(), value.into()));
        self
    }

    pub(super) fn add_some(&mut self, name: &str, value: Option<impl Into<String>>) -> &mut Self {
        if let Some(value) = value {
            self.add(name, value);
        }
        self
    }
}

impl std::fmt::Display for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = self
            .0
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        for (name, value) in &self.0 {
            let mut lines = value.lines();
            writeln!(f, "  {name:width$}  {}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(f, "  {:width$}  {line}", "")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_written_in_its_two_largest_units() {
        let written = |millis| rounded(Duration::from_millis(millis));
        assert_eq!(written(0), "under 1 ms");
        assert_eq!(written(350), "350 ms");
        assert_eq!(written(1_400), "1.4 s");
        assert_eq!(written(58_000), "58 s");
        assert_eq!(written(90_000), "1 min 30 s");
        assert_eq!(written(86_340_000), "23 h 59 min");
        assert_eq!(written(172_800_000), "2 d");
    }

    #[test]
    fn what_others_wrote_cannot_command_the_terminal() {
        assert_eq!(printable("a\u{1b}[2J\nb\r"), "a\u{fffd}[2J\nb\u{fffd}");
        assert_eq!(printable_line("a\nb"), "a\u{fffd}b");
    }

    #[test]
    fn large_counts_are_grouped_by_threes() {
        assert_eq!(count(1_u64, "segment"), "1 segment");
        assert_eq!(count(0_u64, "segment"), "0 segments");
        assert_eq!(count(1_234_567_u64, "line"), "1,234,567 lines");
        assert_eq!(grouped(100), "100");
    }
}
