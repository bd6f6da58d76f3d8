//! Tests of the artifact as a whole: archives are built block by block, so that evil ones can be.

mod hosted;
mod inspection;
mod laws;
mod malformed;
mod packing;
mod raw;
mod samples;
