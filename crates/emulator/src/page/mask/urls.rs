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
        // At most as far as the next URL, so that the text is read once.
        let next = url.find("://").unwrap_or(url.len());
        let within = url.get(..next).unwrap_or_default();
        let within = within.get(..within.find(ENDS).unwrap_or(next)).unwrap_or_default();
        let (info, after) = url.split_at(user_info_end(within));
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
        rest = after;
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
        let user = url.get(..url.find(ORACLE).unwrap_or(url.len())).unwrap_or_default();
        let user = user.get(..user.find(ENDS).unwrap_or(user.len())).unwrap_or_default();
        let Some((user, password)) = user.split_once('@').and_then(|(user, _)| user.split_once('/')) else {
            continue;
        };
        masked.extend([user, "/", &marks.replace("password", password, false)]);
        rest = url.get(user.len() + 1 + password.len()..).unwrap_or_default();
    }
    masked.push_str(rest);
    masked
}
