//! What takes long or has the processors to itself: `npm run test:slow` runs these tests, `npm run test:unit` leaves them out.

mod early_answers;
mod faults;
mod masking;
mod name_server;
mod stops;
