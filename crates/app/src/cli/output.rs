//! What people and scripts read: stdout for results, stderr for the rest.
//!
//! Owns tables, colours and plain numbers. Must strip control characters from everything that came from outside.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the one place that prints")]

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;

use crate::process::exit::Failure;

/// Prints one line on stdout.
pub(crate) fn line(text: impl Display) {
    // A closed pipe (`| head`) is the reader's right, not our failure.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints one line on stderr.
pub(crate) fn hint(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints `value` as indented JSON on stdout.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Failure::fault(format!("The result could not be printed: {e}.")))?;
    line(text);
    Ok(())
}

/// Text from outside, made safe for a terminal: control and direction-changing characters are replaced.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Cut to `most` characters, with an ellipsis.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let text = safe(text);
    if text.chars().count() <= most {
        return text;
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// True when stdout is a terminal.
pub(crate) fn terminal() -> bool {
    std::io::stdout().is_terminal()
}

/// True when a person can be asked.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a yes-or-no question on the terminal.
pub(crate) fn ask(question: &str) -> bool {
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// One field for a CSV file: quoted where needed, and never a formula for a spreadsheet.
pub(crate) fn csv(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// A line below the header and nothing else: rows are read, not ruled.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// A plain table; columns named in `right` are aligned right.
pub(crate) fn table(headers: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
    if !terminal() {
        table.set_width(120);
    }
    table.set_header(headers.iter().enumerate().map(|(index, header)| {
        let cell = Cell::new(header);
        if right.contains(&index) { cell.set_alignment(CellAlignment::Right) } else { cell }
    }));
    for index in right {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Prints a sentence after `begin`; on a terminal it breaks between words and goes on below its beginning.
pub(crate) fn sentence(begin: &str, text: &str) {
    let width = if terminal() { Table::new().width().map(usize::from) } else { None };
    wrapped(begin, text, width.unwrap_or(usize::MAX)).into_iter().for_each(line);
}

/// The lines of a sentence of at most `width` characters each, as far as its words are shorter.
fn wrapped(begin: &str, text: &str, width: usize) -> Vec<String> {
    let indent = " ".repeat(begin.chars().count());
    let (mut lines, mut current, mut empty) = (Vec::new(), begin.to_owned(), true);
    for word in text.split(' ') {
        if !empty && current.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut current, indent.clone()));
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    lines.push(current);
    lines
}

/// A number with thin groups: 12 345.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A duration for people: 850 ms, 1.2 s, 3 min 5 s.
pub(crate) fn duration(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..=999 => format!("{millis} ms"),
        1_000..=59_999 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// How long ago, for people; `now` and `then` on one clock.
pub(crate) fn ago(now: ::sync::Instant, then: ::sync::Instant) -> String {
    let seconds = now.since(then).as_secs();
    match seconds {
        0..=1 => "just now".to_owned(),
        2..=119 => format!("{seconds} s ago"),
        120..=7_199 => format!("{} min ago", seconds / 60),
        7_200..=172_799 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheet_formulas_are_defused() {
        assert_eq!(csv("=1+1"), "'=1+1");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv("plain"), "plain");
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\n"), "a [31mb\u{fffd}c ");
        assert_eq!(cut("abcdef", 4), "abc…");
    }

    #[test]
    fn sentences_break_between_words_below_their_beginning() {
        assert_eq!(wrapped("-> ", "one two three", 10), ["-> one two", "   three"]);
        assert_eq!(
            wrapped("-> ", "one two  three", usize::MAX),
            ["-> one two  three"],
            "what is copied stays as it is"
        );
        assert_eq!(wrapped("", "averyverylongword b", 5), ["averyverylongword", "b"]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(12), "12");
    }
}
