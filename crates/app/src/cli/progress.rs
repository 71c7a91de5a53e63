//! What a run shows while it goes on: bars on a terminal, plain lines elsewhere.
//!
//! Owns the drawing. Must not slow the run: bars draw themselves at their own pace.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::sync::Flow;
use engine::Progress;
use engine::report::FlowReport;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output;

/// Bars on stderr.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<Option<Flow>, ProgressBar>>,
}

impl Bars {
    /// Bars that are drawn when stderr is a terminal.
    pub(crate) fn new() -> Self {
        Self { all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()), bars: Mutex::default() }
    }

    fn bar(&self, of: Option<Flow>) -> ProgressBar {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        bars.entry(of)
            .or_insert_with(|| {
                let bar = self.all.add(ProgressBar::new_spinner());
                let style = ProgressStyle::with_template("{spinner:.cyan} {prefix:10} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner());
                bar.set_style(style);
                bar.set_prefix(of.map_or("", Flow::name));
                bar.enable_steady_tick(Duration::from_millis(120));
                bar
            })
            .clone()
    }

    fn words(bar: &ProgressBar, figures: &FlowReport) -> String {
        let seconds = bar.elapsed().as_secs_f64();
        let written = figures.created + figures.updated;
        let mut words = format!("{} read", output::count(figures.read));
        if written > 0 {
            words.push_str(&format!(" · {} written", output::count(written)));
        }
        if seconds > 0.5 {
            let rate = (figures.read as f64 / seconds) as u64;
            words.push_str(&format!(" · {}/s", output::count(rate)));
        }
        let open = figures.parked + figures.waiting + figures.undecided;
        if open > 0 {
            words.push_str(&format!(" · {} open", output::count(open)));
        }
        words
    }
}

impl Progress for Bars {
    fn stage(&self, words: &str) {
        self.bar(None).set_message(words.to_owned());
    }

    fn flow(&self, flow: Flow, figures: &FlowReport) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = bars.get(&None) {
            stage.finish_and_clear();
        }
        drop(bars);
        let bar = self.bar(Some(flow));
        bar.set_message(Self::words(&bar, figures));
    }

    fn done(&self, flow: Flow, figures: &FlowReport) {
        let bar = self.bar(Some(flow));
        let words = Self::words(&bar, figures);
        bar.finish_with_message(words);
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        for bar in bars.values() {
            if !bar.is_finished() {
                bar.finish_and_clear();
            }
        }
    }
}

/// Plain lines on stderr, one for each stage and each flow that ended.
pub(crate) struct Lines;

impl Progress for Lines {
    fn stage(&self, words: &str) {
        output::hint(words);
    }

    fn flow(&self, _flow: Flow, _figures: &FlowReport) {}

    fn done(&self, flow: Flow, figures: &FlowReport) {
        output::hint(format!(
            "{}: {} read, {} created, {} updated, {} open",
            flow.name(),
            figures.read,
            figures.created,
            figures.updated,
            figures.parked + figures.waiting + figures.undecided
        ));
    }
}
