//! The API's notation of sizes: a number, and up to two letters for its unit.

/// Returns the bytes of a size such as `1Mi`, `1.5Mi`, `500K` or `1048576`. Without a unit it is in bytes. A fraction of
/// a byte is dropped. `None` if the text is not a size, is zero, or overflows.
pub(super) fn bytes(text: &str) -> Option<usize> {
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit_at)?;
    let unit = match unit {
        "" | "i" => 1,
        "K" => 1000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        "Ki" | "KB" => 1 << 10,
        "Mi" | "MB" => 1 << 20,
        "Gi" | "GB" => 1 << 30,
        "Ti" | "TB" => 1_u128 << 40,
        _ => return None,
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, "0"),
    };
    let digits = |text: &str| !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let value = whole.parse::<u128>().ok()? * unit + fraction.parse::<u128>().ok()? * unit / scale;
    usize::try_from(value).ok().filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_their_units() {
        for (text, expected) in [
            ("1Mi", 1 << 20),
            ("1.5Mi", 3 << 19),
            ("1048576", 1 << 20),
            ("7i", 7),
            ("1K", 1000),
            ("1KB", 1024),
            ("1Ki", 1024),
            ("2M", 2_000_000),
            ("1MB", 1 << 20),
            ("1G", 1_000_000_000),
            ("1GB", 1 << 30),
            ("1Gi", 1 << 30),
            ("1T", 1_000_000_000_000),
            ("1TB", 1 << 40),
            ("0.001K", 1),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn text_that_is_not_a_size_is_refused() {
        for text in [
            "",
            "Mi",
            "1kb",
            "1mi",
            "1Mib",
            "-1",
            "1,5Mi",
            ".5Mi",
            "1.",
            "0",
            "0.1",
            " 1",
            "1 Mi",
            "ä",
            "999999999999999999T",
            "1.0000000000000000000",
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
