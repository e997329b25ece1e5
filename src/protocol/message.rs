//! Commands and AT lines.

use super::client_id::ClientId;
use super::field::{Field, InvalidField};
use super::fields::fields;
use super::position::Position;
use super::skew::Skew;
use super::timestamp::Timestamp;
use super::whats_near::{MaxResults, Radius};
use super::written_time::WrittenTime;
use std::ops::Range;

/// A command that a client may send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Request<'a> {
    /// A client reports its position.
    IamAt(IamAt<'a>),
    /// A question: what is near a client?
    WhatsAt(WhatsAt<'a>),
    /// A server of an older herd reports what it knows. Servers accept it only with `accept_at`.
    At(At<'a>),
}

impl<'a> Request<'a> {
    /// Reads one line without its LF.
    ///
    /// ```
    /// use herd::protocol::Request;
    ///
    /// let request = Request::parse(b"WHATSAT kiwi.cs.ucla.edu 10 5")?;
    /// assert!(matches!(request, Request::WhatsAt(_)));
    /// # Ok::<(), herd::protocol::InvalidField>(())
    /// ```
    ///
    /// # Errors
    /// The first field that is wrong, if the line is not a command.
    pub fn parse(line: &'a [u8]) -> Result<Self, InvalidField> {
        let mut fields = fields(line);
        match fields.next() {
            Some(b"IAMAT") => IamAt::of_fields(all(fields, line)?).map(Request::IamAt),
            Some(b"WHATSAT") => WhatsAt::of_fields(all(fields, line)?).map(Request::WhatsAt),
            Some(b"AT") => At::of_fields(all(fields, line)?).map(Request::At),
            other => Err(InvalidField::new(Field::Command, other.unwrap_or_default())),
        }
    }
}

/// Exactly `N` fields of `line`.
fn all<'a, const N: usize>(
    mut fields: impl Iterator<Item = &'a [u8]>,
    line: &'a [u8],
) -> Result<[&'a [u8]; N], InvalidField> {
    let mut found = [&line[..0]; N];
    for place in &mut found {
        *place = fields.next().ok_or_else(|| InvalidField::new(Field::Count, line))?;
    }
    match fields.next() {
        None => Ok(found),
        Some(_) => Err(InvalidField::new(Field::Count, line)),
    }
}

/// `IAMAT <client> <position> <time>`: where a client was, and when, as the client itself says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IamAt<'a> {
    client: ClientId<'a>,
    position: Position<'a>,
    time: WrittenTime<'a>,
}

impl<'a> IamAt<'a> {
    /// A position from values instead of a line.
    ///
    /// ```
    /// use herd::protocol::{ClientId, IamAt, Position};
    /// use std::time::SystemTime;
    ///
    /// let van = IamAt::new(
    ///     ClientId::new("van-7")?,
    ///     Position::new(52.52, 13.405)?,
    ///     SystemTime::now().into(),
    /// );
    /// assert_eq!(van.position().to_string(), "+52.52+13.405");
    /// # Ok::<(), herd::protocol::InvalidField>(())
    /// ```
    pub fn new(client: ClientId<'a>, position: Position<'a>, time: Timestamp) -> Self {
        Self { client, position, time: WrittenTime::of(time) }
    }

    /// Reads one line without its LF.
    ///
    /// # Errors
    /// The first field that is wrong, if the line is not an `IAMAT`.
    pub fn parse(line: &'a [u8]) -> Result<Self, InvalidField> {
        match Request::parse(line)? {
            Request::IamAt(iamat) => Ok(iamat),
            Request::WhatsAt(_) | Request::At(_) => Err(InvalidField::new(Field::Command, line)),
        }
    }

    fn of_fields([client, position, time]: [&'a [u8]; 3]) -> Result<Self, InvalidField> {
        Ok(Self {
            client: ClientId::of_field(client),
            position: Position::parse(position)?,
            time: WrittenTime::parse(time)?,
        })
    }

    /// The client.
    pub fn client(&self) -> ClientId<'a> {
        self.client
    }

    /// The client's position.
    pub fn position(&self) -> Position<'a> {
        self.position
    }

    /// The time, by the client's clock.
    pub fn time(&self) -> Timestamp {
        self.time.value()
    }

    /// The AT line that `server` makes of it, if it was read at `received`.
    pub fn received_by(self, server: &'a [u8], received: Timestamp) -> At<'a> {
        let skew = received.since(self.time.value());
        At { server, skew, client: self.client, position: self.position, time: self.time }
    }
}

