//! The criteria grammar: `((Field:op:value)and(Field:op:value))`, brackets, commas and backslashes escaped.
//!
//! Owns: reading and its errors. Must not: evaluate.

use crate::zoho::model::{FieldNo, Kind, Module};
use crate::zoho::refusal::{Refusal, details};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of the API")]
pub(super) enum Op {
    Equals,
    NotEqual,
    StartsWith,
    In,
    GreaterEqual,
    GreaterThan,
    LessEqual,
    LessThan,
    Between,
}

impl Op {
    fn of(word: &str) -> Option<Self> {
        Some(match word {
            "equals" => Self::Equals,
            "not_equal" => Self::NotEqual,
            "starts_with" => Self::StartsWith,
            "in" => Self::In,
            "greater_equal" => Self::GreaterEqual,
            "greater_than" => Self::GreaterThan,
            "less_equal" => Self::LessEqual,
            "less_than" => Self::LessThan,
            "between" => Self::Between,
            _ => return None,
        })
    }
}

/// Read criteria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Criteria {
    /// All parts hold.
    All(Vec<Criteria>),
    /// One part holds.
    Any(Vec<Criteria>),
    /// A comparison.
    Test { field: FieldNo, op: Op, values: Vec<String> },
}

fn invalid() -> Refusal {
    Refusal::bare(400, "INVALID_QUERY", "Invalid query formed")
}

/// Reads criteria against a module's fields.
pub(super) fn parse(text: &str, module: &Module, most: usize) -> Result<Criteria, Refusal> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, module, tests: 0, depth: 0 };
    let criteria = if reader.chars.first() == Some(&'(') { reader.group()? } else { reader.test(None)? };
    if reader.at != reader.chars.len() {
        return Err(invalid());
    }
    if reader.tests > most {
        let details = details(|out| {
            out.key("limit").integer(most as u64);
        });
        return Err(Refusal::new(400, "CRITERIA_LIMIT_EXCEEDED", "criteria limit exceeded", details));
    }
    Ok(criteria)
}

struct Reader<'a> {
    chars: Vec<char>,
    at: usize,
    module: &'a Module,
    tests: usize,
    depth: usize,
}

impl Reader<'_> {
    fn word_here(&self, word: &str) -> bool {
        let rest = &self.chars[self.at..];
        rest.len() >= word.len() && rest.iter().zip(word.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b))
    }

    fn blank(&mut self) {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    /// A bracket and what follows it on the same level.
    fn group(&mut self) -> Result<Criteria, Refusal> {
        self.depth += 1;
        if self.depth > 20 {
            return Err(invalid());
        }
        let first = self.bracket()?;
        let mut parts = vec![first];
        let mut any: Option<bool> = None;
        loop {
            self.blank();
            let or = if self.word_here("and") {
                self.at += 3;
                false
            } else if self.word_here("or") {
                self.at += 2;
                true
            } else {
                break;
            };
            self.blank();
            if any.is_some_and(|before| before != or) {
                return Err(invalid());
            }
            any = Some(or);
            parts.push(self.bracket()?);
        }
        self.depth -= 1;
        Ok(match any {
            None => parts.remove(0),
            Some(true) => Criteria::Any(parts),
            Some(false) => Criteria::All(parts),
        })
    }

    fn bracket(&mut self) -> Result<Criteria, Refusal> {
        if self.chars.get(self.at) != Some(&'(') {
            return Err(invalid());
        }
        self.at += 1;
        self.blank();
        let inner = if self.chars.get(self.at) == Some(&'(') { self.group()? } else { self.test(Some(')'))? };
        self.blank();
        if self.chars.get(self.at) != Some(&')') {
            return Err(invalid());
        }
        self.at += 1;
        Ok(inner)
    }

    fn until_colon(&mut self) -> Result<String, Refusal> {
        let from = self.at;
        while self.chars.get(self.at).is_some_and(|c| c.is_alphanumeric() || *c == '_' || *c == '.') {
            self.at += 1;
        }
        if self.chars.get(self.at) != Some(&':') {
            return Err(invalid());
        }
        let word = self.chars[from..self.at].iter().collect();
        self.at += 1;
        Ok(word)
    }

    fn test(&mut self, end: Option<char>) -> Result<Criteria, Refusal> {
        let name = self.until_colon()?;
        let word = self.until_colon()?;
        let no = self.module.field_no(name.strip_suffix(".id").unwrap_or(&name));
        let fault = |key: &str, value: &str, reason: &str| {
            let details = details(|out| {
                out.pair("api_name", &name).pair(key, value).pair("reason", reason);
            });
            Refusal::new(400, "INVALID_QUERY", "Invalid query formed", details)
        };
        let field = no.ok_or_else(|| fault("value", &name, "the field is not available for search"))?;
        let op = Op::of(&word).ok_or_else(|| fault("operator", &word, "invalid operator found"))?;
        if matches!(self.module.field(field).kind, Kind::Subform | Kind::TextArea | Kind::LineTax) {
            return Err(fault("value", &name, "the field is not available for search"));
        }
        let list = matches!(op, Op::In | Op::Between);
        let mut values = vec![String::new()];
        while let Some(c) = self.chars.get(self.at).copied() {
            let Some(last) = values.last_mut() else { break };
            match c {
                '\\' => {
                    self.at += 1;
                    last.push(self.chars.get(self.at).copied().ok_or_else(invalid)?);
                }
                ',' if list => values.push(String::new()),
                '(' => return Err(invalid()),
                ')' if end.is_some() => break,
                ')' => return Err(invalid()),
                other => last.push(other),
            }
            self.at += 1;
        }
        if values.len() > 100 {
            return Err(fault("operator", &word, "too many values"));
        }
        if op == Op::Between && values.len() != 2 {
            return Err(fault("operator", &word, "two values are expected"));
        }
        self.tests += 1;
        Ok(Criteria::Test { field, op, values })
    }
}
