//! Devices: the apps that people have on their phones.
//!
//! Each app is recognized by what it sends, not by its path or its content type, since both are what
//! somebody typed or what a version happens to say. A device that is answered with an error sends the
//! same again, some of them for ever; so whatever is understood is answered with 200, even if it is
//! refused for good. Only what nobody here understands is answered with 400, so that it is not lost.

mod fields;
mod flat;
mod friends;
mod message;
mod overland;
mod owntracks;
mod recognize;
mod take_in;
mod traccar;

pub(super) use take_in::take_in;
