//! Methods that wait for a job, through outages.

use modzy_client::{RunOptions, WaitOptions};

use super::{
    Method, Rule,
    arguments::{never, text_run},
    method,
};

pub(super) fn waits() -> Vec<Method> {
    vec![
        method!(
            Poll,
            "GET /api/jobs/j",
            block_until_complete("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/jobs/j",
            block_until_result("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/results/j",
            block_until_result("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/jobs/j",
            block_until_outcome("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/results/j",
            block_until_outcome("j", &WaitOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/jobs/j",
            run(text_run(), &RunOptions::default(), &never(), &mut ())
        ),
        method!(
            Poll,
            "GET /api/results/j",
            run(text_run(), &RunOptions::default(), &never(), &mut ())
        ),
    ]
}
