//! The behaviours of the whole product, one module for each.

mod access;
mod approval_page;
mod apps;
mod availability;
mod bad_input;
mod command_line;
mod consent;
mod crashes;
mod demo;
mod device_sign_in;
mod gate;
mod keys;
mod objectstack;
mod packing;
mod publishing;
mod reading;
mod samples;
mod scale_out;
mod sign_in;
mod tampering;
