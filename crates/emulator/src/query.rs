//! The query of a request: filters, order and pages of the API's collections.

use std::cmp::Ordering;

use axum::extract::FromRequestParts;
use axum::http::header::LINK;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use url::form_urlencoded;

use crate::error::Error;

/// How many records a page has by default.
const DEFAULT_PER_PAGE: usize = 10;

/// The decoded parameters of a request. If one occurs twice, the first counts.
pub(crate) struct Parameters {
    /// The path under `/api`.
    path: String,
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            path: parts.uri.path().to_owned(),
            pairs: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        })
    }
}

/// One way to order records.
pub(crate) type Order<T> = fn(&T, &T) -> Ordering;

impl Parameters {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a record passes the filter of this name: `;` joins conditions that must all hold, `,` alternatives.
    pub(crate) fn passes(&self, name: &str, holds: impl Fn(&str) -> bool) -> bool {
        self.get(name)
            .is_none_or(|filter| filter.split(';').all(|any| any.split(',').any(&holds)))
    }

    /// Whether a text passes an approximate filter.
    pub(crate) fn passes_like(&self, name: &str, text: &str) -> bool {
        self.passes(name, |part| text.to_lowercase().contains(&part.to_lowercase()))
    }

    /// Reads a filter that is true or false. Python's spelling is accepted too.
    pub(crate) fn boolean(&self, name: &str) -> Result<Option<bool>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some("true" | "True") => Ok(Some(true)),
            Some("false" | "False") => Ok(Some(false)),
            Some(_) => Err(Error::bad_request(format!("{name} must be true or false"))),
        }
    }

    /// Reads a point in time. Without a zone it is in UTC, and without a time it is the beginning of that day.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        self.parsed(name, moment, "an ISO 8601 date")
    }

    /// Reads a point in time, or a whole day.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Time>, Error> {
        self.parsed(name, time, "an ISO 8601 date")
    }

    fn number(&self, name: &str) -> Result<Option<usize>, Error> {
        self.parsed(name, |text| text.parse().ok(), "a whole number")
    }

    fn parsed<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>, what: &str) -> Result<Option<T>, Error> {
        self.get(name)
            .map(|text| parse(text).ok_or_else(|| Error::bad_request(format!("{name} must be {what}"))))
            .transpose()
    }

    /// Whether the order is reversed.
    pub(crate) fn descending(&self) -> Result<bool, Error> {
        match self.get("direction") {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("asc") => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("desc") => Ok(true),
            Some(_) => Err(Error::bad_request("direction must be ASC or DESC")),
        }
    }

    /// Orders records by `sort-by` and `direction`. Equal records keep their order.
    pub(crate) fn sort<T>(
        &self,
        records: &mut [T],
        default: Option<&str>,
        orders: &[(&str, Order<T>)],
    ) -> Result<(), Error> {
        let descending = self.descending()?;
        let Some(fields) = self.get("sort-by").or(default) else {
            return Ok(());
        };
        let chosen = fields
            .split(',')
            .map(|field| {
                let order = orders.iter().find(|(name, _)| *name == field);
                order.map(|(_, order)| *order).ok_or_else(|| {
                    let names: Vec<_> = orders.iter().map(|(name, _)| *name).collect();
                    Error::bad_request(format!("sort-by must be one of {}", names.join(", ")))
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        records.sort_by(|first, second| {
            let orders = chosen.iter().map(|order| order(first, second));
            let order = orders.fold(Ordering::Equal, Ordering::then);
            if descending { order.reverse() } else { order }
        });
        Ok(())
    }

    /// Returns the records of the requested page. A full page has a `Link` to the next one, even if that is empty.
    pub(crate) fn page<T>(&self, records: Vec<T>, base_url: &str) -> Result<(HeaderMap, Vec<T>), Error> {
        // The first page is 1; the reference also says 0.
        let page = self.paging(1, None)?;
        let records: Vec<_> = records.into_iter().skip(page.skipped).take(page.size).collect();
        Ok((self.links(&page, records.len(), base_url), records))
    }

    /// Reads which page is requested, given the number of the first one and the largest size.
    pub(crate) fn paging(&self, first: usize, largest: Option<usize>) -> Result<Paging, Error> {
        let size = match self.number("per-page")? {
            Some(0) => return Err(Error::bad_request("per-page must be at least 1")),
            size => size.unwrap_or(DEFAULT_PER_PAGE).min(largest.unwrap_or(usize::MAX)),
        };
        let number = self.number("page")?.unwrap_or(first).max(first);
        Ok(Paging {
            number,
            size,
            skipped: (number - first).saturating_mul(size),
        })
    }

    /// Returns the headers of a page with this number of records.
    pub(crate) fn links(&self, page: &Paging, count: usize, base_url: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if count == page.size {
            let query = self.query_of_page(page.number.saturating_add(1));
            let link = format!("<{base_url}{}?{query}>; rel=\"next\"", self.path);
            if let Ok(link) = HeaderValue::from_str(&link) {
                headers.insert(LINK, link);
            }
        }
        headers
    }

    fn query_of_page(&self, page: usize) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.pairs.iter().filter(|(name, _)| name != "page"))
            .append_pair("page", &page.to_string())
            .finish()
    }
}

/// A page of a list.
pub(crate) struct Paging {
    number: usize,
    pub(crate) size: usize,
    /// How many records come before it.
    pub(crate) skipped: usize,
}

/// The value of a filter by date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    Moment(Timestamp),
    Day(Date),
}

impl Time {
    /// Whether a point in time is this one, or on this day in UTC. Compares milliseconds, since responses have no more.
    pub(crate) fn is(self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| match self {
            Self::Moment(moment) => moment.as_millisecond() == at.as_millisecond(),
            Self::Day(day) => TimeZone::UTC.to_datetime(at).date() == day,
        })
    }
}

fn time(text: &str) -> Option<Time> {
    if text.len() == 10 {
        return text.parse().ok().map(Time::Day);
    }
    moment(text).map(Time::Moment)
}

fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let local: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_with_and_without_a_zone() {
        let expected = Timestamp::from_millisecond(1_628_839_683_831).unwrap();
        for text in [
            "2021-08-13T07:28:03.831Z",
            "2021-08-13T07:28:03.831",
            "2021-08-13T07:28:03.831+0000",
            "2021-08-13T07:28:03.831+00:00",
            "2021-08-13T09:28:03.831+0200",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        assert_eq!(moment("2021-08-13"), moment("2021-08-13T00:00:00Z"));
        for text in [
            "",
            "yesterday",
            "2021-13-01",
            "13.08.2021",
            "1628839683",
            "2021-08-13T07:28:03.831 0000",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_holds_its_moments_and_a_moment_only_itself() {
        let at = moment("2021-08-13T23:59:59.999Z");
        assert!(time("2021-08-13").unwrap().is(at));
        assert!(!time("2021-08-14").unwrap().is(at));
        assert!(time("2021-08-13T23:59:59.999").unwrap().is(at));
        assert!(!time("2021-08-13T23:59:59").unwrap().is(at));
        assert!(!time("2021-08-13").unwrap().is(None));
    }
}
