//! The module `tracking` of the shipped library.

/// Whether arenas count what is done in them. Only a library that is built to measure what that costs does not.
pub const enabled = true;
