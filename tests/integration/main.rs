//! The behaviours of the whole product, one module for each.

mod consent;
mod packing;
mod samples;
mod tampering;
