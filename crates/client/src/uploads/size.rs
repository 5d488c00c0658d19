//! The API's sizes: a number with a unit, such as `1Mi`.

/// The chunk size that every client of the API assumes when the server's cannot be read.
pub(crate) const DEFAULT_CHUNK: u64 = 1024 * 1024;

/// Reads a size in bytes. A number without a unit counts bytes. Returns `None` for an invalid size, and for less than one byte.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "" | "i" => 1,
        "K" => 1000,
        "M" => 1000_u64.pow(2),
        "G" => 1000_u64.pow(3),
        "T" => 1000_u64.pow(4),
        "Ki" | "KB" => 1024,
        "Mi" | "MB" => 1024_u64.pow(2),
        "Gi" | "GB" => 1024_u64.pow(3),
        "Ti" | "TB" => 1024_u64.pow(4),
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    // The published SDKs drop the digits after the dot. That is safe: a chunk may be smaller than the server's largest.
    whole.parse::<u64>().ok()?.checked_mul(unit).filter(|&bytes| bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_of_the_published_clients_is_read() {
        for (text, size) in [
            ("1Mi", 1_048_576),
            ("1.5Mi", 1_048_576),
            ("1MB", 1_048_576),
            ("500K", 500_000),
            ("2Ki", 2048),
            ("7i", 7),
            ("3M", 3_000_000),
            ("1G", 1_000_000_000),
            ("1Gi", 1_073_741_824),
            ("1T", 1_000_000_000_000),
            ("1TB", 1_099_511_627_776),
            ("1048576", 1_048_576),
            (" 64Ki ", 65_536),
        ] {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_none() {
        for text in [
            "",
            "Mi",
            "1kb",
            "1Mib",
            "-1Mi",
            "1,5Mi",
            "1.Mi",
            ".5Mi",
            "0",
            "0.5Ki",
            "1e3",
            "١Mi",
            "1 Mi",
            "99999999T",
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
