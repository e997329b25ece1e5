//! Finding the most populous places within a radius.

use super::data::{COLUMNS, Data, ROWS, Record, UNITS_PER_DEGREE};
use crate::earth::Bounds;
use crate::places::Question;
use crate::protocol::Coordinates;
use std::cmp::Reverse;
use std::ops::RangeInclusive;

/// How much wider than the circle the searched window is, so that a rounded sine loses no place.
const SLACK_METRES: f64 = 0.01;

/// A place that was found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) record: Record<'a>,
    pub(super) location: Coordinates,
}

/// The places within the question's radius, the most populous first, then by ID: at most `limit`.
///
/// The places of a cell are in this order, too. So once enough places are found, the search leaves
/// a cell at its first place that is not populous enough. In densely populated areas it comes to
/// that place soon.
pub(super) fn most_populous<'a>(
    data: &'a Data<'a>,
    question: &Question,
    limit: usize,
) -> Vec<Found<'a>> {
    let window = Window::around(question);
    let mut best = Best { limit, found: Vec::new() };
    for (row, column) in window.cells() {
        let window = window.within(row, column);
        for record in data.cell(row, column) {
            if !best.wants(record) {
                break;
            }
            let location = record.location(row, column);
            if window.holds(record) && question.reaches(location) {
                best.insert(Found { record, location });
            }
        }
    }
    best.found
}

/// The most populous places so far, in order.
struct Best<'a> {
    limit: usize,
    found: Vec<Found<'a>>,
}

impl<'a> Best<'a> {
    fn wants(&self, record: Record<'_>) -> bool {
        self.found.len() < self.limit
            || self.found.last().is_some_and(|last| rank(record) < rank(last.record))
    }

    fn insert(&mut self, place: Found<'a>) {
        let before = |found: &Found<'_>| rank(found.record) < rank(place.record);
        let index = self.found.partition_point(before);
        self.found.insert(index, place);
        self.found.truncate(self.limit);
    }
}

fn rank(record: Record<'_>) -> (Reverse<u32>, u32) {
    (Reverse(record.population()), record.id())
}

/// The part of the Earth, or of a cell, that the circle can touch: in degree units from latitude -90
/// and longitude -180, or from the cell's corner. Longitudes go on beyond 180.
struct Window {
    latitudes: RangeInclusive<i64>,
    longitudes: RangeInclusive<i64>,
}

impl Window {
    fn around(question: &Question) -> Self {
        let bounds = Bounds::around(question.center, question.radius.metres() + SLACK_METRES);
        let Bounds { south, north, west, east } = bounds;
        let units = |degrees: f64| degrees * UNITS_PER_DEGREE as f64;
        Self {
            latitudes: units(south + 90.0).floor() as i64..=units(north + 90.0).ceil() as i64,
            longitudes: units(west + 180.0).floor() as i64..=units(east + 180.0).ceil() as i64,
        }
    }

    /// The cells that it touches, each once, even if the window goes all around the Earth.
    fn cells(&self) -> impl Iterator<Item = (i64, i64)> {
        let cell = |units: i64| units.div_euclid(UNITS_PER_DEGREE);
        let rows = cell(*self.latitudes.start()).max(0)..=cell(*self.latitudes.end()).min(ROWS - 1);
        let first = cell(*self.longitudes.start());
        let last = cell(*self.longitudes.end()).min(first + COLUMNS - 1);
        rows.flat_map(move |row| (first..=last).map(move |column| (row, column)))
    }

    /// The same window as seen from a cell's corner.
    fn within(&self, row: i64, column: i64) -> Self {
        let shift = |range: &RangeInclusive<i64>, cell: i64| {
            range.start() - cell * UNITS_PER_DEGREE..=range.end() - cell * UNITS_PER_DEGREE
        };
        Self { latitudes: shift(&self.latitudes, row), longitudes: shift(&self.longitudes, column) }
    }

