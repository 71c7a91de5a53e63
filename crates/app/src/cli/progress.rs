//! What a run shows while it goes on: bars on a terminal, plain lines elsewhere.
//!
//! Owns the drawing, and the time left where the last whole read tells how many records there are; it is not guessed where nothing does.
//! Must not slow the run: bars draw themselves at their own pace.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::sync::Flow;
use ::sync::Instant;
use engine::Progress;
use engine::report::FlowReport;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use port::Clock;

use super::output;

/// Time that has to go by before a rate says anything.
const SETTLING: Duration = Duration::from_secs(5);

/// Time left at the rate so far; `None` while that says little, and once more came than was expected.
fn left(read: u64, expected: u64, spent: Duration) -> Option<Duration> {
    if read == 0 || read > expected || spent < SETTLING {
        return None;
    }
    Some(Duration::from_secs_f64(spent.as_secs_f64() * (expected - read) as f64 / read as f64))
}

/// Time left in words: no more precise than it is known.
fn in_words(left: Duration) -> String {
    match left.as_secs() {
        0..=59 => "less than a minute left".to_owned(),
        seconds @ 60..=5_399 => format!("about {} min left", (seconds + 30) / 60),
        seconds => format!("about {} h left", (seconds + 1_800) / 3_600),
    }
}

/// How far a flow is, in words.
fn words(figures: &FlowReport, spent: Duration, expected: Option<u64>) -> String {
    let mut words = format!("{} read", output::count(figures.read));
    let written = figures.created + figures.updated;
    if written > 0 {
        words.push_str(&format!(" · {} written", output::count(written)));
    }
    if spent > Duration::from_millis(500) {
        let rate = (figures.read as f64 / spent.as_secs_f64()) as u64;
        words.push_str(&format!(" · {}/s", output::count(rate)));
    }
    let open = figures.parked + figures.waiting + figures.undecided;
    if open > 0 {
        words.push_str(&format!(" · {} open", output::count(open)));
    }
    if let Some(left) = expected.and_then(|expected| left(figures.read, expected, spent)) {
        words.push_str(&format!(" · {}", in_words(left)));
    }
    words
}

/// Bars on stderr.
pub(crate) struct Bars {
    all: MultiProgress,
    bars: Mutex<BTreeMap<Option<Flow>, ProgressBar>>,
    expected: Mutex<BTreeMap<Flow, u64>>,
}

impl Bars {
    /// Bars that are drawn when stderr is a terminal.
    pub(crate) fn new() -> Self {
        Self {
            all: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            bars: Mutex::default(),
            expected: Mutex::default(),
        }
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

    fn tell(&self, flow: Flow, bar: &ProgressBar, figures: &FlowReport) {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner).get(&flow).copied();
        bar.set_message(words(figures, bar.elapsed(), expected));
    }
}

impl Progress for Bars {
    fn stage(&self, words: &str) {
        self.bar(None).set_message(words.to_owned());
    }

    fn expect(&self, flow: Flow, records: u64) {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner).insert(flow, records);
    }

    fn flow(&self, flow: Flow, figures: &FlowReport) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stage) = bars.get(&None) {
            stage.finish_and_clear();
        }
        drop(bars);
        let bar = self.bar(Some(flow));
        self.tell(flow, &bar, figures);
    }

    fn done(&self, flow: Flow, figures: &FlowReport) {
        let bar = self.bar(Some(flow));
        bar.finish_with_message(words(figures, bar.elapsed(), None));
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

/// Time between two lines about one flow.
const PAUSE: Duration = Duration::from_secs(30);

/// Plain lines on stderr: for each stage, for each flow twice a minute while it goes on, and when it ended.
pub(crate) struct Lines {
    clock: Arc<dyn Clock>,
    flows: Mutex<BTreeMap<Flow, Told>>,
}

/// What was told of a flow.
struct Told {
    since: Instant,
    last: Instant,
    expected: Option<u64>,
}

impl Lines {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, flows: Mutex::default() }
    }

    /// The line that is due for a flow, if one is.
    fn due(&self, flow: Flow, figures: &FlowReport) -> Option<String> {
        let now = self.clock.now();
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        let told = flows.entry(flow).or_insert(Told { since: now, last: now, expected: None });
        if now.since(told.last) < PAUSE {
            return None;
        }
        told.last = now;
        Some(format!("{}: {}", flow.name(), words(figures, now.since(told.since), told.expected)))
    }
}

impl Progress for Lines {
    fn stage(&self, words: &str) {
        output::hint(words);
    }

    fn expect(&self, flow: Flow, records: u64) {
        let now = self.clock.now();
        let mut flows = self.flows.lock().unwrap_or_else(PoisonError::into_inner);
        flows.insert(flow, Told { since: now, last: now, expected: Some(records) });
    }

    fn flow(&self, flow: Flow, figures: &FlowReport) {
        if let Some(line) = self.due(flow, figures) {
            output::hint(line);
        }
    }

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// A clock that a test sets.
    #[derive(Default)]
    struct Set(Mutex<Instant>);

    #[async_trait::async_trait]
    impl Clock for Set {
        fn now(&self) -> Instant {
            *self.0.lock().unwrap()
        }
        async fn sleep(&self, _duration: Duration) {}
    }

    fn read(records: u64) -> FlowReport {
        FlowReport { read: records, ..FlowReport::default() }
    }

    #[test]
    fn time_left_follows_the_rate_and_is_not_told_where_it_is_not_known() {
        assert_eq!(left(100, 400, 10 * SECOND), Some(30 * SECOND));
        assert_eq!(left(400, 400, 10 * SECOND), Some(Duration::ZERO));
        assert_eq!(left(401, 400, 10 * SECOND), None, "there are more than expected");
        assert_eq!(left(0, 400, 10 * SECOND), None);
        assert_eq!(left(100, 400, SECOND), None, "a rate has to settle");
        assert!(!words(&read(100), 10 * SECOND, None).contains("left"));
    }

    #[test]
    fn words_are_no_more_precise_than_what_is_known() {
        assert_eq!(words(&read(900), 60 * SECOND, Some(3_600)), "900 read · 15/s · about 3 min left");
        assert_eq!(in_words(40 * SECOND), "less than a minute left");
        assert_eq!(in_words(3 * 3_600 * SECOND), "about 3 h left");
    }

    #[test]
    fn lines_come_twice_a_minute() {
        let clock = Arc::new(Set::default());
        let lines = Lines::new(Arc::clone(&clock) as Arc<dyn Clock>);
        lines.expect(Flow::Items, 4_000);
        assert_eq!(lines.due(Flow::Items, &read(10)), None);
        *clock.0.lock().unwrap() = Instant::from_micros(30_000_000);
        assert_eq!(lines.due(Flow::Items, &read(900)).unwrap(), "items: 900 read · 30/s · about 2 min left");
        assert_eq!(lines.due(Flow::Items, &read(950)), None);
        // Nothing was expected of the others.
        assert_eq!(lines.due(Flow::Invoices, &read(10)), None);
        *clock.0.lock().unwrap() = Instant::from_micros(70_000_000);
        assert_eq!(lines.due(Flow::Invoices, &read(400)).unwrap(), "invoices: 400 read · 10/s");
    }
}
