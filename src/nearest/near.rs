//! A client that was found.

use crate::protocol::{ClientId, Coordinates};

/// A client that is near a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    client: Box<[u8]>,
    position: Coordinates,
    distance_metres: f64,
}

impl Near {
    pub(super) fn new(client: &[u8], position: Coordinates, distance_metres: f64) -> Self {
        Self { client: client.into(), position, distance_metres }
    }

    /// Who it is.
    pub fn client(&self) -> ClientId<'_> {
        ClientId::parse(&self.client).expect("only clients are in the index")
    }

    /// Where it is.
    pub fn position(&self) -> Coordinates {
        self.position
    }

    /// How far that is from the point, in metres, as
    /// [`distance_metres`](crate::earth::distance_metres) says.
    pub fn distance_metres(&self) -> f64 {
        self.distance_metres
    }
}
