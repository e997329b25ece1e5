//! How far a question reaches, and how much it may bring.

use crate::earth::HALF_CIRCUMFERENCE_METRES;
use crate::protocol::Radius;

/// The most clients that a question can ask for. It bounds what one question costs.
pub const NEAR_MAX: usize = 1000;

/// A distance from 0 to half the Earth's circumference.
///
/// ```
/// use herd::nearest::Reach;
///
/// assert_eq!(Reach::from_metres(500.0).map(Reach::metres), Some(500.0));
/// assert_eq!(Reach::from_metres(-1.0), None);
/// assert_eq!(Reach::from_metres(Reach::EVERYWHERE.metres() + 1.0), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Reach {
    metres: f64,
}

impl Reach {
    /// From anywhere to anywhere.
    pub const EVERYWHERE: Self = Self { metres: HALF_CIRCUMFERENCE_METRES };

    /// A reach in metres; None outside 0 to 20,015,114 (half the circumference).
    pub fn from_metres(metres: f64) -> Option<Self> {
        (0.0..=HALF_CIRCUMFERENCE_METRES).contains(&metres).then_some(Self { metres })
    }

    /// The reach in metres.
    pub fn metres(self) -> f64 {
        self.metres
    }
}

impl From<Radius> for Reach {
    fn from(radius: Radius) -> Self {
        Self { metres: radius.metres() }
    }
}

/// The maximum number of clients that a question brings: from 0 to [`NEAR_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxNear(usize);

impl MaxNear {
    /// A number of clients; None above [`NEAR_MAX`].
    pub fn new(count: usize) -> Option<Self> {
        (count <= NEAR_MAX).then_some(Self(count))
    }

    /// The number.
    pub fn get(self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_does_not_exist() {
        let metres = |metres| Reach::from_metres(metres).map(Reach::metres);
        assert_eq!([0.0, 2e7].map(metres), [Some(0.0), Some(2e7)]);
        assert_eq!([-0.1, 20_015_115.0, f64::NAN, f64::INFINITY].map(metres), [None; 4]);
        assert_eq!(Reach::from(Radius::from_metres(50.0).expect("in range")).metres(), 50.0);
        let count = |count| MaxNear::new(count).map(MaxNear::get);
        assert_eq!([0, 1000, 1001].map(count), [Some(0), Some(1000), None]);
    }
}
