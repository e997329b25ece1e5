//! The places of the world as a file, read in place. `data/README.md` describes the format.

use crate::protocol::Coordinates;

/// What the file begins with: its name and the version of its format.
const MAGIC: &[u8; 8] = b"HERDGAZ\x01";

/// How many cells there are from pole to pole, each one degree high.
pub(super) const ROWS: i64 = 180;

/// How many cells there are around the Earth, each one degree wide.
pub(super) const COLUMNS: i64 = 360;

/// The parts that a degree has: coordinates have five decimals.
pub(super) const UNITS_PER_DEGREE: i64 = 100_000;

const CELLS: usize = (ROWS * COLUMNS) as usize;

const RECORD_BYTES: usize = 21;

/// The places that the library is built with. A file that is cut short does not build.
pub(super) static EMBEDDED: Data<'static> =
    Data::read(include_bytes!("../../../data/gazetteer.bin"));

/// A file of places.
pub(super) struct Data<'a> {
    cells: &'a [[u8; 4]],
    places: &'a [[u8; RECORD_BYTES]],
    regions: &'a [[u8; 4]],
    texts: &'a [u8],
}

impl<'a> Data<'a> {
    /// Finds the parts of the file, and looks at none of the places.
    ///
    /// # Panics
    /// When the parts do not have the sizes that the file says.
    pub(super) const fn read(file: &'a [u8]) -> Self {
        let (magic, rest) = table::<8>(file, 1);
        assert!(u64::from_le_bytes(magic[0]) == u64::from_le_bytes(*MAGIC), "not a gazetteer");
        let (counts, rest) = table::<4>(rest, 3);
        let (cells, rest) = table(rest, CELLS + 1);
        let (places, rest) = table(rest, u32::from_le_bytes(counts[0]) as usize);
        let (regions, texts) = table(rest, u32::from_le_bytes(counts[1]) as usize);
        assert!(texts.len() == u32::from_le_bytes(counts[2]) as usize, "texts are incomplete");
        Self { cells, places, regions, texts }
    }

    /// The places of a cell, the most populous first, then by ID. Columns go on around the Earth.
    pub(super) fn cell(&self, row: i64, column: i64) -> impl Iterator<Item = Record<'_>> {
        let cell = (row * COLUMNS + column.rem_euclid(COLUMNS)) as usize;
        let places = &self.places[self.start(cell)..self.start(cell + 1)];
        places.iter().map(|bytes| Record { data: self, bytes })
    }

    fn start(&self, cell: usize) -> usize {
        u32::from_le_bytes(self.cells[cell]) as usize
    }

    fn text(&self, place: u32) -> &'a str {
        let (start, length) = ((place >> 8) as usize, (place & 0xff) as usize);
        std::str::from_utf8(&self.texts[start..start + length]).expect("the file's texts are UTF-8")
    }
}

/// Splits `count` rows of N bytes off.
const fn table<const N: usize>(bytes: &[u8], rows: usize) -> (&[[u8; N]], &[u8]) {
    assert!(rows <= bytes.len() / N, "a table is incomplete");
    let (table, rest) = bytes.split_at(rows * N);
    (table.as_chunks().0, rest)
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A city, town or village.
    Locality,
    /// A part of one.
    Neighborhood,
}

/// One place of the file.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    data: &'a Data<'a>,
    bytes: &'a [u8; RECORD_BYTES],
}

impl<'a> Record<'a> {
    /// The population, or 0 if it is not known.
    pub(super) fn population(self) -> u32 {
        u32::from_le_bytes(self.field(0))
    }

    /// GeoNames' ID of the place.
    pub(super) fn id(self) -> u32 {
        u32::from_le_bytes(self.field(4))
    }

