//! Where the clients are.

use herd::protocol::Position;
use std::f64::consts::TAU;
use std::fmt;

pub(crate) const CLIENTS: usize = 1_000_000;

/// How many cities there are. The largest has a seventh of all clients, as in Zipf's law.
const CITIES: usize = 500;

/// Redis takes no position beyond this latitude.
const LATITUDE_MAX: f64 = 85.0;

/// The mean distance from the center of a city, in degrees: about 13 km.
const SPREAD: f64 = 0.12;

/// How clients are spread over the Earth.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Crowd {
    /// As many on each square kilometer.
    Everywhere,
    /// Phones: around centers of different sizes, thinning out.
    Cities,
}

impl fmt::Display for Crowd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Everywhere => "spread evenly over the Earth",
            Self::Cities => "in 500 cities",
        })
    }
}

/// Makes clients and positions, the same in each run.
pub(crate) struct Points {
    crowd: Crowd,
    chance: fastrand::Rng,
    cities: Vec<(f64, f64)>,
    /// The share of clients in each city and those before it.
    shares: Vec<f64>,
}

impl Points {
    pub(crate) fn new(crowd: Crowd) -> Self {
        let mut chance = fastrand::Rng::with_seed(5);
        let mut city = |_| (chance.f64() * 120.0 - 55.0, chance.f64() * 360.0 - 180.0);
        let cities = (0..CITIES).map(&mut city).collect();
        let total: f64 = (1..=CITIES).map(|rank| 1.0 / rank as f64).sum();
        let add = |sum: &mut f64, rank: usize| {
            *sum += 1.0 / rank as f64 / total;
            Some(*sum)
        };
        let shares = (1..=CITIES).scan(0.0, add).collect();
        Self { crowd, chance, cities, shares }
    }

    /// All clients, in an order that has nothing to do with where they are.
    pub(crate) fn all(&mut self) -> Vec<(String, Position<'static>)> {
        (0..CLIENTS).map(|number| (format!("bench-{number:021}"), self.any())).collect()
    }

    /// The same clients in another order, each up to 50 meters from where it was.
    pub(crate) fn moved(
        &mut self,
        clients: &[(String, Position<'static>)],
    ) -> Vec<(String, Position<'static>)> {
        let mut order: Vec<usize> = (0..clients.len()).collect();
        self.chance.shuffle(&mut order);
        let mut nudge = || (self.chance.f64() - 0.5) * 0.001;
        let mut moved = |number: usize| {
            let (id, at) = &clients[number];
            let at = at.coordinates();
            (id.clone(), position(at.latitude + nudge(), at.longitude + nudge()))
        };
        order.into_iter().map(&mut moved).collect()
    }

    /// A position where clients are.
    pub(crate) fn any(&mut self) -> Position<'static> {
        let chance = &mut self.chance;
        if self.crowd == Crowd::Everywhere {
            let latitude = (2.0 * chance.f64() - 1.0).asin().to_degrees();
            return position(latitude, chance.f64() * 360.0 - 180.0);
        }
        let share = chance.f64();
        let city = self.shares.partition_point(|&up_to| up_to < share).min(CITIES - 1);
        let (latitude, longitude) = self.cities[city];
        let distance = -SPREAD * (1.0 - chance.f64()).ln();
        let (sine, cosine) = (chance.f64() * TAU).sin_cos();
        let stretch = latitude.to_radians().cos();
        position(latitude + distance * sine, longitude + distance * cosine / stretch)
    }
}

/// A position as phones send it, with six decimals.
fn position(latitude: f64, longitude: f64) -> Position<'static> {
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let latitude = round(latitude.clamp(-LATITUDE_MAX, LATITUDE_MAX));
    Position::new(latitude, round(longitude.clamp(-180.0, 180.0))).expect("it is in range")
}
