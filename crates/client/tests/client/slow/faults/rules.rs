//! The retry rules. They are written here only: the expected outcome of every cell and the table of rules in
//! `docs/reliability.md` follow from them. They know nothing of the client's own code.

use super::{
    calls::Class,
    catalogue::{Body, Cause, RetryAfter},
};

/// One row of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    NeverSent,
    Untrusted,
    TooManyRequests,
    Unavailable,
    ServerFailed,
    Lost,
    TooLarge,
    Refused,
}

/// Whether a request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    Always,
    /// Only after a response with a valid `Retry-After`.
    WithRetryAfter,
    Never,
}

impl Repeats {
    fn words(self) -> &'static str {
        match self {
            Self::Always => "retried",
            Self::WithRetryAfter => "retried only with a valid `Retry-After`",
            Self::Never => "not retried",
        }
    }
}

impl Rule {
    pub(super) const ALL: [Self; 8] = [
        Self::NeverSent,
        Self::Untrusted,
        Self::TooManyRequests,
        Self::Unavailable,
        Self::ServerFailed,
        Self::Lost,
        Self::TooLarge,
        Self::Refused,
    ];

    /// Returns the rule that decides, or `None` if no attempt fails.
    pub(super) fn of(cause: Cause, class: Class) -> Option<Self> {
        match cause {
            Cause::IdleClosed(_) | Cause::Early | Cause::OtherAddress => None,
            Cause::NeverSent(_) => Some(Self::NeverSent),
            Cause::Untrusted(..) => Some(Self::Untrusted),
            Cause::Status(429, _) => Some(Self::TooManyRequests),
            Cause::Status(503, _) => Some(Self::Unavailable),
            Cause::Status(408 | 425 | 500 | 502 | 504, _) => Some(Self::ServerFailed),
            Cause::Status(..) | Cause::Redirect { .. } => Some(Self::Refused),
            // A stream has no limit of size.
            Cause::Body(Body::Bomb | Body::Endless) if class != Class::Stream => Some(Self::TooLarge),
            Cause::Lost(_) | Cause::Body(_) | Cause::IdleDied => Some(Self::Lost),
        }
    }

    pub(super) fn repeats(self, is_post: bool) -> Repeats {
        match (self, is_post) {
            (Self::NeverSent | Self::TooManyRequests, _)
            | (Self::Unavailable | Self::ServerFailed | Self::Lost, false) => Repeats::Always,
            (Self::Unavailable, true) => Repeats::WithRetryAfter,
            (Self::ServerFailed | Self::Lost, true) | (Self::Untrusted | Self::TooLarge | Self::Refused, _) => {
                Repeats::Never
            }
        }
    }

    fn happened(self) -> &'static str {
        match self {
            Self::NeverSent => "nothing was sent: no thread, no address, no connection, no TLS session, no tunnel",
            Self::Untrusted => "a certificate does not verify; no TLS settings in common; a proxy asks for credentials",
            Self::TooManyRequests => "429",
            Self::Unavailable => "503",
            Self::ServerFailed => "408, 425, 500, 502, 504",
            Self::Lost => {
                "a reset; a timeout; a response that is truncated, unreadable, or a 2xx but not the expected one"
            }
            Self::TooLarge => {
                "a response larger than `maxResponseBytes`, unless its beginning shows that it is HTML or not JSON"
            }
            Self::Refused => "any other 4xx; a redirect",
        }
    }

    /// What the page adds about POST.
    fn note_about_post(self) -> &'static str {
        match self {
            Self::TooManyRequests => ": the server did not accept the request",
            Self::Unavailable => ": without one, a proxy may have forwarded the request before it responded",
            Self::Lost => ": the error has `sent: 'maybe'`",
            Self::Refused => "; only downloads follow redirects",
            _ => "",
        }
    }
}

/// Renders the rules as a table.
pub(super) fn render() -> String {
    let mut lines = vec![
        "| what happened | GET, DELETE | POST (a submit, a chunk, a close) |".to_owned(),
        "| --- | --- | --- |".to_owned(),
    ];
    lines.extend(Rule::ALL.map(|rule| {
        let [read, post] = [false, true].map(|is_post| rule.repeats(is_post).words());
        format!("| {} | {read} | {post}{} |", rule.happened(), rule.note_about_post())
    }));
    lines.join("\n") + "\n"
}

/// Whether the server may have acted on the request. A server that says when to come back has not.
pub(super) fn may_have_acted(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Lost(_)
            | Cause::Body(_)
            | Cause::IdleDied
            | Cause::Status(408 | 500 | 502 | 504, _)
            | Cause::Status(503, RetryAfter::Ignored)
    )
}