    /// What it is called.
    pub(super) fn name(self) -> &'a str {
        self.data.text(u32::from_le_bytes(self.field(8)))
    }

    /// The state or province, and the country.
    pub(super) fn region(self) -> &'a str {
        let region = u16::from_le_bytes(self.field(12));
        self.data.text(u32::from_le_bytes(self.data.regions[usize::from(region)]))
    }

    /// How far it is north of its cell's southern edge, in degree units.
    pub(super) fn north(self) -> i64 {
        let [low, middle, high] = self.field(14);
        i64::from(u32::from_le_bytes([low, middle, high, 0]))
    }

    /// How far it is east of its cell's western edge, in degree units.
    pub(super) fn east(self) -> i64 {
        let [low, middle, high] = self.field(17);
        i64::from(u32::from_le_bytes([low, middle, high, 0]))
    }

    /// What it is.
    pub(super) fn kind(self) -> Kind {
        let [kind] = self.field(20);
        if kind == 0 { Kind::Locality } else { Kind::Neighborhood }
    }

    /// Where it is, when it is in this cell. Dividing once gives the number that is nearest to the
    /// source's decimals, so they are printed as they were.
    pub(super) fn location(self, row: i64, column: i64) -> Coordinates {
        let degrees = |cell: i64, units: i64| {
            (cell * UNITS_PER_DEGREE + units) as f64 / UNITS_PER_DEGREE as f64
        };
        Coordinates {
            latitude: degrees(row - ROWS / 2, self.north()),
            longitude: degrees(column.rem_euclid(COLUMNS) - COLUMNS / 2, self.east()),
        }
    }

    fn field<const N: usize>(self, start: usize) -> [u8; N] {
        *self.bytes[start..].first_chunk().expect("a record holds all fields")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file with these places, each an ID, a population, and a position in degree units.
    pub(in super::super) fn file_of(places: &[(u32, u32, i64, i64)]) -> Vec<u8> {
        let mut places: Vec<_> = places
            .iter()
            .map(|&(id, population, latitude, longitude)| {
                let north = latitude + 90 * UNITS_PER_DEGREE;
                let east = (longitude + 180 * UNITS_PER_DEGREE) % (COLUMNS * UNITS_PER_DEGREE);
                let row = (north / UNITS_PER_DEGREE).min(ROWS - 1);
                let cell = row * COLUMNS + east / UNITS_PER_DEGREE;
                let north = north - row * UNITS_PER_DEGREE;
                (cell, u32::MAX - population, id, north as u32, (east % UNITS_PER_DEGREE) as u32)
            })
            .collect();
        places.sort_unstable();
        let mut file = MAGIC.to_vec();
        file.extend([places.len() as u32, 1, 4].map(u32::to_le_bytes).concat());
        for cell in 0..=CELLS as i64 {
            let start = places.partition_point(|place| place.0 < cell);
            file.extend((start as u32).to_le_bytes());
        }
        for (_, unpopulated, id, north, east) in places {
            file.extend((u32::MAX - unpopulated).to_le_bytes());
            file.extend(id.to_le_bytes());
            file.extend([4, 0, 0, 0, 0, 0]);
            file.extend(&north.to_le_bytes()[..3]);
            file.extend(&east.to_le_bytes()[..3]);
            file.push(1);
        }
        file.extend([4, 0, 0, 0]);
        file.extend(b"Nome");
        file
    }

    #[test]
    fn every_field_is_read() {
        let file = file_of(&[(7, 3_598, 6_450_111, -16_540_639)]);
        let data = Data::read(&file);
        let [place] = data.cell(154, 14).collect::<Vec<_>>()[..] else { panic!("one place") };
        assert_eq!((place.id(), place.population(), place.kind()), (7, 3_598, Kind::Neighborhood));
        assert_eq!((place.name(), place.region()), ("Nome", "Nome"));
        assert_eq!((place.north(), place.east()), (50_111, 59_361));
        let location = Coordinates { latitude: 64.50111, longitude: -165.40639 };
        assert_eq!(place.location(154, 14), location);
        assert_eq!(data.cell(154, 14 - COLUMNS).count(), 1);
        assert_eq!(data.cell(154, 15).count(), 0);
    }

    #[test]
    #[should_panic(expected = "texts are incomplete")]
    fn a_file_cut_short_is_refused() {
        let file = file_of(&[]);
        Data::read(&file[..file.len() - 1]);
    }

    /// The search and the reply rely on this: a damaged or wrongly sorted file would cause wrong
    /// answers, or a panic, only for some positions.
    #[test]
    fn every_place_of_the_embedded_file_is_sound() {
        let mut count = 0;
        for (row, column) in (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
        {
            let mut last = None;
            for place in EMBEDDED.cell(row, column) {
                let rank = Some((u32::MAX - place.population(), place.id()));
                assert!(last < rank, "{} is out of order", place.id());
                last = rank;
                assert!(!place.name().is_empty() && !place.region().is_empty(), "{}", place.id());
                assert!(place.north() < UNITS_PER_DEGREE && place.east() < UNITS_PER_DEGREE);
                assert!(place.bytes[20] <= 1, "{} is of no kind", place.id());
                count += 1;
            }
        }
        assert_eq!((count, EMBEDDED.places.len()), (234_908, 234_908));
    }
}
