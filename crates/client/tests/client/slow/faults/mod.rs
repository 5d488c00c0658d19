//! What becomes of every class of request under every fault: expected from the rules alone, then seen on real sockets.

mod amplification;
mod callers;
mod calls;
mod catalogue;
mod emulated;
mod expected;
mod hand_over;
mod matrix;
mod methods;
mod table;
mod world;
