//! A Rust file with its code, its strings and its comments apart.
//!
//! Owns the small reading of Rust that the rules need, so that a word in a
//! comment or a string is never taken for code, nor the other way round. Must
//! not judge. It is a scanner, not a parser: it knows strings, characters,
//! comments and brackets.

/// One Rust file.
pub(crate) struct Source {
    /// Path from the root
    pub(crate) path: String,
    /// The lines as they stand in the file
    pub(crate) lines: Vec<String>,
    /// The lines with comments and the inside of strings blanked
    pub(crate) code: Vec<String>,
    /// Each string's first line, from 1, and its inside
    pub(crate) strings: Vec<(usize, String)>,
    /// For each line, whether it is compiled for tests only
    pub(crate) test: Vec<bool>,
}

impl Source {
    /// Scans a file.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let mut scan = Scan::new(text);
        scan.run();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let code: Vec<String> = scan.code.lines().map(str::to_owned).collect();
        let for_tests = ["/tests.rs", "_tests.rs"];
        let test = if path.contains("/tests/") || for_tests.iter().any(|end| path.ends_with(end)) {
            vec![true; lines.len()]
        } else {
            test_lines(&code)
        };
        Self { path: path.to_owned(), lines, code, strings: scan.strings, test }
    }

    /// The crate that the file belongs to: the folder under `crates`, or `xtask`.
    pub(crate) fn house(&self) -> &str {
        let inside = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside)
    }

    /// Numbers, from 1, and code of all lines.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.iter().enumerate().map(|(at, line)| (at + 1, line.as_str()))
    }

    /// Whether a line, from 1, is compiled for tests only.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.test.get(line.wrapping_sub(1)).copied().unwrap_or(false)
    }

    /// Every path that a `use` brings in, groups taken apart: `a::{b, c::d}` is
    /// `a::b` and `a::c::d`.
    pub(crate) fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut open: Option<(usize, String)> = None;
        for (number, line) in self.numbered() {
            let text = line.trim();
            let start = text.strip_prefix("use ").or_else(|| {
                text.split_once(" use ").filter(|(before, _)| before.starts_with("pub")).map(|(_, rest)| rest)
            });
            match (&mut open, start) {
                (Some((_, so_far)), _) => so_far.push_str(text),
                (None, Some(rest)) => open = Some((number, rest.to_owned())),
                (None, None) => continue,
            }
            if let Some((first, whole)) = open.take_if(|(_, so_far)| so_far.contains(';')) {
                let tree = whole.split(';').next().unwrap_or_default();
                spread("", tree, &mut |path| found.push((first, path)));
            }
        }
        found
    }
}

/// Whether `word` stands in `code` on its own, not as a part of a longer name.
pub(crate) fn has_word(code: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        let longer = word.ends_with(part) && after.is_some_and(part);
        !longer && !before.is_some_and(part)
    })
}

