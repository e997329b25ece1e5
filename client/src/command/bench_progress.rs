//! How far a measurement is, on a terminal.

use herd_client::bench::{Progress, Stage};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar goes by thousandths.
const STEPS: u64 = 1000;

/// A bar on stderr; nothing where that is no terminal.
pub(super) struct BenchProgress {
    bar: ProgressBar,
}

impl BenchProgress {
    /// A bar with nothing done.
    pub(super) fn start() -> Self {
        let style = ProgressStyle::with_template("{prefix:12} [{bar:30}] {percent:>3} % {msg}")
            .expect("the template is well formed");
        let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr());
        bar.set_style(style.progress_chars("=> "));
        Self { bar }
    }

    /// Shows how far it is.
    pub(super) fn show(&self, progress: &Progress) {
        self.bar.set_prefix(match progress.stage() {
            Stage::Filling => "filling",
            Stage::WarmingUp => "warming up",
            Stage::Measuring => "measuring",
        });
        self.bar.set_message(format!("{:.0} commands/s", progress.commands_per_second()));
        self.bar.set_position((progress.share() * STEPS as f64) as u64);
    }

    /// Takes it away, since what comes next says more.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
