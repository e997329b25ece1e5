//! A source of places of one's own, asked as a server would ask it.

use herd::async_trait;
use herd::places::{Answer, Place, Places, PlacesError, Question};
use herd::protocol::{Coordinates, MaxResults, Radius};
use std::error::Error;

/// The mountain huts that this program knows: ID, name, latitude and longitude.
const HUTS: [(&str, &str, f64, f64); 3] = [
    ("hut:1", "Monte Rosa Hut", 45.9567, 7.8147),
    ("hut:2", "Hörnli Hut", 45.9822, 7.6767),
    ("hut:3", "Konkordia Hut", 46.5006, 8.0531),
];

struct Huts;

#[async_trait]
impl Places for Huts {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        let huts = HUTS.iter().map(|&(id, name, latitude, longitude)| {
            Place::new(id, name, Coordinates { latitude, longitude }).with_types(&["lodging"])
        });
        let near = huts.filter(|hut| question.reaches(hut.location()));
        Ok(Answer::of_places(question, &[], near))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let zermatt = Coordinates { latitude: 46.0207, longitude: 7.7491 };
    let question = Question::new(zermatt, Radius::parse(b"10")?, MaxResults::parse(b"5")?);
    // A server does the rest with `Server::builder(...).places(Huts)`.
    let mut reply = Vec::new();
    async_std::task::block_on(Huts.nearby(&question))?.write(question.max, &mut reply);
    print!("{}", String::from_utf8(reply)?);
    Ok(())
}