fn spread(prefix: &str, tree: &str, found: &mut dyn FnMut(String)) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree).trim();
        if !path.is_empty() {
            found(format!("{prefix}{path}"));
        }
        return;
    };
    let prefix = format!("{prefix}{}", head.trim());
    let group = group.trim_end().strip_suffix('}').unwrap_or(group);
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                spread(&prefix, &group[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    spread(&prefix, &group[start..], found);
}

/// Lines from a `#[cfg(test)]` to the end of the item it stands before.
fn test_lines(code: &[String]) -> Vec<bool> {
    let mut test = vec![false; code.len()];
    let mut at = 0;
    while at < code.len() {
        if !code[at].contains("#[cfg(test)]") {
            at += 1;
            continue;
        }
        let mut depth = 0_usize;
        let mut done = false;
        while at < code.len() && !done {
            test[at] = true;
            for character in code[at].chars() {
                match character {
                    '{' | '(' | '[' => depth += 1,
                    '}' | ')' | ']' => {
                        depth = depth.saturating_sub(1);
                        done |= depth == 0 && character == '}';
                    }
                    ';' if depth == 0 => done = true,
                    _ => {}
                }
            }
            at += 1;
        }
    }
    test
}

/// Goes over the text once, character by character.
struct Scan {
    text: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Scan {
    fn new(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            at: 0,
            line: 1,
            code: String::with_capacity(text.len()),
            strings: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    /// Takes one character; code keeps it, anything else is blanked.
    fn take(&mut self, keep: bool) -> Option<char> {
        let character = self.peek(0)?;
        self.at += 1;
        if character == '\n' {
            self.line += 1;
        }
        self.code.push(if keep || character == '\n' { character } else { ' ' });
        Some(character)
    }

    fn run(&mut self) {
        while let Some(character) = self.peek(0) {
            match (character, self.peek(1)) {
                ('/', Some('/')) => self.line_comment(),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(0, true),
                ('r', Some('"' | '#')) if !self.inside_name() => self.raw_string(),
                ('\'', _) => self.character(),
                _ => {
                    self.take(true);
                }
            }
        }
    }

    /// Whether the character before belongs to a name, `b` of a byte string apart.
    fn inside_name(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).and_then(|at| self.text.get(at));
        let part = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
        let prefix = matches!(before(1), Some('b' | 'c')) && !part(before(2));
        part(before(1)) && !prefix
    }

    fn line_comment(&mut self) {
        while self.peek(0).is_some_and(|c| c != '\n') {
            self.take(false);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            let step = match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    2
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    2
                }
                (Some(_), _) => 1,
                (None, _) => return,
            };
            for _ in 0..step {
                self.take(false);
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn raw_string(&mut self) {
        let mut hashes = 0;
        while self.peek(1 + hashes) == Some('#') {
            hashes += 1;
        }
        if self.peek(1 + hashes) != Some('"') {
            self.take(true);
            return;
        }
        for _ in 0..=hashes {
            self.take(true);
        }
        self.string(hashes, false);
    }

    /// From the opening to the closing quote with its hashes.
    fn string(&mut self, hashes: usize, escapes: bool) {
        let first = self.line;
        let mut inside = String::new();
        self.take(true);
        while let Some(character) = self.peek(0) {
            if character == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                for _ in 0..=hashes {
                    self.take(true);
                }
                break;
            }
            inside.extend(self.take(false));
            if escapes && character == '\\' {
                inside.extend(self.take(false));
            }
        }
        self.strings.push((first, inside));
    }

    /// A character in quotes, or the tick of a lifetime.
    fn character(&mut self) {
        let quoted = match self.peek(1) {
            Some('\\') => true,
            _ => self.peek(2) == Some('\''),
        };
        self.take(true);
        if !quoted {
            return;
        }
        if self.take(false) == Some('\\') {
            self.take(false);
        }
        while self.peek(0).is_some_and(|c| c != '\'') {
            self.take(false);
        }
        self.take(true);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn code(text: &str) -> String {
        Source::new("crates/a/src/lib.rs", text).code.join("\n")
    }

    #[test]
    fn comments_and_strings_are_not_code() {
        assert_eq!(code("let a = \"now()\"; // now()"), "let a = \"     \";         ");
        assert_eq!(code("/* a /* b */ c */ d"), "                  d");
    }

    #[test]
    fn raw_strings_end_with_their_own_hashes() {
        assert_eq!(code("r#\"a\"b\"# c"), "r#\"   \"# c");
        assert_eq!(code("r\"a\\\" + b"), "r\"  \" + b");
        assert_eq!(code("br\"a\\\" + b"), "br\"  \" + b");
        assert_eq!(code("for r in r#type {}"), "for r in r#type {}");
    }

    #[test]
    fn quotes_in_characters_open_nothing() {
        assert_eq!(code("['\"', '\\'', '\\u{1b}'] \"x\""), "[' ', '  ', '      '] \" \"");
        assert_eq!(code("fn a<'a>(b: &'a str) {}"), "fn a<'a>(b: &'a str) {}");
    }

    #[test]
    fn strings_are_kept_with_their_line() {
        let source = Source::new("crates/a/src/lib.rs", "\nlet a = \"one\\\n two\";\nlet b = \"three\";");
        assert_eq!(source.strings.len(), 2);
        assert_eq!(source.strings[0], (2, "one\\\n two".to_owned()));
        assert_eq!(source.strings[1], (4, "three".to_owned()));
    }

    #[test]
    fn a_semicolon_in_a_type_ends_no_item() {
        let source = Source::new("crates/a/src/lib.rs", "#[cfg(test)]\nfn a() -> [u8; 2] {\n  b();\n}\nfn c() {}");
        assert_eq!(source.test, [true, true, true, true, false]);
    }

    #[test]
    fn test_modules_end_with_their_bracket() {
        let source = Source::new(
            "crates/a/src/lib.rs",
            "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod far;\nfn d() {}",
        );
        let expected = [false, true, true, true, true, false, true, true, false];
        assert_eq!(source.test, expected);
        assert!(source.is_test(4) && !source.is_test(6));
    }

    #[test]
    fn test_files_are_tests_from_end_to_end() {
        assert!(Source::new("crates/app/tests/demo.rs", "fn a() {}").is_test(1));
        assert!(Source::new("crates/a/src/b/tests.rs", "fn a() {}").is_test(1));
        assert!(Source::new("crates/a/src/rows_tests.rs", "fn a() {}").is_test(1));
    }

    #[test]
    fn groups_of_imports_are_taken_apart() {
        let source = Source::new(
            "crates/a/src/lib.rs",
            "use tokio::{\n    time::{sleep, timeout as limit},\n    sync,\n};\npub(crate) use std::env;",
        );
        let paths: Vec<_> = source.imports();
        assert_eq!(
            paths,
            [
                (1, "tokio::time::sleep".to_owned()),
                (1, "tokio::time::timeout".to_owned()),
                (1, "tokio::sync".to_owned()),
                (5, "std::env".to_owned()),
            ]
        );
    }

    #[test]
    fn words_have_borders() {
        assert!(has_word("std::time::Instant::now()", "Instant::now"));
        assert!(!has_word("MyInstant::now()", "Instant::now"));
        assert!(!has_word("Instant::nowhere()", "Instant::now"));
        assert!(has_word("reqwest::Client", "reqwest"));
    }
}
