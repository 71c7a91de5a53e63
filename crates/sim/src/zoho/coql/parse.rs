//! The grammar of COQL.
//!
//! Owns: `select … from … where … group by … order by … limit … offset …` and its syntax errors.
//! Must not: know fields; names are bound by `plan`.

use super::lex::{Token, Word, lex};
use super::{clause, exceeded, syntax};
use crate::zoho::refusal::Refusal;

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// `count`, `sum`, `min`, `max` or `avg`.
    pub(super) aggregate: Option<String>,
    /// Field name, with a dot for a field of a lookup; `*` only in `count(*)`.
    pub(super) name: String,
    /// Name in the answer, when another was asked for.
    pub(super) alias: Option<String>,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Quoted text.
    Text(String),
    /// A number.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// Both hold.
    And(Box<Condition>, Box<Condition>),
    /// One holds.
    Or(Box<Condition>, Box<Condition>),
    /// A comparison of a column.
    Test { column: String, op: &'static str, values: Vec<Value> },
}

/// A read query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) columns: Vec<Column>,
    pub(super) module: String,
    pub(super) condition: Condition,
    pub(super) group: Vec<String>,
    /// Column and whether it descends.
    pub(super) order: Vec<(String, bool)>,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

const MOST_CONDITIONS: usize = 25;
const MOST_ROWS: usize = 2000;
const MOST_OFFSET: usize = 100_000;

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Query, Refusal> {
    let tokens = lex(text)?;
    let mut reader = Reader { tokens, at: 0, tests: 0, depth: 0 };
    let query = reader.query()?;
    match reader.tokens.get(reader.at) {
        None => Ok(query),
        Some(token) => Err(syntax(&shown(&token.word), token.column)),
    }
}

fn shown(word: &Word) -> String {
    match word {
        Word::Name(text) | Word::Text(text) | Word::Number(text) => text.clone(),
        Word::Sign(sign) => (*sign).to_owned(),
    }
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    tests: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Word> {
        self.tokens.get(self.at).map(|token| &token.word)
    }

    fn fail<T>(&self) -> Result<T, Refusal> {
        match self.tokens.get(self.at).or_else(|| self.tokens.last()) {
            Some(token) => Err(syntax(&shown(&token.word), token.column)),
            None => Err(clause("select")),
        }
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Word::Name(name)) if name.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Word::Sign(held)) if *held == sign);
        self.at += usize::from(found);
        found
    }

    fn name(&mut self) -> Result<String, Refusal> {
        match self.peek() {
            Some(Word::Name(name)) if !is_keyword(name) => {
                let name = name.clone();
                self.at += 1;
                Ok(name)
            }
            _ => self.fail(),
        }
    }

    fn query(&mut self) -> Result<Query, Refusal> {
        if !self.keyword("select") {
            return Err(clause("select"));
        }
        let columns = self.columns()?;
        if !self.keyword("from") {
            return Err(clause("from"));
        }
        let module = self.name()?;
        if !self.keyword("where") {
            return Err(clause("where"));
        }
        let condition = self.condition()?;
        let mut group = Vec::new();
        if self.keyword("group") {
            if !self.keyword("by") {
                return self.fail();
            }
            group.push(self.name()?);
            while self.sign(",") {
                group.push(self.name()?);
            }
            if group.len() > 4 {
                return Err(exceeded("group by", 4));
            }
        }
        let order = self.order()?;
        let (limit, offset) = self.window()?;
        Ok(Query { columns, module, condition, group, order, limit, offset })
    }

    fn columns(&mut self) -> Result<Vec<Column>, Refusal> {
        let mut columns = Vec::new();
        loop {
            let mut name = self.name()?;
            let mut aggregate = None;
            if self.sign("(") {
                let word = name.to_ascii_lowercase();
                if !["count", "sum", "min", "max", "avg"].contains(&word.as_str()) {
                    return self.fail();
                }
                name = if self.sign("*") { "*".to_owned() } else { self.name()? };
                if !self.sign(")") || (name == "*" && word != "count") {
                    return self.fail();
                }
                aggregate = Some(word);
            }
            let alias = if self.keyword("as") { Some(self.name()?) } else { None };
            columns.push(Column { aggregate, name, alias });
            if !self.sign(",") {
                break;
            }
        }
        if columns.iter().filter(|column| column.aggregate.is_some()).count() > 5 {
            return Err(exceeded("aggregate", 5));
        }
        if columns.len() > 50 { Err(exceeded("select", 50)) } else { Ok(columns) }
    }

    /// One pair of conditions at most; more must be bracketed.
    fn condition(&mut self) -> Result<Condition, Refusal> {
        self.depth += 1;
        if self.depth > 60 {
            return self.fail();
        }
        let left = self.side()?;
        let joined = if self.keyword("and") {
            Condition::And(Box::new(left), Box::new(self.side()?))
        } else if self.keyword("or") {
            Condition::Or(Box::new(left), Box::new(self.side()?))
        } else {
            self.depth -= 1;
            return Ok(left);
        };
        if matches!(self.peek(), Some(Word::Name(name)) if ["and", "or"].iter().any(|w| name.eq_ignore_ascii_case(w))) {
            return self.fail();
        }
        self.depth -= 1;
        Ok(joined)
    }

    fn side(&mut self) -> Result<Condition, Refusal> {
        if self.sign("(") {
            let inner = self.condition()?;
            return if self.sign(")") { Ok(inner) } else { self.fail() };
        }
        self.test()
    }

    fn test(&mut self) -> Result<Condition, Refusal> {
        self.tests += 1;
        if self.tests > MOST_CONDITIONS {
            return Err(exceeded("where", MOST_CONDITIONS));
        }
        let column = self.name()?;
        let done = |op, values| Ok(Condition::Test { column: column.clone(), op, values });
        for op in ["=", "!=", "<=", ">=", "<", ">"] {
            if self.sign(op) {
                let value = self.value()?;
                return done(op, vec![value]);
            }
        }
        if self.keyword("is") {
            let not = self.keyword("not");
            return match self.keyword("null") {
                true => done(if not { "is not null" } else { "is null" }, Vec::new()),
                false => self.fail(),
            };
        }
        let not = self.keyword("not");
        if self.keyword("like") {
            let value = self.value()?;
            return done(if not { "not like" } else { "like" }, vec![value]);
        }
        if self.keyword("in") {
            let values = self.list()?;
            return done(if not { "not in" } else { "in" }, values);
        }
        if self.keyword("between") {
            let first = self.value()?;
            if !self.keyword("and") {
                return self.fail();
            }
            let last = self.value()?;
            return done(if not { "not between" } else { "between" }, vec![first, last]);
        }
        self.fail()
    }

    fn list(&mut self) -> Result<Vec<Value>, Refusal> {
        if !self.sign("(") {
            return self.fail();
        }
        let mut values = vec![self.value()?];
        while self.sign(",") {
            values.push(self.value()?);
        }
        if self.sign(")") { Ok(values) } else { self.fail() }
    }

    fn value(&mut self) -> Result<Value, Refusal> {
        let value = match self.peek() {
            Some(Word::Text(text)) => Value::Text(text.clone()),
            Some(Word::Number(number)) => Value::Number(number.clone()),
            Some(Word::Name(name)) if name.eq_ignore_ascii_case("true") => Value::Bool(true),
            Some(Word::Name(name)) if name.eq_ignore_ascii_case("false") => Value::Bool(false),
            _ => return self.fail(),
        };
        self.at += 1;
        Ok(value)
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, Refusal> {
        let mut order = Vec::new();
        if !self.keyword("order") {
            return Ok(order);
        }
        if !self.keyword("by") {
            return self.fail();
        }
        loop {
            let name = self.name()?;
            let descending = self.keyword("desc");
            if !descending {
                self.keyword("asc");
            }
            order.push((name, descending));
            if !self.sign(",") {
                break;
            }
        }
        if order.len() > 10 { Err(exceeded("order by", 10)) } else { Ok(order) }
    }

    fn count(&mut self) -> Result<usize, Refusal> {
        match self.peek() {
            Some(Word::Number(text)) => match text.parse() {
                Ok(number) => {
                    self.at += 1;
                    Ok(number)
                }
                Err(_) => self.fail(),
            },
            _ => self.fail(),
        }
    }

    fn window(&mut self) -> Result<(usize, usize), Refusal> {
        let (mut limit, mut offset) = (200, 0);
        if self.keyword("limit") {
            let first = self.count()?;
            if self.sign(",") {
                offset = first;
                limit = self.count()?;
            } else {
                limit = first;
            }
        }
        if self.keyword("offset") {
            offset = self.count()?;
        }
        if limit > MOST_ROWS || limit == 0 {
            return Err(exceeded("limit", MOST_ROWS));
        }
        if offset + limit > MOST_OFFSET {
            return Err(exceeded("offset", MOST_OFFSET));
        }
        Ok((limit, offset))
    }
}

