//! A slow source of places.

use crate::places::{Answer, Places, PlacesError, Question};
use crate::runtime::Clock;
use crate::runtime::sim::{Chance, Machine};
use async_trait::async_trait;
use std::time::Duration;

/// The error message of a source that fails.
const FAILURE: &str = "simulated failure";

/// Answers each question with the question itself: usually soon, sometimes late, sometimes too
/// late, sometimes with an error.
pub(super) struct SlowPlaces {
    machine: Machine,
}

impl SlowPlaces {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine }
    }
}

#[async_trait]
impl Places for SlowPlaces {
    async fn nearby(&self, question: &Question) -> Result<Answer, PlacesError> {
        // The checks ask for 0 results; they get their answers at once.
        if question.max.get() > 0 {
            let mut chance = Chance::new(self.machine.random());
            if chance.one_in(50) {
                self.machine.sleep(Duration::from_secs(12)).await;
            } else if chance.one_in(2) {
                let span = chance.span(&(Duration::ZERO..=Duration::from_millis(80)));
                self.machine.sleep(span).await;
            }
            if chance.one_in(20) {
                return Err(PlacesError::new(FAILURE));
            }
        }
        Answer::from_json(json(question).into_bytes())
            .map_err(|error| PlacesError::new(error.to_string()))
    }
}

/// Whether `reply`, the text between the AT line and the empty line, is a valid answer to
/// `question`.
pub(super) fn is_answer(reply: &str, question: &Question) -> bool {
    let failed =
        |message: &str| reply.contains("\"status\" : \"UNKNOWN_ERROR\"") && reply.contains(message);
    reply == json(question) || failed(FAILURE) || failed("too slow")
}

fn json(question: &Question) -> String {
    let Question { center, radius, max, asker: _ } = question;
    let asked = format!("{center:?} {radius:?} {max:?}");
    format!("{{ \"results\" : [], \"status\" : \"{asked}\" }}")
}
