//! The period of a report: whole days in UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::error::Error;
use crate::query::Parameters;

/// How many days a report has at least, and without dates exactly.
const LEAST_DAYS: i32 = 7;

/// The days from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Period {
    /// Reads `begin-date` and `end-date`. A missing one follows from the other.
    pub(super) fn of(parameters: &Parameters) -> Result<Self, Error> {
        let date = |name: &str| {
            let text = parameters.get(name);
            text.map(|text| {
                let date = text.parse::<Date>().ok().filter(|_| text.len() == 10);
                date.ok_or_else(|| Error::bad_request(format!("{name} must be a date such as 2021-08-13")))
            })
            .transpose()
        };
        let days = (LEAST_DAYS - 1).days();
        let (first, last) = match (date("begin-date")?, date("end-date")?) {
            (Some(first), Some(last)) => (first, last),
            (Some(first), None) => (first, first.saturating_add(days)),
            (None, last) => {
                let last = last.unwrap_or_else(|| day_of(Timestamp::now()));
                (last.saturating_sub(days), last)
            }
        };
        let period = Self { first, last };
        if period.length() < LEAST_DAYS {
            return Err(Error::bad_request(format!(
                "the period from begin-date to end-date must have at least {LEAST_DAYS} days"
            )));
        }
        Ok(period)
    }

    /// Returns the number of its days.
    fn length(self) -> i32 {
        (self.last - self.first).get_days() + 1
    }

    /// Returns the period of the same length before it.
    pub(super) fn before(self) -> Self {
        let days = self.length().days();
        Self {
            first: self.first.saturating_sub(days),
            last: self.last.saturating_sub(days),
        }
    }

    pub(super) fn days(self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(move |day| *day <= self.last)
    }

    pub(super) fn has(self, at: Timestamp) -> bool {
        (self.first..=self.last).contains(&day_of(at))
    }
}

/// Returns the day of a point in time, in UTC.
pub(super) fn day_of(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}
