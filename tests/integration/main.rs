//! The behaviours of the whole product, one module for each.

mod samples;
