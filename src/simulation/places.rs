//! A source of places that takes its time.

use crate::places::{Answer, Places, PlacesError, Question};
use crate::runtime::Clock;
use crate::runtime::sim::{Chance, Machine};
use async_trait::async_trait;
use std::time::Duration;

/// What a source that fails says.
const FAILURE: &str = "simulated failure";

/// Tells each question back as its answer, sometimes late, sometimes too late, sometimes not.
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
        // A question about no places at all is how the checks ask what a server knows.
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

/// Whether `reply`, the text between the first line and the empty line, may follow that line where
/// the question was this.
pub(super) fn is_answer(reply: &str, question: &Question) -> bool {
    let failed =
        |message: &str| reply.contains("\"status\" : \"UNKNOWN_ERROR\"") && reply.contains(message);
    reply == json(question) || failed(FAILURE) || failed("too slow")
}

fn json(question: &Question) -> String {
    format!("{{ \"results\" : [], \"status\" : \"{question:?}\" }}")
}
