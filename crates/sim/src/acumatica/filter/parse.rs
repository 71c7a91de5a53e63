//! Reads tokens into a condition: `or` binds weaker than `and`, `not` before comparisons.
//!
//! Owns the grammar (OData 3) and the greatest nesting. Must not know entities: names stay names until `bind`.

use super::{FilterError, Lit, Token};

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `gt`
    Gt,
    /// `ge`
    Ge,
    /// `lt`
    Lt,
    /// `le`
    Le,
}

impl Op {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }

    /// The operator with its sides swapped.
    #[must_use]
    pub const fn mirrored(self) -> Self {
        match self {
            Self::Eq => Self::Eq,
            Self::Ne => Self::Ne,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
        }
    }
}

/// A side of a comparison or an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A field, `Linked/Field` for one of a linked entity.
    Path(String),
    /// `cf.Type(f='View.Column')`
    Custom {
        /// The type that was named.
        kind: String,
        /// `View.Column`
        name: String,
    },
    /// A literal.
    Lit(Lit),
    /// A function with its arguments.
    Call(String, Vec<Operand>),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of them.
    And(Vec<Expr>),
    /// One of them.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// A comparison.
    Compare(Operand, Op, Operand),
    /// A bare function.
    Call(String, Vec<Operand>),
}

/// Greatest nesting.
const DEPTH: usize = 64;

/// Reads a whole filter.
///
/// # Errors
/// [`FilterError::Syntax`].
pub fn parse(tokens: &[Token]) -> Result<Expr, FilterError> {
    let mut reader = Reader { tokens, at: 0, depth: 0 };
    let expr = reader.or()?;
    if reader.at < tokens.len() {
        return Err(reader.wrong("unexpected text after the expression"));
    }
    Ok(expr)
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> FilterError {
        FilterError::Syntax(format!("Syntax error: {what} at token {}.", self.at))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        if found {
            self.at += 1;
        }
        found
    }

    fn take(&mut self, token: &Token) -> Result<(), FilterError> {
        if self.peek() == Some(token) {
            self.at += 1;
            return Ok(());
        }
        Err(self.wrong(&format!("{token:?} expected")))
    }

    fn or(&mut self) -> Result<Expr, FilterError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.wrong("too deeply nested"));
        }
        let first = self.and()?;
        let mut all = vec![first];
        while self.word("or") {
            all.push(self.and()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::Or(all) })
    }

    fn and(&mut self) -> Result<Expr, FilterError> {
        let mut all = vec![self.unary()?];
        while self.word("and") {
            all.push(self.unary()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn unary(&mut self) -> Result<Expr, FilterError> {
        let mut negations = 0_usize;
        while self.word("not") {
            negations += 1;
            if negations > DEPTH {
                return Err(self.wrong("too deeply nested"));
            }
        }
        let mut expr = self.comparison()?;
        for _ in 0..negations {
            expr = Expr::Not(Box::new(expr));
        }
        Ok(expr)
    }

    fn comparison(&mut self) -> Result<Expr, FilterError> {
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            self.take(&Token::Close)?;
            return Ok(inner);
        }
        let left = self.operand()?;
        let op = match self.peek() {
            Some(Token::Name(name)) => Op::read(name),
            _ => None,
        };
        match (op, left) {
            (Some(op), left) => {
                self.at += 1;
                Ok(Expr::Compare(left, op, self.operand()?))
            }
            (None, Operand::Call(name, arguments)) => Ok(Expr::Call(name, arguments)),
            (None, _) => Err(self.wrong("operator expected")),
        }
    }

    fn operand(&mut self) -> Result<Operand, FilterError> {
        let token = self.peek().cloned();
        self.at += 1;
        match token {
            Some(Token::Lit(lit)) => Ok(Operand::Lit(lit)),
            Some(Token::Name(name)) if self.peek() == Some(&Token::Open) => {
                self.at += 1;
                match name.strip_prefix("cf.") {
                    Some(kind) => self.custom(kind),
                    None => self.call(name),
                }
            }
            Some(Token::Name(name)) => Ok(Operand::Path(name)),
            _ => Err(self.wrong("field or value expected")),
        }
    }

    fn custom(&mut self, kind: &str) -> Result<Operand, FilterError> {
        if !self.word("f") {
            return Err(self.wrong("parameter f expected"));
        }
        self.take(&Token::Equals)?;
        let Some(Token::Lit(Lit::Text(name))) = self.peek().cloned() else {
            return Err(self.wrong("field name in quotes expected"));
        };
        self.at += 1;
        self.take(&Token::Close)?;
        Ok(Operand::Custom { kind: kind.to_owned(), name })
    }

    fn call(&mut self, name: String) -> Result<Operand, FilterError> {
        let mut arguments = Vec::new();
        while self.peek() != Some(&Token::Close) {
            if !arguments.is_empty() {
                self.take(&Token::Comma)?;
            }
            if arguments.len() > 8 {
                return Err(self.wrong("too many arguments"));
            }
            self.depth += 1;
            if self.depth > DEPTH {
                return Err(self.wrong("too deeply nested"));
            }
            arguments.push(self.operand()?);
            self.depth -= 1;
        }
        self.at += 1;
        Ok(Operand::Call(name, arguments))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn name(text: &str) -> Token {
        Token::Name(text.to_owned())
    }

    fn one() -> Token {
        Token::Lit(Lit::Int(1))
    }

    fn shape(expr: &Expr) -> String {
        let list = |all: &[Expr], word: &str| all.iter().map(shape).collect::<Vec<_>>().join(word);
        match expr {
            Expr::And(all) => format!("({})", list(all, "&")),
            Expr::Or(all) => format!("({})", list(all, "|")),
            Expr::Not(inner) => format!("!{}", shape(inner)),
            Expr::Compare(Operand::Path(p), ..) => p.clone(),
            Expr::Compare(..) => "?".to_owned(),
            Expr::Call(n, a) => format!("{n}/{}", a.len()),
        }
    }

    fn words(text: &str) -> Vec<Token> {
        text.split_whitespace()
            .flat_map(|w| match w {
                "(" => vec![Token::Open],
                ")" => vec![Token::Close],
                "and" | "or" | "not" => vec![name(w)],
                w => vec![name(w), name("eq"), one()],
            })
            .collect()
    }

    #[test]
    fn precedence_is_not_then_and_then_or() {
        for (text, expected) in [
            ("a", "a"),
            ("a and b or c", "((a&b)|c)"),
            ("a or b and c", "(a|(b&c))"),
            ("a and ( b or c )", "(a&(b|c))"),
            ("not a and b", "(!a&b)"),
            ("not ( a and b )", "!(a&b)"),
            ("a and b and c", "(a&b&c)"),
        ] {
            assert_eq!(shape(&parse(&words(text)).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn nonsense_and_deep_nesting_are_refused() {
        for text in ["", "and", "a and", "( a", "a )", "not"] {
            assert!(parse(&words(text)).is_err(), "{text}");
        }
        assert!(parse(&words(&format!("{}a", "( ".repeat(100)))).is_err());
        assert!(parse(&words(&format!("{}a", "not ".repeat(100)))).is_err());
        assert!(parse(&[one()]).is_err());
    }
}
