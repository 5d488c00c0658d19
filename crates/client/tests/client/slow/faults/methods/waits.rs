//! Methods that wait for a job or a step, through outages.

use modzy_client::{RunOptions, StepOptions, WaitOptions};

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
        method!(
            Poll,
            "GET /api/resources/processing/engines",
            wait_for_engines("m", "v", 1, &StepOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/models/m/versions/v/container-image",
            wait_for_image("m", "v", &StepOptions::default(), |_| {})
        ),
        method!(
            Poll,
            "GET /api/models/m/versions/v/run-process",
            wait_for_test("m", "v", &StepOptions::default(), |_| {})
        ),
    ]
}