/// `AT <server> <skew> <client> <position> <time>`: a client's position, and the server that
/// received it from the client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct At<'a> {
    server: &'a [u8],
    skew: Skew,
    client: ClientId<'a>,
    position: Position<'a>,
    time: WrittenTime<'a>,
}

impl<'a> At<'a> {
    /// Reads one line without its LF.
    ///
    /// # Errors
    /// The first field that is wrong, if the line is not an `AT`.
    pub fn parse(line: &'a [u8]) -> Result<Self, InvalidField> {
        let mut fields = fields(line);
        match fields.next() {
            Some(b"AT") => Self::of_fields(all(fields, line)?),
            other => Err(InvalidField::new(Field::Command, other.unwrap_or_default())),
        }
    }

    fn of_fields(
        [server, skew, client, position, time]: [&'a [u8]; 5],
    ) -> Result<Self, InvalidField> {
        Ok(Self {
            server,
            skew: Skew::parse(skew)?,
            client: ClientId::of_field(client),
            position: Position::parse(position)?,
            time: WrittenTime::parse(time)?,
        })
    }

    /// The name of the server that received the position from the client.
    pub fn server(&self) -> &'a [u8] {
        self.server
    }

    /// That server's receive time minus the client's time.
    pub fn skew(&self) -> Skew {
        self.skew
    }

    /// That server's receive time in nanoseconds since 1970. It is exact: a line of somebody who lies
    /// may have one that is negative or larger than a [`Timestamp`].
    pub fn received_ns(&self) -> i128 {
        i128::from(self.time().as_nanos()) + self.skew.as_nanos()
    }

    /// The client.
    pub fn client(&self) -> ClientId<'a> {
        self.client
    }

    /// The client's position.
    pub fn position(&self) -> Position<'a> {
        self.position
    }

    /// The time, by the client's clock.
    pub fn time(&self) -> Timestamp {
        self.time.value()
    }

    /// The range of the client's ID in the canonical line, which ends at `line_end`.
    pub fn client_span(&self, line_end: usize) -> Range<usize> {
        let behind = 2 + self.position.text().len() + self.time.text().len();
        let end = line_end - behind;
        end - self.client.as_bytes().len()..end
    }

    /// Appends the line in canonical form, without LF: single spaces, a skew with nine decimals,
    /// and all other fields byte for byte. Servers that know the same line hold the same bytes; the
    /// order of lines depends on that.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"AT ");
        out.extend_from_slice(self.server);
        out.push(b' ');
        self.skew.write(out);
        for field in [self.client.as_bytes(), &self.position.text(), &self.time.text()] {
            out.push(b' ');
            out.extend_from_slice(field);
        }
    }
}

/// `WHATSAT <client> <radius> <max>`: what is near that client?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WhatsAt<'a> {
    client: ClientId<'a>,
    radius: Radius,
    max: MaxResults,
}

impl<'a> WhatsAt<'a> {
    fn of_fields([client, radius, max]: [&'a [u8]; 3]) -> Result<Self, InvalidField> {
        Ok(Self {
            client: ClientId::of_field(client),
            radius: Radius::parse(radius)?,
            max: MaxResults::parse(max)?,
        })
    }

    /// The client that the question is about.
    pub fn client(&self) -> ClientId<'a> {
        self.client
    }

    /// The distance from the client's position.
    pub fn radius(&self) -> Radius {
        self.radius
    }

    /// The maximum number of results.
    pub fn max(&self) -> MaxResults {
        self.max
    }
}

