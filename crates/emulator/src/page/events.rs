//! The events of the page: one stream per page, with at most four events a second.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::feed::Feed;
use super::job_feed::JobFeed;
use super::mask::Mask;
use crate::auth::Keys;
use crate::base_url::BaseUrl;
use crate::channel_body::ChannelBody;
use crate::faults::FaultList;
use crate::jobs::JobStore;
use crate::models::Catalog;
use crate::requests::RequestLog;

/// The time between two events.
const PAUSE: Duration = Duration::from_millis(250);

/// After how many pauses without an event a line shows the page that the stream is alive, and the server that the page is.
const QUIET_PAUSES: u32 = 40;

/// The first line: how long the page waits before it connects again, in milliseconds.
const RETRY: &[u8] = b"retry: 500\n\n";

/// `GET /page/events`.
pub(super) async fn events(feed: Feed) -> Response {
    // One event only. While the page does not read, changes collect in the state of the server, which is bounded.
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(send(sender, feed));
    let headers = [(CONTENT_TYPE, "text/event-stream")];
    (headers, Body::new(ChannelBody(receiver))).into_response()
}

/// Sends what changes, until the page is closed.
async fn send(sender: mpsc::Sender<Bytes>, mut feed: Feed) {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut quiet = 0;
    if sender.send(Bytes::from_static(RETRY)).await.is_err() {
        return;
    }
    loop {
        ticks.tick().await;
        let Ok(permit) = sender.reserve().await else {
            return;
        };
        if let Some(changes) = feed.changes() {
            permit.send(as_event(&changes));
            quiet = 0;
            if feed.has_more() {
                ticks.reset_immediately();
            }
        } else {
            quiet += 1;
            if quiet == QUIET_PAUSES {
                permit.send(Bytes::from_static(b":\n\n"));
                quiet = 0;
            }
        }
    }
}

/// JSON has no line ends, so it is one line of an event.
fn as_event(json: &[u8]) -> Bytes {
    [b"data: ", json, b"\n\n"].concat().into()
}

impl<S> FromRequestParts<S> for Feed
where
    S: Send + Sync,
    BaseUrl: FromRef<S>,
    Catalog: FromRef<S>,
    FaultList: FromRef<S>,
    JobStore: FromRef<S>,
    Keys: FromRef<S>,
    RequestLog: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::new(
            BaseUrl::from_ref(state),
            JobFeed::new(JobStore::from_ref(state)),
            RequestLog::from_ref(state),
            FaultList::from_ref(state),
            Catalog::from_ref(state),
            Mask::new(&Keys::from_ref(state)),
        ))
    }
}
