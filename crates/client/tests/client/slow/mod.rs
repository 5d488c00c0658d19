//! Tests that are slow or need the processors to themselves. `npm run test:slow` runs them, and `npm run test:unit`
//! skips them.

mod early_answers;
mod early_refusals;
mod faults;
mod masking;
mod name_server;
mod rate_limits;
mod stops;