fn is_keyword(name: &str) -> bool {
    const KEYWORDS: [&str; 18] = [
        "select", "from", "where", "and", "or", "not", "in", "like", "between", "is", "null", "order", "group", "by",
        "limit", "offset", "as", "desc",
    ];
    KEYWORDS.iter().any(|keyword| name.eq_ignore_ascii_case(keyword))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn code(text: &str) -> &'static str {
        parse(text).unwrap_err().code
    }

    #[test]
    fn a_whole_query_is_read() {
        let query = parse(
            "select id, Stage, Account_Name.Phone from Deals where ((Stage = 'Closed Won' and Amount >= 10.5) and \
             (Name in ('a\\'b', 'c') or Owner is not null)) order by Modified_Time asc, id desc limit 10, 200",
        )
        .unwrap();
        assert_eq!(query.columns.len(), 3);
        assert_eq!((query.offset, query.limit), (10, 200));
        assert_eq!(query.order, [("Modified_Time".to_owned(), false), ("id".to_owned(), true)]);
        assert!(matches!(query.condition, Condition::And(..)));
    }

    #[test]
    fn conditions_must_come_in_pairs() {
        assert_eq!(code("select id from Deals where a = 1 and b = 2 and c = 3"), "SYNTAX_ERROR");
        assert!(parse("select id from Deals where ((a = 1 and b = 2) and c = 3)").is_ok());
        assert!(parse("select id from Deals where (a = 1 and b = 2) and c = 3").is_ok());
    }

    #[test]
    fn faults_and_caps() {
        assert_eq!(parse("select id from Deals").unwrap_err().details, r#"{"clause":"where"}"#);
        assert_eq!(code("select id from Deals where a = "), "SYNTAX_ERROR");
        assert_eq!(code("select id from Deals where a = 'x"), "SYNTAX_ERROR");
        assert_eq!(code("select id from Deals where a = 1 limit 2001"), "LIMIT_EXCEEDED");
        assert_eq!(code("select id from Deals where a = 1 limit 99900, 200"), "LIMIT_EXCEEDED");
        let many = vec!["f"; 51].join(",");
        assert_eq!(code(&format!("select {many} from Deals where a = 1")), "LIMIT_EXCEEDED");
    }
}
