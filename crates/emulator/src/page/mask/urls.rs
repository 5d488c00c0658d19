//! Masks the passwords in URLs, such as `postgresql://user:password@host`.

use super::marks::Marks;

/// What ends a URL.
const ENDS: [char; 7] = ['"', '\'', '<', '>', ' ', '\r', '\n'];

pub(super) fn without_user_info(text: &str, marks: &mut Marks) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, url) = rest.split_at(start + 3);
        masked.push_str(before);
        let (url, after) = url.split_at(url.find(ENDS).unwrap_or(url.len()));
        // The next URL, if this one contains it.
        let (url, inner) = url.split_at(url.find("://").unwrap_or(url.len()));
        let end = user_info_end(url);
        let (info, host) = url.split_at(end);
        match info.split_once(':') {
            _ if info.is_empty() => {}
            Some((user, password)) => {
                masked.push_str(user);
                masked.push(':');
                masked.push_str(&marks.replace("password", password, false));
            }
            // Some services take a token in place of the user.
            None => masked.push_str(&marks.replace("token", info, false)),
        }
        masked.push_str(host);
        rest = rest.get(rest.len() - inner.len() - after.len()..).unwrap_or_default();
    }
    masked.push_str(rest);
    without_oracle_password(&masked, marks)
}

/// Returns the length of the user info at the start of an authority. A password may have a slash, though it should be escaped.
fn user_info_end(url: &str) -> usize {
    let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (authority, path) = url.split_at(authority);
    if let Some(end) = authority.rfind('@') {
        return end;
    }
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let is_host = port.bytes().all(|byte| byte.is_ascii_digit()) || authority.ends_with(']');
    let in_path = path.find('@').filter(|_| !is_host);
    in_path.map_or(0, |end| authority.len() + end)
}

/// Masks the password in `jdbc:oracle:thin:user/password@host`.
fn without_oracle_password(text: &str, marks: &mut Marks) -> String {
    const ORACLE: &str = "jdbc:oracle:";
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(ORACLE) {
        let (before, url) = rest.split_at(start + ORACLE.len());
        masked.push_str(before);
        rest = url;
        let user = url.get(..url.find(ENDS).unwrap_or(url.len())).unwrap_or_default();
        let Some((user, password)) = user.split_once('@').and_then(|(user, _)| user.split_once('/')) else {
            continue;
        };
        masked.extend([user, "/", &marks.replace("password", password, false)]);
        rest = url.get(user.len() + 1 + password.len()..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}
