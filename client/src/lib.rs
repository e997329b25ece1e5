//! The scripted client of a herd.
