//! Commands as bytes in which only digits change.

use herd::protocol::Timestamp;

/// `bench-` and 21 digits: 27 bytes, as long as the client IDs in the measurements that Herd is
/// compared with.
pub(super) const CLIENT_BYTES: usize = 27;

/// Sign, two digits, point and six digits.
pub(super) const LATITUDE_BYTES: usize = 10;

/// Sign, three digits, point and six digits.
pub(super) const LONGITUDE_BYTES: usize = 11;

/// Ten digits, point and nine digits, which lasts until the year 2286.
pub(super) const TIME_BYTES: usize = 20;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A part of a command that varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Client,
    Latitude,
    Longitude,
    Time,
}

impl Field {
    /// How many bytes it takes. The number is fixed.
    pub(super) const fn width(self) -> usize {
        match self {
            Field::Client => CLIENT_BYTES,
            Field::Latitude => LATITUDE_BYTES,
            Field::Longitude => LONGITUDE_BYTES,
            Field::Time => TIME_BYTES,
        }
    }

    /// What the template holds in its place.
    fn blank(self) -> &'static [u8] {
        match self {
            Field::Client => b"bench-000000000000000000000",
            Field::Latitude => b"+00.000000",
            Field::Longitude => b"+000.000000",
            Field::Time => b"0000000000.000000000",
        }
    }
}

/// What the fields of one command hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    /// The number of the client.
    pub(super) client: u32,
    /// Millionths of a degree north.
    pub(super) latitude: i32,
    /// Millionths of a degree east.
    pub(super) longitude: i32,
    /// When the client was there.
    pub(super) time: Timestamp,
}

/// A command with blanks for its values. Each field has a fixed width, so making a command means
/// copying the template and overwriting some digits. The generator must cost little in comparison
/// with the server that it loads.
#[derive(Clone, Debug, Default)]
pub(super) struct Template {
    bytes: Vec<u8>,
    fields: Vec<(usize, Field)>,
}

impl Template {
    /// The same with `text` behind it.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// The same with a field behind it.
    pub(super) fn field(mut self, field: Field) -> Self {
        self.fields.push((self.bytes.len(), field));
        self.bytes.extend_from_slice(field.blank());
        self
    }

    /// Appends the command with these values.
    pub(super) fn push(&self, values: &Values, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.bytes);
        for &(at, field) in &self.fields {
            let slot = &mut out[start + at..][..field.width()];
            match field {
                Field::Client => write_digits(values.client, &mut slot[CLIENT_BYTES - 10..]),
                Field::Latitude => write_degrees(values.latitude, slot),
                Field::Longitude => write_degrees(values.longitude, slot),
                Field::Time => write_time(values.time, slot),
            }
        }
    }
}

fn write_time(time: Timestamp, slot: &mut [u8]) {
    let (seconds, nanos) = (time.as_nanos() / NANOS_PER_SECOND, time.as_nanos() % NANOS_PER_SECOND);
    // Beyond the year 2106 the seconds would need more bits than digits are made of here.
    write_digits(u32::try_from(seconds).unwrap_or(u32::MAX), &mut slot[..10]);
    write_digits(u32::try_from(nanos).expect("a second's nanoseconds fit"), &mut slot[11..]);
}

fn write_degrees(millionths: i32, slot: &mut [u8]) {
    slot[0] = if millionths < 0 { b'-' } else { b'+' };
    let (magnitude, point) = (millionths.unsigned_abs(), slot.len() - 7);
    write_digits(magnitude / 1_000_000, &mut slot[1..point]);
    write_digits(magnitude % 1_000_000, &mut slot[point + 1..]);
}

/// Fills `slot` with the last digits of `number`.
fn write_digits(mut number: u32, slot: &mut [u8]) {
    for digit in slot.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The ID of the client with this number. All of these IDs begin with `bench-`, so that they can be
/// distinguished from those of real clients.
pub fn client_name(number: u32) -> String {
    format!("bench-{number:021}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field in a wrong place or of a wrong width would be another command.
    #[test]
    fn values_are_written_over_the_blanks() {
        let template = Template::default()
            .text("IAMAT ")
            .field(Field::Client)
            .text(" ")
            .field(Field::Latitude)
            .field(Field::Longitude)
            .text(" ")
            .field(Field::Time)
            .text("\n");
        let time = Timestamp::from_nanos(1_479_413_884_392_014_450);
        let mut out = b"before ".to_vec();
        let here = Values { client: 123, latitude: 34_068_930, longitude: -118_445_127, time };
        template.push(&here, &mut out);
        let there = Values { client: u32::MAX, latitude: -1_286_389, longitude: 2_352_200, time };
        template.push(&there, &mut out);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "before IAMAT bench-000000000000000000123 +34.068930-118.445127 1479413884.392014450\n\
             IAMAT bench-000000000004294967295 -01.286389+002.352200 1479413884.392014450\n"
        );
    }

    /// Programs that look for clients of a measurement need the right IDs.
    #[test]
    fn a_client_is_named_as_in_commands() {
        let name = client_name(0);
        assert_eq!((name.as_bytes(), name.len()), (Field::Client.blank(), CLIENT_BYTES));
    }

    /// Redis is told the lengths of fields before it gets them.
    #[test]
    fn blanks_are_as_wide_as_said() {
        for field in [Field::Client, Field::Latitude, Field::Longitude, Field::Time] {
            assert_eq!(field.blank().len(), field.width());
        }
    }
}
