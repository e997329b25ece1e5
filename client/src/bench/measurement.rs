//! A measurement from its beginning to its end.

use super::bench_error::BenchError;
use super::budget::Budget;
use super::engine::{Engine, StageResult};
use super::plan::{Length, Plan, UnfitPlan};
use super::progress::{Progress, Stage};
use super::report::Report;
use std::ops::ControlFlow;
use std::time::Instant;

/// The least number of commands under way on each connection while each client is sent once.
const FILL_DEPTH_MIN: usize = 64;

/// A plan that was checked and can be carried out.
#[derive(Clone, Debug)]
pub struct Bench {
    plan: Plan,
}

impl Bench {
    /// Checks a plan.
    ///
    /// # Errors
    /// When its parts do not fit together.
    pub fn new(plan: Plan) -> Result<Self, UnfitPlan> {
        plan.check()?;
        Ok(Self { plan })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Carries the plan out and blocks this thread meanwhile. Calls `on_progress` about ten times a
    /// second. If that returns [`ControlFlow::Break`], no more commands are sent, and the report
    /// covers what was measured until then.
    ///
    /// # Errors When a server cannot be reached, and when no connection is left. If a connection
    /// breaks while others are left, the report counts it.
    pub fn run(
        &self,
        mut on_progress: impl FnMut(&Progress) -> ControlFlow<()>,
    ) -> Result<Report, BenchError> {
        let plan = &self.plan;
        let mut engine = Engine::connect(plan)?;
        let depth = plan.depth.size();
        let mut stage = |stage, budget, depth| engine.run(stage, budget, depth, &mut on_progress);
        let mut unmeasured = 0;
        let untold = u64::from(plan.untold());
        if untold > 0 {
            let filled = stage(Stage::Filling, Budget::Count(untold), depth.max(FILL_DEPTH_MIN))?;
            unmeasured += filled.tally.answered();
        }
        if !plan.warm_up.is_zero() {
            let end = Budget::Until(Instant::now() + plan.warm_up);
            unmeasured += stage(Stage::WarmingUp, end, depth)?.tally.answered();
        }
        let budget = match plan.length {
            Length::Span(span) => Budget::Until(Instant::now() + span),
            Length::Count(count) => Budget::Count(count),
        };
        let measured: StageResult = stage(Stage::Measuring, budget, depth)?;
        Ok(Report::new(plan, &measured, unmeasured, engine.remarks()))
    }
}
