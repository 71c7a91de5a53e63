//! Complaints about a file, each with its place and its remedy.
//!
//! Owns how they are told. Must not quote a value that may be a secret.

use std::fmt;

/// One complaint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) line: usize,
    pub(crate) key: String,
    pub(crate) message: String,
}

/// All complaints of one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Troubles {
    pub(crate) file: String,
    pub(crate) list: Vec<Trouble>,
}

impl fmt::Display for Troubles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for trouble in &self.list {
            write!(f, "{}:{}: ", self.file, trouble.line)?;
            if !trouble.key.is_empty() {
                write!(f, "{}: ", trouble.key)?;
            }
            writeln!(f, "{}", trouble.message)?;
        }
        write!(f, "Nothing was applied.")
    }
}

impl std::error::Error for Troubles {}

/// The known word nearest to `word`, when it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().max(word.chars().count()) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_nonsense_is_not() {
        let known = ["client_id", "client_secret", "parallel_calls"];
        assert_eq!(nearest("clientid", &known), Some("client_id"));
        assert_eq!(nearest("paralel_calls", &known), Some("parallel_calls"));
        assert_eq!(nearest("zzz", &known), None);
    }
}
