//! Finds the records that keep their batch from being answered.
//!
//! Owns which part of a silent batch is sent next and when the search ends. Must not send: the engine does, looks up what is not known
//! before it comes back, and says whether the sink answered. A system in trouble is told from a poisonous record by what else of the
//! batch goes through: a few records are sent alone first, and when none of them is answered it is the system. The same is asked again
//! when nothing was answered for longer than one record would explain.

/// Records that are sent alone, at most, to see whether the sink takes writes at all.
pub const PROBES: u32 = 3;

/// Calls after which nothing is split any more. One such record in a batch of a hundred takes at most eighteen.
pub const CALLS: u32 = 64;

/// Calls without an answer in a row that one record explains: a half at a time down to the record, and the record itself.
const STREAK: u32 = 10;

/// What is known of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// Nothing: it is sent as it is.
    None,
    /// It holds at least one record that is not answered.
    Holds,
    /// A single record that was not answered alone, once.
    Once,
}

#[derive(Debug)]
struct Part<T> {
    items: Vec<T>,
    doubt: Doubt,
}

/// The part that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// A record to see whether anything is answered.
    Probe,
    /// Half of a part that holds such a record; the other half is next.
    Half,
    /// A part of which this is known.
    Part(Doubt),
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// Send these in one call, once, then tell with [`Halving::answered`] or [`Halving::silent`].
    Send(Vec<T>),
    /// The search is over: these were not answered while others were. Everything else was.
    Found(Vec<T>),
    /// The search is over: no write at all is answered. These are left.
    Trouble(Vec<T>),
}

/// The search through one batch.
#[derive(Debug)]
pub struct Halving<T> {
    /// Parts still to be sent, the next one last.
    parts: Vec<Part<T>>,
    found: Vec<T>,
    sent: Sent,
    /// True once a write was answered.
    healthy: bool,
    total: usize,
    probes: u32,
    calls: u32,
    /// Calls without an answer in a row.
    streak: u32,
    draw: u32,
}

impl<T> Halving<T> {
    /// A search through `items`, of which nothing came back. `draw` is a random number, so that another search does not begin with the
    /// same records.
    #[must_use]
    pub fn new(items: Vec<T>, draw: u32) -> Self {
        let total = items.len();
        let mut search = Self {
            parts: Vec::new(),
            found: Vec::new(),
            sent: Sent::Probe,
            healthy: false,
            total,
            probes: 0,
            calls: 0,
            streak: 0,
            draw,
        };
        if total == 1 {
            // It was sent alone already.
            search.found = items;
        } else {
            search.push(items, Doubt::Holds);
        }
        search
    }

    /// The next step.
    pub fn proceed(&mut self) -> Next<T> {
        if self.parts.is_empty() {
            return Next::Found(std::mem::take(&mut self.found));
        }
        if self.streak >= STREAK {
            (self.healthy, self.probes, self.streak) = (false, 0, 0);
        }
        if self.healthy { self.part() } else { self.probe() }
    }

    /// The part was answered, record by record; `again` has to be sent once more all the same.
    pub fn answered(&mut self, again: Vec<T>) {
        self.healthy = true;
        self.streak = 0;
        if self.sent == Sent::Half
            && let Some(other) = self.parts.last_mut()
        {
            other.doubt = if other.items.len() == 1 { Doubt::None } else { Doubt::Holds };
        }
        if self.calls < CALLS {
            self.push(again, Doubt::None);
        } else {
            self.found.extend(again);
        }
    }

    /// Nothing is known of the part; `items` of it are still to be written after the look-up.
    pub fn silent(&mut self, mut items: Vec<T>) {
        self.streak += 1;
        match (self.sent, items.len()) {
            (Sent::Part(Doubt::Once), _) => self.found.append(&mut items),
            (Sent::Probe, _) => {
                // The rest is not in doubt any more: this record may be the only one.
                self.parts
                    .iter_mut()
                    .filter(|part| part.doubt == Doubt::Holds)
                    .for_each(|part| part.doubt = Doubt::None);
                self.parts.insert(0, Part { items, doubt: Doubt::Once });
            }
            (_, 1) => self.push(items, Doubt::Once),
            _ => self.push(items, Doubt::Holds),
        }
    }

    /// What is not written yet, when the search is broken off.
    #[must_use]
    pub fn rest(self) -> Vec<T> {
        self.found.into_iter().chain(self.parts.into_iter().flat_map(|part| part.items)).collect()
    }

    fn push(&mut self, items: Vec<T>, doubt: Doubt) {
        if !items.is_empty() {
            self.parts.push(Part { items, doubt });
        }
    }

    fn send(&mut self, items: Vec<T>, as_what: Sent) -> Next<T> {
        self.calls += 1;
        self.sent = as_what;
        Next::Send(items)
    }

    /// A lone record of those that were not sent alone yet.
    fn probe(&mut self) -> Next<T> {
        let place = self.parts.iter().position(|part| part.doubt != Doubt::Once);
        match place.filter(|_| self.probes < PROBES) {
            Some(place) => {
                self.probes += 1;
                let part = &mut self.parts[place];
                let record = part.items.swap_remove(self.draw as usize % part.items.len());
                self.draw = self.draw.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if part.items.is_empty() {
                    self.parts.remove(place);
                }
                self.send(vec![record], Sent::Probe)
            }
            None => {
                let parts = std::mem::take(&mut self.parts).into_iter().flat_map(|part| part.items);
                let all = std::mem::take(&mut self.found).into_iter().chain(parts).collect();
                // So few records say nothing of the system; reads went through.
                if self.total <= PROBES as usize { Next::Found(all) } else { Next::Trouble(all) }
            }
        }
    }

    /// The next part, or its first half.
    fn part(&mut self) -> Next<T> {
        let spent = self.calls >= CALLS;
        while let Some(mut part) = self.parts.pop() {
            match part.doubt {
                Doubt::None => return self.send(part.items, Sent::Part(Doubt::None)),
                _ if spent => self.found.append(&mut part.items),
                Doubt::Holds if part.items.len() > 1 => {
                    let other = part.items.split_off(part.items.len().div_ceil(2));
                    self.push(other, Doubt::None);
                    return self.send(part.items, Sent::Half);
                }
                doubt => return self.send(part.items, Sent::Part(doubt)),
            }
        }
        Next::Found(std::mem::take(&mut self.found))
    }
}

#[cfg(test)]
#[path = "halving_tests.rs"]
mod tests;
