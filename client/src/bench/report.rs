//! The result of a measurement.

use super::engine::StageResult;
use super::kind::Kind;
use super::plan::Plan;
use super::remarks::Remarks;
use hdrhistogram::Histogram;
use serde::Serialize;

/// The figures. Their JSON form is what `herd-client bench --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    against: &'static str,
    servers: Vec<String>,
    connections: u32,
    depth: u32,
    clients: u32,
    commands: u64,
    errors: u64,
    broken_connections: u64,
    /// How many commands were answered before the measurement, while filling and warming up.
    /// Whoever measures the servers from outside must count these, too.
    unmeasured_commands: u64,
    seconds: f64,
    commands_per_second: f64,
    latency_us: Latencies,
    #[serde(skip)]
    remarks: Vec<String>,
}

/// Latencies by kind of command. A kind of which no command succeeded has none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Latencies {
    #[serde(skip_serializing_if = "Option::is_none")]
    iamat: Option<Latency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whatsat: Option<Latency>,
}

/// How long replies took, in microseconds: from the write of a command's batch to the read that
/// brought its reply.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Latency {
    /// How many commands were answered well.
    pub count: u64,
    /// The shortest.
    pub min: f64,
    /// Half of them took no longer.
    pub p50: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
    /// 999 of 1,000 took no longer.
    pub p99_9: f64,
    /// The longest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
}

impl Report {
    /// The figures of a stage.
    pub(super) fn new(
        plan: &Plan,
        measured: &StageResult,
        unmeasured_commands: u64,
        remarks: &Remarks,
    ) -> Self {
        let StageResult { tally, took } = measured;
        let seconds = took.as_secs_f64();
        Self {
            against: plan.dialect.servers(),
            servers: plan.servers.iter().map(|server| server.address().to_string()).collect(),
            connections: plan.connections.get(),
            depth: plan.depth.get(),
            clients: plan.clients.get(),
            commands: tally.answered(),
            errors: tally.errors(),
            broken_connections: remarks.broken(),
            unmeasured_commands,
            seconds: rounded(seconds, 6),
            commands_per_second: rounded(tally.answered() as f64 / seconds.max(1e-9), 1),
            latency_us: Latencies {
                iamat: Latency::of(tally.latencies(Kind::Tell)),
                whatsat: Latency::of(tally.latencies(Kind::Ask)),
            },
            remarks: remarks.lines(),
        }
    }

    /// How many commands were answered, well or not.
    pub fn commands(&self) -> u64 {
        self.commands
    }

    /// How many commands were refused, or lost with a connection.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How many connections broke, before the measurement or during it.
    pub fn broken_connections(&self) -> u64 {
        self.broken_connections
    }

    /// From the first command to the last reply.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Answered commands a second.
    pub fn commands_per_second(&self) -> f64 {
        self.commands_per_second
    }

    /// The latencies of a kind of command, if any was answered well.
    pub fn latency(&self, kind: Kind) -> Option<Latency> {
        match kind {
            Kind::Tell => self.latency_us.iamat,
            Kind::Ask => self.latency_us.whatsat,
        }
    }

    /// The first error of each kind, in words.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

impl Latency {
    fn of(nanos: &Histogram<u64>) -> Option<Self> {
        if nanos.is_empty() {
            return None;
        }
        let micros = |nanos: f64| rounded(nanos / 1000.0, 3);
        let quantile = |quantile| micros(nanos.value_at_quantile(quantile) as f64);
        Some(Self {
            count: nanos.len(),
            min: micros(nanos.min() as f64),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p99_9: quantile(0.999),
            max: micros(nanos.max() as f64),
            mean: micros(nanos.mean()),
        })
    }
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::super::breach::Breach;
    use super::super::plan::Fill;
    use super::super::plan::tests::plan;
    use super::super::tally::Tally;
    use super::*;
    use std::time::Duration;

    /// A hundred replies to IAMAT after 1 to 100 ms, and some trouble.
    fn measured() -> StageResult {
        let mut tally = Tally::new();
        for milliseconds in 1..=100 {
            tally.well(Kind::Tell, Duration::from_millis(milliseconds), 1);
        }
        tally.refused(3);
        tally.lost(0);
        StageResult { tally, took: Duration::from_millis(250) }
    }

    /// Programs read this. A kind without figures is left out.
    #[test]
    fn the_json_form_is_stable() {
        let plan = plan(1000, 0, Fill::Nobody);
        let mut remarks = Remarks::default();
        remarks.breach(&plan.servers[0], &Breach::Closed);
        let report = Report::new(&plan, &measured(), 7, &remarks);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            "{\"against\":\"herd\",\"servers\":[\"127.0.0.1:12000\"],\"connections\":2,\"depth\":16,\
             \"clients\":1000,\"commands\":103,\"errors\":4,\"broken_connections\":1,\
             \"unmeasured_commands\":7,\"seconds\":0.25,\"commands_per_second\":412.0,\
             \"latency_us\":{\"iamat\":{\"count\":100,\"min\":999.936,\"p50\":50003.967,\
             \"p90\":90046.463,\"p99\":99024.895,\"p99_9\":100007.935,\"max\":100007.935,\
             \"mean\":50499.197}}}"
        );
    }

    /// Latencies are in microseconds, with three significant digits.
    #[test]
    fn quantiles_are_near_the_truth() {
        let report = Report::new(&plan(1, 0, Fill::Nobody), &measured(), 0, &Remarks::default());
        let latency = report.latency(Kind::Tell).unwrap();
        for (found, truth) in [
            (latency.min, 1_000.0),
            (latency.p50, 50_000.0),
            (latency.p90, 90_000.0),
            (latency.p99, 99_000.0),
            (latency.p99_9, 100_000.0),
            (latency.max, 100_000.0),
            (latency.mean, 50_500.0),
        ] {
            assert!((found - truth).abs() <= truth / 1000.0, "{found} {truth}");
        }
        assert_eq!(report.latency(Kind::Ask), None);
    }
}
