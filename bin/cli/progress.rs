//! The progress bar: on stderr, only on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far it is.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// `length` is how much there is to read, `None` where nobody knows.
    pub(super) fn new(length: Option<u64>, wanted: bool) -> Self {
        // indicatif hides itself where stderr is no terminal.
        let target = if wanted {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        let template = match length {
            Some(_) => "{bar:30} {percent:>3} %  {msg}  {elapsed}, {eta} to go",
            None => "{spinner} {msg}  {elapsed}",
        };
        let style = ProgressStyle::with_template(template)
            .expect("the templates are constants that a test draws");
        bar.set_style(style);
        Self(bar)
    }

    /// `text` is made only where somebody sees it.
    pub(super) fn show(&self, read: u64, text: impl FnOnce() -> String) {
        if self.0.is_hidden() {
            return;
        }
        self.0.set_position(read);
        self.0.set_message(text());
    }

    /// Lets `print` write without the bar in its way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bars_can_be_drawn() {
        for length in [Some(10), None] {
            let progress = Progress::new(length, true);
            progress.show(5, || "5 accepted".to_owned());
            progress.end();
            assert!(progress.0.is_finished());
        }
    }
}