    fn holds(&self, record: Record<'_>) -> bool {
        self.latitudes.contains(&record.north()) && self.longitudes.contains(&record.east())
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::{EMBEDDED, tests::file_of};
    use super::*;
    use crate::protocol::{MaxResults, Radius};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn question(latitude: f64, longitude: f64, radius_metres: f64) -> Question {
        Question::new(
            Coordinates { latitude, longitude },
            Radius::from_metres(radius_metres).unwrap(),
            MaxResults::new(20).unwrap(),
        )
    }

    fn ids(data: &Data<'_>, question: &Question, limit: usize) -> Vec<u32> {
        most_populous(data, question, limit).iter().map(|found| found.record.id()).collect()
    }

    /// Looks at every place: a search that is too simple to be wrong.
    fn ids_by_brute_force(all: &[(Coordinates, u32, u32)], question: &Question) -> Vec<u32> {
        // Half a degree of latitude is 55.6 km: not worth a sine.
        let is_far = |place: &Coordinates| (place.latitude - question.center.latitude).abs() > 0.5;
        let mut found: Vec<_> = all
            .iter()
            .filter(|(place, ..)| !is_far(place) && question.reaches(*place))
            .map(|&(_, population, id)| (Reverse(population), id))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect()
    }

    fn all_places(data: &Data<'_>) -> Vec<(Coordinates, u32, u32)> {
        let cells = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
        cells
            .flat_map(|(row, column)| {
                data.cell(row, column).map(move |record| {
                    (record.location(row, column), record.population(), record.id())
                })
            })
            .collect()
    }

    static ALL: LazyLock<Vec<(Coordinates, u32, u32)>> = LazyLock::new(|| all_places(&EMBEDDED));

    /// Centers in cities, near longitude 180, and anywhere.
    fn any_center() -> impl Strategy<Value = (f64, f64)> {
        let nudge = || -0.6..0.6f64;
        let near_place = (0..ALL.len(), nudge(), nudge()).prop_map(|(index, north, east)| {
            let Coordinates { latitude, longitude } = ALL[index].0;
            (latitude + north, (longitude + east).clamp(-180.0, 180.0))
        });
        let near_180 = prop_oneof![179.5..=180.0f64, -180.0..=-179.5f64];
        prop_oneof![
            4 => near_place,
            2 => (-20.0..-14.0f64, near_180.clone()),
            1 => (60.0..72.0f64, near_180),
            1 => (-90.0..=90.0f64, -180.0..=180.0f64),
        ]
    }

    /// Few people live at the poles, so these places are made up: in degree units, as close to a
    /// pole or to longitude 180 as can be, and on the borders of cells.
    fn any_places() -> impl Strategy<Value = Vec<(u32, u32, i64, i64)>> {
        let near = |edge: i64| prop_oneof![3 => edge - 50_000..=edge, 1 => Just(edge), 1 => Just(edge - 100_000)];
        let either = |range: BoxedStrategy<i64>| {
            (range, any::<bool>()).prop_map(|(units, is_negative)| match is_negative {
                true => -units,
                false => units,
            })
        };
        let longitude = prop_oneof![
            either(near(18_000_000).boxed()),
            either((0..=18_000_000i64).boxed()),
            either((0..=180i64).prop_map(|degrees| degrees * 100_000).boxed()),
        ];
        let place = (0..9u32, either(near(9_000_000).boxed()), longitude);
        prop::collection::vec(place, 0..200).prop_map(|places| {
            let places = places.into_iter().zip(1..);
            places.map(|((population, north, east), id)| (id, population, north, east)).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// If a cell were forgotten or left too early, places would be missing and nothing would
        /// report it.
        #[test]
        fn the_search_finds_what_brute_force_finds(
            (latitude, longitude) in any_center(),
            radius in prop_oneof![Just(50_000.0), 0.0..=50_000.0f64],
            limit in 1..=20usize,
        ) {
            let question = question(latitude.clamp(-90.0, 90.0), longitude, radius);
            let mut expected = ids_by_brute_force(&ALL, &question);
            prop_assert_eq!(ids(&EMBEDDED, &question, usize::from(u16::MAX)), expected.clone());
            expected.truncate(limit);
            prop_assert_eq!(ids(&EMBEDDED, &question, limit), expected);
        }

        #[test]
        fn the_search_is_right_at_the_poles_and_across_longitude_180(
            places in any_places(),
            latitude in prop_oneof![
                89.0..=90.0f64, -90.0..=-89.0f64, Just(90.0), Just(-90.0), Just(89.0)
            ],
            longitude in prop_oneof![179.0..=180.0f64, -180.0..=180.0f64, Just(-180.0), Just(180.0)],
            radius in prop_oneof![Just(50_000.0), 0.0..=50_000.0f64],
        ) {
            let file = file_of(&places);
            let data = Data::read(&file);
            let question = question(latitude, longitude, radius);
            let expected = ids_by_brute_force(&all_places(&data), &question);
            prop_assert_eq!(ids(&data, &question, 200), expected);
        }
    }

    /// A place that stands on the border of four cells, asked for from where it is.
    #[test]
    fn a_radius_of_zero_finds_what_is_right_there() {
        let file = file_of(&[(1, 5, 0, 18_000_000), (2, 5, 9_000_000, 700_000), (3, 9, 1, 0)]);
        let data = Data::read(&file);
        assert_eq!(ids(&data, &question(0.0, 180.0, 0.0), 20), [1]);
        assert_eq!(ids(&data, &question(0.0, -180.0, 0.0), 20), [1]);
        assert_eq!(ids(&data, &question(90.0, 7.0, 0.0), 20), [2]);
        assert_eq!(ids(&data, &question(0.00001, 0.0, 0.0), 20), [3]);
        assert_eq!(ids(&data, &question(0.0, 0.0, 0.0), 20), [0; 0]);
    }

    #[test]
    fn equal_populations_are_ordered_by_id() {
        let file = file_of(&[(3, 5, 10, 10), (1, 5, -10, -10), (2, 5, 10, -10), (4, 6, 0, 0)]);
        let data = Data::read(&file);
        assert_eq!(ids(&data, &question(0.0, 0.0, 1000.0), 20), [4, 1, 2, 3]);
        assert_eq!(ids(&data, &question(0.0, 0.0, 1000.0), 2), [4, 1]);
    }
}
