//! Checks of the numbers among settings. JavaScript gives doubles, and Node-API would silently wrap -1 into a large integer.

use std::time::Duration;

use modzy_client::{Error, Result};

/// The longest string that V8 makes, in UTF-16 units, of which no text has more than it has bytes.
pub(crate) const LONGEST_STRING: usize = (1 << 29) - 24;

/// Milliseconds, at least so many, of which `Infinity` stands for no limit.
pub(crate) fn millis(name: &'static str, least: f64, value: f64) -> Result<Duration> {
    if value.is_nan() || value < least {
        let reason = format!("must be a number of milliseconds, {least} or more (Infinity: no limit)");
        return Err(refuse(name, &reason));
    }
    // More than a duration holds is no limit either.
    Ok(Duration::try_from_secs_f64(value / 1000.0).unwrap_or(Duration::MAX))
}

/// A whole number.
pub(crate) fn count(name: &'static str, value: f64) -> Result<u32> {
    let refused = || refuse(name, "must be a whole number, 0 or more");
    u32::try_from(whole(value).ok_or_else(refused)?).map_err(|_| refused())
}

/// A whole number that is not zero.
pub(crate) fn size(name: &'static str, value: f64) -> Result<usize> {
    let refused = || refuse(name, "must be a whole number, 1 or more");
    usize::try_from(whole(value).filter(|&value| value > 0).ok_or_else(refused)?).map_err(|_| refused())
}

/// A double that is a whole number, and small enough to be told from its neighbours.
fn whole(value: f64) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and within range"
    )]
    (value.fract() == 0.0 && (0.0..=MOST).contains(&value)).then_some(value as u64)
}

/// The error for a setting that is refused.
pub(crate) fn refuse(name: &'static str, reason: &str) -> Error {
    Error::Argument {
        name,
        reason: reason.to_owned(),
    }
}
