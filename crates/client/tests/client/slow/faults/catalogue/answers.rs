//! Complete responses that are not the expected ones.

use std::time::{Duration, SystemTime};

use modzy_client::BodyFault;

use super::{Body, Cause, Fault, MAX_BYTES, RetryAfter};
use crate::support::{
    gzip::{bomb, member, two_members},
    server::{Reply, answer},
};

pub(super) fn bodies() -> Vec<Fault> {
    let mut faults = unexpected_bodies();
    faults.extend(encoded_bodies());
    faults.extend(lengths());
    faults
}

fn unexpected_bodies() -> Vec<Fault> {
    use BodyFault::{NotJson, NotUtf8};
    let body = |name: &str, body: Body, bytes: &'static [u8]| {
        Fault::answer(name, Cause::Body(body), move |_, _| Reply::Keep(answer(200, "", bytes)))
    };
    vec![
        body("200 without a body", Body::Empty, b""),
        Fault::answer("204", Cause::Body(Body::NoContent), |_, _| {
            Reply::Keep(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
        }),
        Fault::answer("202 without a body", Cause::Body(Body::NoContent), |_, _| {
            Reply::Keep(answer(202, "", ""))
        }),
        Fault::answer("205", Cause::Body(Body::NoContent), |_, _| {
            Reply::Keep(answer(205, "", ""))
        }),
        body("text with 200", Body::Unreadable(NotJson), b"Service under maintenance"),
        body("a JSON string", Body::JsonString, b"\"OK\""),
        body("HTML with 200", Body::Html, b"<html><p>Please log in.</p></html>"),
        body("invalid JSON", Body::Unreadable(NotJson), b"{\"jobIdentifier\":"),
        body("two documents", Body::Unreadable(NotJson), b"{} {}"),
        body("invalid UTF-8", Body::Unreadable(NotUtf8), b"{\"a\":\"\xff\"}"),
        body("a JSON array", Body::Array, b"[]"),
        body(
            "an error body with 200",
            Body::Failure,
            b"{\"message\":\"Service under maintenance\"}",
        ),
        body(
            "an error body without a message",
            Body::Failure,
            b"{\"error\":\"upstream\"}",
        ),
        body(
            "an error body of a framework",
            Body::Failure,
            b"{\"timestamp\":\"t\",\"status\":500,\"error\":\"Internal Server Error\",\"path\":\"/api\"}",
        ),
        body(
            "an error body beside a member of results",
            Body::Failure,
            b"{\"message\":\"maintenance\",\"finished\":true}",
        ),
        body("an empty object", Body::NoJob { has_status: false }, b"{}"),
        body(
            "a status without a job",
            Body::NoJob { has_status: true },
            b"{\"status\":\"COMPLETED\"}",
        ),
        body(
            "a job without a status",
            Body::JobWithoutStatus,
            b"{\"jobIdentifier\":\"j\"}",
        ),
        body(
            "a job with a blank status",
            Body::JobWithoutStatus,
            b"{\"jobIdentifier\":\"j\",\"status\":\" \"}",
        ),
        body(
            "another job",
            Body::AnotherJob,
            b"{\"jobIdentifier\":\"another\",\"status\":\"COMPLETED\"}",
        ),
    ]
}

