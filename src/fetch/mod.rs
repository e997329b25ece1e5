//! HTTP as a trait, so that a source of places can be real or stubbed.
//!
//! This room owns how a question travels: connections, TLS, time and size limits. It knows nothing
//! of places, and its errors never hold a URL's query or a header, where keys are.
