//! What became of the messages, counted.

use jiff::tz::TimeZone;

use crate::message::MessageState;
use crate::store::{DayStats, DeliveryStats, ErrorCount, MessageRecord};

/// Adds one message where [`DeliveryStats`] wants it.
pub(super) fn count(stats: &mut DeliveryStats, record: &MessageRecord) {
    let day = record.created_at.to_zoned(TimeZone::UTC).date().to_string();
    if stats.by_day.last().is_none_or(|last| last.day != day) {
        stats.by_day.push(DayStats {
            day,
            successes: 0,
            failures: 0,
            other: 0,
            simulated: 0,
        });
    }
    let Some(today) = stats.by_day.last_mut() else {
        return;
    };
    let (total, daily) = match record.status {
        _ if record.simulated => (&mut stats.simulated, &mut today.simulated),
        MessageState::Accepted | MessageState::Sent | MessageState::Delivered => {
            stats.segments += u64::from(record.segments);
            (&mut stats.successes, &mut today.successes)
        }
        MessageState::Unknown => (&mut stats.unknown, &mut today.other),
        MessageState::Canceled => (&mut stats.canceled, &mut today.other),
        state if state.is_waiting() => (&mut stats.waiting, &mut today.other),
        _ => (&mut stats.failures, &mut today.failures),
    };
    *total += 1;
    *daily += 1;
    let Some(error) = record.error.as_ref().filter(|_| !record.simulated) else {
        return;
    };
    let same = |known: &&mut ErrorCount| {
        known.code == error.code && known.provider_code == error.provider_code
    };
    match stats.by_error.iter_mut().find(same) {
        Some(known) => known.count += 1,
        None => stats.by_error.push(ErrorCount {
            code: error.code.clone(),
            provider_code: error.provider_code.clone(),
            count: 1,
        }),
    }
}
