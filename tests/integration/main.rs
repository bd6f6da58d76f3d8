//! The behaviours of the whole product, one module for each.

mod access;
mod accounts;
mod apps;
mod availability;
mod bad_input;
mod busy;
mod command_line;
mod configuration;
mod consent;
mod crashes;
mod crates;
mod demo;
mod gate;
mod keys;
mod namespaces;
mod objectstack;
mod packing;
mod proxies;
mod publishing;
mod reading;
mod rights;
mod samples;
mod scale_out;
mod tampering;
