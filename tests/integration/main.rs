//! The behaviours of the whole product, one module for each.

mod availability;
mod bad_input;
mod consent;
mod keys;
mod packing;
mod samples;
mod tampering;
