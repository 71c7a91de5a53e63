//! Prints `docs/reference/problems.md`: every problem code and every kind of fault, with what follows from it.
//!
//! Owns the page. Everything on it comes from the catalogue and the policy table, so that it cannot say anything else than the code.

#![allow(clippy::print_stdout, reason = "an example prints")]

use engine::policy::{Verdict, verdict};
use port::Kind;
use sync::problem::Code;

fn main() {
    println!("# Problems and faults\n");
    println!("Made by `cargo x docs --write`; do not edit.\n");
    println!(
        "A *problem* belongs to one record: the record stays open, and all others go on. Scripts may rely on the codes.\n"
    );
    println!("| code | what is wrong | tried again | what to do |\n|---|---|---|---|");
    for code in Code::ALL.iter().filter(|code| !code.of_flow()) {
        println!("| `{}` | {} | {} | {} |", code.name(), code.meaning(), code.class().words(), code.remedy());
    }
    println!("\nSome concern a whole *flow*: the run ends as `needs_person` (exit 3), and no record is open for it.\n");
    println!("| code | what is wrong | what to do |\n|---|---|---|");
    for code in Code::ALL.iter().filter(|code| code.of_flow()) {
        println!("| `{}` | {} | {} |", code.name(), code.meaning(), code.remedy());
    }
    println!("\nA *fault* belongs to a call and ends the run; nothing is lost.\n");
    println!("| code | what happened | what follows |\n|---|---|---|");
    for kind in Kind::ALL {
        let follows = match verdict(kind) {
            Verdict::Later => "the run ends as `unavailable` (exit 4); the next one goes on",
            Verdict::Person => "the run ends as `needs_person` (exit 3); the message says what to do",
            Verdict::Isolate => "the record that causes it is found and parked; the run goes on",
        };
        println!("| `{}` | {} | {follows} |", kind.name(), kind.meaning());
    }
}