/// Bodies with a `Content-Encoding`, good and bad.
fn encoded_bodies() -> Vec<Fault> {
    let encoded = |name: &str, body: Body, encoding: &'static str, bytes: Vec<u8>| {
        Fault::answer(name, Cause::Body(body), move |_, _| {
            Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), &bytes))
        })
    };
    let encoded_good = |name: &str, body: Body, encoding: &'static str, pack: fn(&str) -> Vec<u8>| {
        Fault::answer(name, Cause::Body(body), move |good, _| {
            Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), pack(good)))
        })
    };
    vec![
        encoded_good("gzip of two members", Body::Gzip, "gzip", two_members),
        encoded_good("the same as `x-gzip`", Body::Gzip, "x-gzip", two_members),
        Fault::answer(
            "gzip of two members, byte by byte",
            Cause::Body(Body::Gzip),
            |good, _| {
                let mut head = answer(200, "content-encoding: gzip\r\n", two_members(good));
                let body = head.split_off(head.len() - two_members(good).len());
                Reply::Dribble(head, Duration::ZERO, body)
            },
        ),
        encoded_good("bytes after the last member", Body::CorruptGzip, "gzip", |good| {
            [&two_members(good), b"more".as_slice()].concat()
        }),
        encoded_good(
            "gzip that is truncated in the last trailer",
            Body::CorruptGzip,
            "gzip",
            |good| {
                let mut cut = two_members(good);
                cut.truncate(cut.len() - 3);
                cut
            },
        ),
        encoded_good("gzip with a wrong checksum", Body::CorruptGzip, "gzip", |good| {
            let mut wrong = two_members(good);
            let at = wrong.len() - 8;
            wrong[at] ^= 1;
            wrong
        }),
        encoded_good("gzip within gzip", Body::UnknownCoding, "gzip, gzip", |good| {
            member(&member(good.as_bytes()))
        }),
        encoded(
            "`Content-Encoding: gzip` without gzip",
            Body::CorruptGzip,
            "gzip",
            b"this is not gzip".to_vec(),
        ),
        encoded("a gzip bomb", Body::Bomb, "gzip", bomb(8 * MAX_BYTES)),
        encoded(
            "an unknown `Content-Encoding`",
            Body::UnknownCoding,
            "br",
            b"\x0b\x02\x80{}\x03\xff".to_vec(),
        ),
    ]
}

/// Bodies that are longer or slower than they should be.
fn lengths() -> Vec<Fault> {
    vec![
        Fault::answer(
            "a `Content-Length` that is too short",
            Cause::Body(Body::Unreadable(BodyFault::NotJson)),
            |_, _| Reply::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{\"a\":1}".to_vec()),
        ),
        Fault::answer("an endless body", Cause::Body(Body::Endless), |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n1".to_vec(), vec![b' '; 16 * 1024])
        }),
        Fault::answer("a slow body", Cause::Body(Body::Slow), |good, limit| {
            let mut head = answer(200, "", good);
            let body = head.split_off(head.len() - good.len());
            Reply::Dribble(head, limit / 16, body)
        }),
    ]
}

pub(super) fn redirects() -> Vec<Fault> {
    let redirect = |status: u16, name: &str, headers: String, followed: bool| {
        Fault::answer(
            format!("{status} {name}"),
            Cause::Redirect { status, followed },
            move |_, _| Reply::Keep(answer(status, &headers, "")),
        )
    };
    let mut faults = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let to = |url: &str| format!("location: {url}\r\n");
        faults.push(redirect(status, "within the origin", to("/api/elsewhere"), true));
        faults.push(redirect(
            status,
            "to another origin",
            to("http://127.0.0.1:1/elsewhere"),
            false,
        ));
        faults.push(redirect(status, "without a `Location`", String::new(), false));
    }
    faults
}

/// A form of `Retry-After`: its name, what it asks for, and its value.
type Form = (&'static str, RetryAfter, fn() -> Option<String>);

const RETRY_AFTERS: [Form; 8] = [
    ("none", RetryAfter::Ignored, || None),
    ("seconds", RetryAfter::Pause(7_000, 7_000), || Some("7".to_owned())),
    // A date has whole seconds, and part of the first has passed when the client reads it.
    ("a date", RetryAfter::Pause(40_000, 45_000), || {
        let date = SystemTime::now() + Duration::from_secs(45);
        Some(httpdate::fmt_http_date(date))
    }),
    ("a past date", RetryAfter::Pause(100, 100), || {
        Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned())
    }),
    ("garbage", RetryAfter::Ignored, || Some("soon".to_owned())),
    ("huge", RetryAfter::Beyond, || Some("9".repeat(30))),
    ("0", RetryAfter::Pause(100, 100), || Some("0".to_owned())),
    ("negative", RetryAfter::Ignored, || Some("-1".to_owned())),
];

pub(super) fn statuses() -> Vec<Fault> {
    let statuses = [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504];
    let with_each_form = |status| RETRY_AFTERS.map(|form| (status, form));
    let faults = statuses.into_iter().flat_map(with_each_form);
    let fault = |(status, (form, asked, value)): (u16, Form)| {
        Fault::answer(
            format!("{status}; {form}"),
            Cause::Status(status, asked),
            move |_, _| {
                let retry_after = value().map_or_else(String::new, |value| format!("retry-after: {value}\r\n"));
                let headers = format!("content-type: application/json\r\n{retry_after}");
                Reply::Keep(answer(status, &headers, r#"{"message":"the server says no"}"#))
            },
        )
    };
    faults.map(fault).collect()
}
