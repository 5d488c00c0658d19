//! Tests that are slow or need the processors to themselves. `npm run test:slow` runs them, and `npm run test:unit`
//! skips them.

mod early_answers;
mod early_refusals;
mod early_reuse;
mod faults;
mod listing;
mod listing_times;
mod masking;
mod name_server;
mod rate_limits;
mod small_buffers;
mod stops;