/// Appends the reply to an invalid command: `? `, the line byte for byte, LF.
pub fn write_invalid(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"? ");
    out.extend_from_slice(line);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        At::parse(line).expect("the line is an AT").write(&mut out);
        out
    }

    #[test]
    fn iamat_becomes_at_with_exact_skew() {
        let line = b"  IAMAT\tkiwi.cs.ucla.edu +34.068930-118.445127  1479413884.392014450\r";
        let Ok(Request::IamAt(iamat)) = Request::parse(line) else { panic!("not an IAMAT") };
        let mut out = Vec::new();
        iamat
            .received_by(b"Alford", Timestamp::from_nanos(1_479_413_884_655_887_836))
            .write(&mut out);
        let expected =
            "AT Alford +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 1479413884.392014450";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    /// A position from a program must be the same as one that a client sends.
    #[test]
    fn an_iamat_from_values_is_the_one_that_is_read() {
        let client = ClientId::new("van-7").expect("the ID is good");
        let position = Position::new(52.52, -13.5).expect("the numbers are in range");
        let made = IamAt::new(client, position, Timestamp::from_nanos(1_500_000_000));
        let read = IamAt::parse(b"IAMAT van-7 +52.52-13.5 1.500000000").expect("it is an IAMAT");
        assert_eq!(made, read);
        let mut line = Vec::new();
        made.received_by(b"Ball", Timestamp::from_nanos(2_000_000_000)).write(&mut line);
        assert_eq!(line, b"AT Ball +0.500000000 van-7 +52.52-13.5 1.500000000");
        let at = made.received_by(b"Ball", Timestamp::default());
        assert_eq!(&line[at.client_span(line.len())], b"van-7");
    }

    #[test]
    fn at_has_one_canonical_form() {
        let canonical = b"AT Ball -27.450763000 kiwi +34-118 1479413884.5";
        assert_eq!(at(b" AT  Ball -27.450763\tkiwi +34-118 1479413884.5\r"), canonical);
        assert_eq!(at(canonical), canonical);
        let span = At::parse(canonical).expect("the line is an AT").client_span(canonical.len());
        assert_eq!(&canonical[span], b"kiwi");
    }

    #[test]
    fn a_client_may_have_any_bytes() {
        let Ok(Request::WhatsAt(whatsat)) = Request::parse(b"WHATSAT \xff\x00\xe9 0 0") else {
            panic!("not a WHATSAT")
        };
        assert_eq!(whatsat.client().as_bytes(), b"\xff\x00\xe9");
    }

    #[test]
    fn an_error_names_the_first_wrong_field() {
        let error = |line: &'static str| {
            Request::parse(line.as_bytes()).expect_err("the line is wrong").to_string()
        };
        assert_eq!(error(""), "invalid command: \"\"");
        assert_eq!(error("iamat kiwi +34-118 1"), "invalid command: \"iamat\"");
        assert_eq!(error("IAMAT kiwi 34-118 1"), "invalid position: \"34-118\"");
        assert_eq!(error("IAMAT kiwi +34-118 noon"), "invalid time: \"noon\"");
        assert_eq!(error("WHATSAT kiwi 51 5"), "invalid radius: \"51\"");
        assert_eq!(error("WHATSAT kiwi 10 21"), "invalid max: \"21\"");
        assert_eq!(error("AT Ball 3 kiwi +34-118 1"), "invalid skew: \"3\"");
        assert_eq!(error("WHATSAT kiwi 10"), "invalid number of fields: \"WHATSAT kiwi 10\"");
        assert_eq!(error("WHATSAT k 1 5 6"), "invalid number of fields: \"WHATSAT k 1 5 6\"");
    }

    proptest! {
        #[test]
        fn no_line_panics(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::parse(&line);
        }

        #[test]
        fn nothing_close_to_a_command_panics(line in "(IAMAT|WHATSAT|AT)?[ +.0-9a-z/-]{0,80}") {
            let _ = Request::parse(line.as_bytes());
        }

        #[test]
        fn print_then_parse_is_the_same(
            server in "[A-Za-z]{1,8}",
            client in "[^\\s\\x0b]{1,20}",
            latitude in 0u32..90,
            longitude in 0u32..180,
            client_time: u64,
            received: u64,
        ) {
            let line = format!(
                "IAMAT {client} -{latitude}.25+{longitude} {}", Timestamp::from_nanos(client_time)
            );
            let Ok(Request::IamAt(iamat)) = Request::parse(line.as_bytes()) else {
                return Err(TestCaseError::fail(line));
            };
            let sent = iamat.received_by(server.as_bytes(), Timestamp::from_nanos(received));
            let mut printed = Vec::new();
            sent.write(&mut printed);
            prop_assert_eq!(At::parse(&printed), Ok(sent));
        }
    }
}
