//! Answers that are whole, and not what was hoped for.

use std::time::{Duration, SystemTime};

use modzy_client::BodyFault;

use super::{Asked, Body, Fault, MOST, What};
use crate::support::{
    gzip::{bomb, member, two_members},
    server::{Reply, answer},
};

pub(super) fn bodies() -> Vec<Fault> {
    let mut faults = something_else();
    faults.extend(packed_bodies());
    faults.extend(lengths());
    faults
}

fn something_else() -> Vec<Fault> {
    use BodyFault::{NotJson, NotUtf8};
    let body = |name: &str, body: Body, bytes: &'static [u8]| {
        Fault::answer(name, What::Body(body), move |_, _| Reply::Keep(answer(200, "", bytes)))
    };
    vec![
        body("200 without a body", Body::Nothing, b""),
        Fault::answer("204", What::Body(Body::NoContent), |_, _| {
            Reply::Keep(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
        }),
        Fault::answer("202 without a body", What::Body(Body::NoContent), |_, _| {
            Reply::Keep(answer(202, "", ""))
        }),
        Fault::answer("205", What::Body(Body::NoContent), |_, _| {
            Reply::Keep(answer(205, "", ""))
        }),
        body("text with 200", Body::Garbled(NotJson), b"Service under maintenance"),
        body("a JSON string", Body::Text, b"\"OK\""),
        body("HTML with 200", Body::Page, b"<html><p>Please log in.</p></html>"),
        body("invalid JSON", Body::Garbled(NotJson), b"{\"jobIdentifier\":"),
        body("two documents", Body::Garbled(NotJson), b"{} {}"),
        body("invalid UTF-8", Body::Garbled(NotUtf8), b"{\"a\":\"\xff\"}"),
        body("JSON of another kind", Body::Array, b"[]"),
        body(
            "an error body with 200",
            Body::Message,
            b"{\"message\":\"Service under maintenance\"}",
        ),
        body(
            "an error body without a message",
            Body::Message,
            b"{\"error\":\"upstream\"}",
        ),
        body(
            "an error body of a framework",
            Body::Message,
            b"{\"timestamp\":\"t\",\"status\":500,\"error\":\"Internal Server Error\",\"path\":\"/api\"}",
        ),
        body(
            "an error body beside a member of results",
            Body::Message,
            b"{\"message\":\"maintenance\",\"finished\":true}",
        ),
        body("an object that says nothing", Body::Unnamed(false), b"{}"),
        body(
            "a status and no job",
            Body::Unnamed(true),
            b"{\"status\":\"COMPLETED\"}",
        ),
        body("a job without a status", Body::Named, b"{\"jobIdentifier\":\"j\"}"),
        body(
            "a job with a blank status",
            Body::Named,
            b"{\"jobIdentifier\":\"j\",\"status\":\" \"}",
        ),
        body(
            "another job",
            Body::AnotherJob,
            b"{\"jobIdentifier\":\"another\",\"status\":\"COMPLETED\"}",
        ),
    ]
}

