//! Words of a COQL query.
//!
//! Owns: cutting the text into tokens with their columns. Must not: know the grammar.

use super::syntax;
use crate::zoho::refusal::Refusal;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A name or keyword as written; names may hold dots.
    Name(String),
    /// A quoted string, escapes resolved.
    Text(String),
    /// A number.
    Number(String),
    /// A sign: `( ) , = != < <= > >= *`.
    Sign(&'static str),
}

/// A word with its column, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) column: usize,
}

const SIGNS: [&str; 12] = ["!=", "<>", "<=", ">=", "(", ")", ",", "=", "<", ">", "*", ";"];

/// Cuts a query into words.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, Refusal> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let column = at + 1;
        if c.is_whitespace() {
            at += 1;
        } else if c == '\'' || c == '"' {
            let (text, next) = quoted(&chars, at)?;
            at = next;
            tokens.push(Token { word: Word::Text(text), column });
        } else if c.is_ascii_digit() || (c == '-' && chars.get(at + 1).is_some_and(char::is_ascii_digit)) {
            let from = at;
            at += 1;
            while chars.get(at).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
                at += 1;
            }
            tokens.push(Token { word: Word::Number(chars[from..at].iter().collect()), column });
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let from = at;
            while chars.get(at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$')) {
                at += 1;
            }
            tokens.push(Token { word: Word::Name(chars[from..at].iter().collect()), column });
        } else {
            let rest: String = chars[at..chars.len().min(at + 2)].iter().collect();
            let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) else {
                return Err(syntax(&c.to_string(), column));
            };
            at += sign.len();
            tokens.push(Token { word: Word::Sign(if *sign == "<>" { "!=" } else { sign }), column });
        }
    }
    while matches!(tokens.last(), Some(Token { word: Word::Sign(";"), .. })) {
        tokens.pop();
    }
    Ok(tokens)
}

fn quoted(chars: &[char], from: usize) -> Result<(String, usize), Refusal> {
    let end = chars[from];
    let mut text = String::new();
    let mut at = from + 1;
    while let Some(c) = chars.get(at).copied() {
        match c {
            '\\' => {
                at += 1;
                if let Some(escaped) = chars.get(at) {
                    text.push(*escaped);
                }
            }
            c if c == end => return Ok((text, at + 1)),
            other => text.push(other),
        }
        at += 1;
    }
    Err(syntax(&chars[from..].iter().take(20).collect::<String>(), from + 1))
}
