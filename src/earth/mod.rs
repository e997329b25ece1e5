//! The Earth as a sphere: how far apart two positions are, and the box around a circle.
//!
//! This room owns the one Earth that places, nearest clients and programs measure on. It is pure
//! arithmetic: whoever compares distances compares results of the same function.

mod bounds;
mod distance;
mod sphere;

pub(crate) use bounds::Bounds;
pub use distance::distance_metres;
pub(crate) use sphere::wrap_longitude;
pub use sphere::{EARTH_RADIUS_METRES, HALF_CIRCUMFERENCE_METRES};