/// Packed well, and badly.
fn packed_bodies() -> Vec<Fault> {
    let encoded = |name: &str, body: Body, encoding: &'static str, bytes: Vec<u8>| {
        Fault::answer(name, What::Body(body), move |_, _| {
            Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), &bytes))
        })
    };
    let packed = |name: &str, body: Body, encoding: &'static str, pack: fn(&str) -> Vec<u8>| {
        Fault::answer(name, What::Body(body), move |good, _| {
            Reply::Keep(answer(200, &format!("content-encoding: {encoding}\r\n"), pack(good)))
        })
    };
    vec![
        packed("gzip of two members", Body::Members, "gzip", two_members),
        packed("the same as `x-gzip`", Body::Members, "x-gzip", two_members),
        Fault::answer(
            "gzip of two members, byte by byte",
            What::Body(Body::Members),
            |good, _| {
                let mut head = answer(200, "content-encoding: gzip\r\n", two_members(good));
                let body = head.split_off(head.len() - two_members(good).len());
                Reply::Dribble(head, Duration::ZERO, body)
            },
        ),
        packed("bytes behind the last member", Body::Packed, "gzip", |good| {
            [&two_members(good), b"more".as_slice()].concat()
        }),
        packed("gzip that is cut in the last trailer", Body::Packed, "gzip", |good| {
            let mut cut = two_members(good);
            cut.truncate(cut.len() - 3);
            cut
        }),
        packed("gzip with a wrong checksum", Body::Packed, "gzip", |good| {
            let mut wrong = two_members(good);
            let at = wrong.len() - 8;
            wrong[at] ^= 1;
            wrong
        }),
        packed("gzip within gzip", Body::Coded, "gzip, gzip", |good| {
            member(&member(good.as_bytes()))
        }),
        encoded(
            "not the gzip that it claims",
            Body::Packed,
            "gzip",
            b"this is no gzip".to_vec(),
        ),
        encoded("a gzip bomb", Body::Bomb, "gzip", bomb(8 * MOST)),
        encoded(
            "an unknown Content-Encoding",
            Body::Coded,
            "br",
            b"\x0b\x02\x80{}\x03\xff".to_vec(),
        ),
    ]
}

/// Longer or slower than they should be.
fn lengths() -> Vec<Fault> {
    vec![
        Fault::answer(
            "a length within the body",
            What::Body(Body::Garbled(BodyFault::NotJson)),
            |_, _| Reply::Keep(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{\"a\":1}".to_vec()),
        ),
        Fault::answer("a body without end", What::Body(Body::Endless), |_, _| {
            Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n1".to_vec(), vec![b' '; 16 * 1024])
        }),
        Fault::answer("the body comes slowly", What::Body(Body::Slow), |good, limit| {
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
            What::Redirect { status, followed },
            move |_, _| Reply::Keep(answer(status, &headers, "")),
        )
    };
    let mut faults = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let to = |place: &str| format!("location: {place}\r\n");
        faults.push(redirect(status, "within the origin", to("/api/elsewhere"), true));
        faults.push(redirect(
            status,
            "to another origin",
            to("http://127.0.0.1:1/elsewhere"),
            false,
        ));
        faults.push(redirect(status, "without a place", String::new(), false));
    }
    faults
}

/// A form of `Retry-After`: its name, what it asks for, and its value.
type Form = (&'static str, Asked, fn() -> Option<String>);

const RETRY_AFTERS: [Form; 8] = [
    ("none", Asked::Nothing, || None),
    ("seconds", Asked::Pause(7_000, 7_000), || Some("7".to_owned())),
    // In whole seconds, of which some of the first has passed when it is read.
    ("a date", Asked::Pause(40_000, 45_000), || {
        let date = SystemTime::now() + Duration::from_secs(45);
        Some(httpdate::fmt_http_date(date))
    }),
    ("a date gone by", Asked::Pause(100, 100), || {
        Some("Sun, 06 Nov 1994 08:49:37 GMT".to_owned())
    }),
    ("garbage", Asked::Nothing, || Some("soon".to_owned())),
    ("huge", Asked::Pause(60_000, 60_000), || Some("9".repeat(30))),
    ("0", Asked::Pause(100, 100), || Some("0".to_owned())),
    ("negative", Asked::Nothing, || Some("-1".to_owned())),
];

pub(super) fn statuses() -> Vec<Fault> {
    let statuses = [400, 401, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504];
    let with_each_form = |status| RETRY_AFTERS.map(|form| (status, form));
    let faults = statuses.into_iter().flat_map(with_each_form);
    let fault = |(status, (form, asked, value)): (u16, Form)| {
        Fault::answer(format!("{status}; {form}"), What::Status(status, asked), move |_, _| {
            let retry_after = value().map_or_else(String::new, |value| format!("retry-after: {value}\r\n"));
            let headers = format!("content-type: application/json\r\n{retry_after}");
            Reply::Keep(answer(status, &headers, r#"{"message":"the server says no"}"#))
        })
    };
    faults.map(fault).collect()
}
