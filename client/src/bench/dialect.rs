//! The commands that are sent, in the language of each kind of server.

use super::herd_replies::HerdReplies;
use super::kind::Kind;
use super::question::Question;
use super::replies::Replies;
use super::resp_replies::RespReplies;
use super::template::{Field, Template};

/// The protocol of the servers. It lets `bench` put the same load on Herd and on its alternatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Herd's lines.
    Herd,
    /// Redis' protocol (RESP 2): each client's position and time as a string.
    RedisSet,
    /// Redis' protocol (RESP 2): all clients as members of one geographic index.
    RedisGeoAdd,
}

/// The key of the geographic index.
const INDEX: &str = "herd";

impl Dialect {
    /// What the servers are.
    pub fn servers(self) -> &'static str {
        match self {
            Dialect::Herd => "herd",
            Dialect::RedisSet | Dialect::RedisGeoAdd => "redis",
        }
    }

    /// The name of the command.
    pub fn command(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (Dialect::Herd, Kind::Tell) => "IAMAT",
            (Dialect::Herd, Kind::Ask) => "WHATSAT",
            (Dialect::RedisSet, Kind::Tell) => "SET",
            (Dialect::RedisGeoAdd, Kind::Tell) => "GEOADD",
            (Dialect::RedisSet | Dialect::RedisGeoAdd, Kind::Ask) => "GEOSEARCH",
        }
    }

    /// Whether it can ask what is near a client.
    pub(super) fn can_ask(self) -> bool {
        match self {
            Dialect::Herd | Dialect::RedisGeoAdd => true,
            Dialect::RedisSet => false,
        }
    }

    /// The command that tells where a client is.
    pub(super) fn tell(self) -> Template {
        use Field::{Client, Latitude, Longitude, Time};
        match self {
            Dialect::Herd => Template::default()
                .text("IAMAT ")
                .field(Client)
                .text(" ")
                .field(Latitude)
                .field(Longitude)
                .text(" ")
                .field(Time)
                .text("\n"),
            Dialect::RedisSet => {
                let value = Latitude.width() + Longitude.width() + 1 + Time.width();
                let template = resp_field(resp_text(resp_array(3), "SET"), Client);
                let template = template.text(&format!("${value}\r\n"));
                template.field(Latitude).field(Longitude).text(" ").field(Time).text("\r\n")
            }
            Dialect::RedisGeoAdd => {
                let template = resp_text(resp_text(resp_array(5), "GEOADD"), INDEX);
                resp_field(resp_field(resp_field(template, Longitude), Latitude), Client)
            }
        }
    }

    /// The command that asks what is near a client.
    pub(super) fn ask(self, question: &Question) -> Template {
        let (kilometres, max) = (question.radius.metres() / 1000.0, question.max.get());
        match self {
            Dialect::Herd => Template::default()
                .text("WHATSAT ")
                .field(Field::Client)
                .text(&format!(" {kilometres} {max}\n")),
            Dialect::RedisSet | Dialect::RedisGeoAdd => {
                let template = resp_text(resp_text(resp_array(11), "GEOSEARCH"), INDEX);
                let template = resp_field(resp_text(template, "FROMMEMBER"), Field::Client);
                let (kilometres, max) = (kilometres.to_string(), max.to_string());
                ["BYRADIUS", &kilometres, "km", "ASC", "COUNT", &max, "WITHDIST"]
                    .into_iter()
                    .fold(template, resp_text)
            }
        }
    }

    /// A parser that counts the replies of one connection.
    pub(super) fn replies(self) -> Replies {
        match self {
            Dialect::Herd => Replies::Herd(HerdReplies::default()),
            Dialect::RedisSet | Dialect::RedisGeoAdd => Replies::Resp(RespReplies::default()),
        }
    }
}

fn resp_array(elements: usize) -> Template {
    Template::default().text(&format!("*{elements}\r\n"))
}

fn resp_text(template: Template, text: &str) -> Template {
    template.text(&format!("${}\r\n{text}\r\n", text.len()))
}

fn resp_field(template: Template, field: Field) -> Template {
    template.text(&format!("${}\r\n", field.width())).field(field).text("\r\n")
}

#[cfg(test)]
mod tests {
    use super::super::template::Values;
    use super::*;
    use herd::protocol::{MaxResults, Radius, Request, Timestamp};

    fn question() -> Question {
        Question { radius: Radius::parse(b"0.5").unwrap(), max: MaxResults::new(20).unwrap() }
    }

    fn written(template: &Template) -> String {
        let time = Timestamp::from_nanos(1_479_413_884_392_014_450);
        let values = Values { client: 7, latitude: 34_068_930, longitude: -118_445_127, time };
        let mut out = Vec::new();
        template.push(&values, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// A server would answer anything else with `?`.
    #[test]
    fn a_herd_gets_commands() {
        let iamat = written(&Dialect::Herd.tell());
        assert!(matches!(Request::parse(iamat.trim_end().as_bytes()), Ok(Request::IamAt(_))));
        assert_eq!(
            iamat,
            "IAMAT bench-000000000000000000007 +34.068930-118.445127 1479413884.392014450\n"
        );
        let whatsat = written(&Dialect::Herd.ask(&question()));
        assert!(matches!(Request::parse(whatsat.trim_end().as_bytes()), Ok(Request::WhatsAt(_))));
        assert_eq!(whatsat, "WHATSAT bench-000000000000000000007 0.5 20\n");
    }

    /// A wrong length would make Redis read fields as commands.
    #[test]
    fn redis_gets_arrays() {
        assert_eq!(
            written(&Dialect::RedisSet.tell()),
            "*3\r\n$3\r\nSET\r\n$27\r\nbench-000000000000000000007\r\n\
             $42\r\n+34.068930-118.445127 1479413884.392014450\r\n"
        );
        assert_eq!(
            written(&Dialect::RedisGeoAdd.tell()),
            "*5\r\n$6\r\nGEOADD\r\n$4\r\nherd\r\n$11\r\n-118.445127\r\n$10\r\n+34.068930\r\n\
             $27\r\nbench-000000000000000000007\r\n"
        );
        assert_eq!(
            written(&Dialect::RedisGeoAdd.ask(&question())),
            "*11\r\n$9\r\nGEOSEARCH\r\n$4\r\nherd\r\n$10\r\nFROMMEMBER\r\n\
             $27\r\nbench-000000000000000000007\r\n$8\r\nBYRADIUS\r\n$3\r\n0.5\r\n$2\r\nkm\r\n\
             $3\r\nASC\r\n$5\r\nCOUNT\r\n$2\r\n20\r\n$8\r\nWITHDIST\r\n"
        );
    }
}
