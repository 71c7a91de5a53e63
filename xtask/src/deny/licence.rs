//! Licence expressions: `(MIT OR Apache-2.0) AND Unicode-3.0`.
//!
//! Owns reading and judging an SPDX expression, the old `MIT/Apache-2.0`
//! included. Must not know which licences we accept: the caller passes that.

/// Whether the expression can be met with allowed licences only. A licence with
/// an exception (`Apache-2.0 WITH LLVM-exception`) is asked for as one name.
///
/// # Errors
/// A sentence when the expression cannot be read.
pub(crate) fn permits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = Words { left: spaced.split_whitespace().collect(), allowed };
    words.left.reverse();
    let verdict = words.any()?;
    match words.left.last() {
        None => Ok(verdict),
        Some(word) => Err(format!("`{word}` is one word too many")),
    }
}

/// The words not read yet, the next one last.
struct Words<'a> {
    left: Vec<&'a str>,
    allowed: &'a dyn Fn(&str) -> bool,
}

impl<'a> Words<'a> {
    fn take(&mut self, word: &str) -> bool {
        let there = self.left.last() == Some(&word);
        if there {
            self.left.pop();
        }
        there
    }

    fn any(&mut self) -> Result<bool, String> {
        let mut verdict = self.all()?;
        while self.take("OR") {
            verdict |= self.all()?;
        }
        Ok(verdict)
    }

    fn all(&mut self) -> Result<bool, String> {
        let mut verdict = self.one()?;
        while self.take("AND") {
            verdict &= self.one()?;
        }
        Ok(verdict)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.take("(") {
            let verdict = self.any()?;
            return if self.take(")") { Ok(verdict) } else { Err("a bracket stays open".into()) };
        }
        let licence = self.name()?;
        if self.take("WITH") {
            let exception = self.name()?;
            return Ok((self.allowed)(&format!("{licence} WITH {exception}")));
        }
        Ok((self.allowed)(licence))
    }

    fn name(&mut self) -> Result<&'a str, String> {
        match self.left.pop() {
            None => Err("a licence is missing".into()),
            Some(word) if ["AND", "OR", "WITH", "(", ")"].contains(&word) => {
                Err(format!("`{word}` stands where a licence should"))
            }
            Some(word) => Ok(word),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn judged(expression: &str) -> Result<bool, String> {
        permits(expression, &|licence| ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].contains(&licence))
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        assert_eq!(judged("GPL-3.0 OR MIT"), Ok(true));
        assert_eq!(judged("MIT/Apache-2.0"), Ok(true));
        assert_eq!(judged("GPL-3.0 OR Apache-2.0"), Ok(false));
    }

    #[test]
    fn both_sides_of_an_and_are_needed() {
        assert_eq!(judged("(MIT OR Apache-2.0) AND Unicode-3.0"), Ok(true));
        assert_eq!(judged("(MIT OR Apache-2.0) AND OpenSSL"), Ok(false));
        assert_eq!(judged("MIT OR Unicode-3.0 AND OpenSSL"), Ok(true));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(judged("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(judged("Apache-2.0"), Ok(false));
    }

    #[test]
    fn nonsense_is_refused_not_guessed() {
        assert!(judged("").is_err());
        assert!(judged("MIT OR").is_err());
        assert!(judged("(MIT").is_err());
        assert!(judged("MIT Apache-2.0").is_err());
    }
}
