//! Every fault against every class of request: the expected outcome follows from the rules alone, and is compared with
//! the outcome on real sockets.

mod amplification;
mod bucket;
mod callers;
mod calls;
mod catalogue;
mod emulated;
mod expected;
mod hand_over;
mod matrix;
mod methods;
mod outcome;
mod rules;
mod schedules;
mod table;
