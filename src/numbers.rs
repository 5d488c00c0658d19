//! Checks of numeric settings. JavaScript passes doubles, because Node-API would silently convert -1 to a large integer.

use std::time::Duration;

use modzy_client::{Error, Result};

/// The longest string of V8, in UTF-16 units. A text has at most as many units as bytes.
pub(crate) const LONGEST_STRING: usize = (1 << 29) - 24;

/// Converts milliseconds, with a minimum. `Infinity` means that there is no limit.
pub(crate) fn millis(name: &'static str, least: f64, value: f64) -> Result<Duration> {
    if value.is_nan() || value < least {
        let reason = format!("must be a number of milliseconds, {least} or more (Infinity: no limit)");
        return Err(refuse(name, &reason));
    }
    // A value beyond the range of a duration means that there is no limit, too.
    Ok(Duration::try_from_secs_f64(value / 1000.0).unwrap_or(Duration::MAX))
}

/// Converts a whole number.
pub(crate) fn count(name: &'static str, value: f64) -> Result<u32> {
    let refused = || refuse(name, "must be a whole number, 0 or more");
    u32::try_from(whole(value).ok_or_else(refused)?).map_err(|_| refused())
}

/// Converts a whole number other than zero.
pub(crate) fn size(name: &'static str, value: f64) -> Result<usize> {
    let refused = || refuse(name, "must be a whole number, 1 or more");
    usize::try_from(whole(value).filter(|&value| value > 0).ok_or_else(refused)?).map_err(|_| refused())
}

/// Converts a double that is a safe integer of JavaScript and not negative.
fn whole(value: f64) -> Option<u64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be whole and within range"
    )]
    (value.fract() == 0.0 && (0.0..=MOST).contains(&value)).then_some(value as u64)
}

/// Returns the error for a refused setting.
pub(crate) fn refuse(name: &'static str, reason: &str) -> Error {
    Error::Argument {
        name,
        reason: reason.to_owned(),
    }
}
