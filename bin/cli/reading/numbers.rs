//! A list of numbers, each of which gets the same text once.

use std::collections::HashSet;

use sms_framework::message::NumberPolicy;
use sms_framework::{Message, MessageId, PhoneNumber};

use super::super::input::Lines;
use super::{Bad, Input, Item, Taker};

/// Numbers from arguments and from a file with one a line.
#[derive(Debug)]
pub(crate) struct Numbers {
    arguments: Vec<String>,
    file: Option<Input>,
    message: Message,
    seen: Seen,
}

impl Numbers {
    pub(crate) fn new(
        arguments: Vec<String>,
        file: Option<Input>,
        message: Message,
        policy: NumberPolicy,
    ) -> Self {
        Self {
            arguments,
            file,
            message,
            seen: Seen::new(policy),
        }
    }

    /// How much there is, and whether it is a list that ends.
    pub(crate) fn extent(&self) -> (Option<u64>, bool) {
        match &self.file {
            None => (Some(self.arguments.len() as u64), true),
            Some(file) => (file.length, file.length.is_some()),
        }
    }

    pub(crate) fn read(mut self, take: &mut Taker<'_>, skip: &dyn Fn()) {
        let arguments = std::mem::take(&mut self.arguments);
        let alone = self.file.is_none();
        for (index, to) in arguments.iter().enumerate() {
            let read = if alone { index as u64 + 1 } else { 0 };
            match self.message_to(to.trim()) {
                None => skip(),
                Some(message) => {
                    let (line, message) = (None, Ok(message));
                    if !take(Item {
                        line,
                        read,
                        message,
                    }) {
                        return;
                    }
                }
            }
        }
        if let Some(file) = self.file.take() {
            self.read_lines(file, take, skip);
        }
    }

    fn read_lines(&mut self, file: Input, take: &mut Taker<'_>, skip: &dyn Fn()) {
        let mut lines = Lines::new(file.reader);
        loop {
            let at = lines.position();
            let (number, read, message) = match lines.next() {
                Ok(None) => return,
                Ok(Some(line)) => match line.text.map(number_of) {
                    Ok("") => continue,
                    Ok(to) => match self.message_to(to) {
                        None => {
                            skip();
                            continue;
                        }
                        Some(message) => (line.number, line.read, Ok(message)),
                    },
                    Err(why) => (line.number, line.read, Err(Bad::line(line.number, why))),
                },
                Err(error) => {
                    take(Item::unreadable(at, &error));
                    return;
                }
            };
            let line = Some(number);
            if !take(Item {
                line,
                read,
                message,
            }) {
                return;
            }
        }
    }

    /// `None` where the number was there before.
    fn message_to(&mut self, to: &str) -> Option<Message> {
        self.seen.is_new(to, 0).then(|| Message {
            id: MessageId::new(),
            to: to.to_owned(),
            ..self.message.clone()
        })
    }
}

/// What stands before a comment.
fn number_of(line: &str) -> &str {
    line.split_once('#')
        .map_or(line, |(number, _)| number)
        .trim()
}

/// Which recipients were there before: 16 bytes each, however many there are.
#[derive(Debug)]
pub(crate) struct Seen {
    policy: NumberPolicy,
    /// The digits, and a hash of the text where texts differ.
    known: HashSet<(u64, u64)>,
}

impl Seen {
    pub(crate) fn new(policy: NumberPolicy) -> Self {
        Self {
            policy,
            known: HashSet::new(),
        }
    }

    /// True where this number has not had that text. What is no number is always new: each of
    /// those is a mistake of its own.
    pub(crate) fn is_new(&mut self, to: &str, text: u64) -> bool {
        match self.policy.parse(to) {
            Ok(number) => self.known.insert((digits(&number), text)),
            Err(_) => true,
        }
    }
}

/// E.164 has at most 15 digits, the first not 0: they fit, and no two numbers have the same.
fn digits(number: &PhoneNumber) -> u64 {
    let digits = number.as_str().trim_start_matches('+');
    digits
        .bytes()
        .fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
}
