//! Rule `ambient`: time, randomness, the environment and sleep are passed in.
//!
//! Owns the names under which they come from the air, and the short list of
//! files where the air is let in. clippy.toml forbids the functions too, but can
//! be switched off beside the call; this list cannot. Tests are not exempt: a
//! test that sleeps or reads the clock fails on somebody else's machine.

use super::source::{Source, has_word};
use super::{Finding, Rule};

static RULE: Rule = Rule {
    name: "ambient",
    reason: "what is taken from the air cannot be repeated: a trial with the same seed would run another course",
    remedy: "take it as an argument (the traits of port); a new door to the outside needs its line, with a reason, in xtask/src/tidy/ambient.rs",
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Air {
    Clock,
    Random,
    Environment,
    Sleep,
}

/// Names as they stand in code, whatever is written before them.
const NAMES: &[(Air, &str)] = &[
    (Air::Clock, "Timestamp::now"),
    (Air::Clock, "ZonedDateTime::now"),
    (Air::Clock, "SystemTime::now"),
    (Air::Clock, "Instant::now"),
    (Air::Random, "rand::rng"),
    (Air::Random, "rand::random"),
    (Air::Random, "thread_rng"),
    (Air::Random, "getrandom::fill"),
    (Air::Random, "getrandom::u32"),
    (Air::Random, "getrandom::u64"),
    (Air::Random, "getrandom::SysRng"),
    (Air::Random, "OsRng"),
    (Air::Random, "SysRng"),
    (Air::Random, "from_os_rng"),
    (Air::Random, "from_entropy"),
    (Air::Random, "RandomState::new"),
    (Air::Random, "Uuid::now_v7"),
    (Air::Random, "Uuid::now_v6"),
    (Air::Random, "Uuid::now_v1"),
    (Air::Random, "Uuid::new_v4"),
    (Air::Environment, "env::var"),
    (Air::Environment, "env::var_os"),
    (Air::Environment, "env::vars"),
    (Air::Environment, "env::vars_os"),
    (Air::Environment, "env::home_dir"),
    (Air::Environment, "TimeZone::system"),
    (Air::Environment, "TimeZone::try_system"),
    (Air::Sleep, "time::sleep"),
    (Air::Sleep, "time::sleep_until"),
    (Air::Sleep, "time::timeout"),
    (Air::Sleep, "time::timeout_at"),
    (Air::Sleep, "time::interval"),
    (Air::Sleep, "time::interval_at"),
    (Air::Sleep, "thread::sleep"),
    (Air::Sleep, "thread::park_timeout"),
];

/// The doors: file, what comes in there, why it may.
const DOORS: &[(&str, &[Air], &str)] = &[
    (
        "crates/app/src/process/world.rs",
        &[Air::Clock, Air::Random, Air::Environment, Air::Sleep],
        "the program's one place where the ports are filled with the real world",
    ),
    (
        "crates/app/tests/kills.rs",
        &[Air::Environment],
        "a soak kills more processes than a landing, and says so from outside",
    ),
    (
        "crates/sim/src/clock.rs",
        &[Air::Clock, Air::Sleep],
        "the simulators run as a service too; this is the clock they get then",
    ),
    ("crates/app/examples/bench/measure.rs", &[Air::Clock], "a benchmark measures wall time"),
    ("xtask/src/run.rs", &[Air::Environment], "a build tool is steered by the environment of its shell"),
    ("xtask/src/step.rs", &[Air::Clock], "a build tool tells how long its steps took"),
];

/// The one variable that a test may read: where its PostgreSQL server is.
const TEST_VARIABLE: &str = "ML_CONNECTOR_TEST_POSTGRES";

pub(super) fn check(module: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut refuse = |line: usize, name: &str| {
        findings.push(Finding { rule: &RULE, path: module.path.clone(), line, what: name.to_owned() });
    };
    let imports = module.imports();
    for (air, name) in NAMES {
        if lets_in(&module.path, *air) {
            continue;
        }
        for (line, code) in module.numbered() {
            let reads_the_test_variable = *air == Air::Environment
                && module.is_test(line)
                && module.strings.iter().any(|(at, text)| *at == line && text == TEST_VARIABLE);
            if has_word(code, name) && !reads_the_test_variable {
                refuse(line, name);
            }
        }
        // A function may also be brought in alone, inside a group, and called by its bare name.
        let grouped = imports.iter().filter(|(line, path)| {
            let code = module.code.get(line - 1).map_or("", String::as_str);
            path.ends_with(&format!("::{name}")) && !has_word(code, name)
        });
        for (line, _) in grouped {
            refuse(*line, name);
        }
    }
    findings.sort_by_key(|finding| finding.line);
    findings
}

fn lets_in(path: &str, air: Air) -> bool {
    DOORS.iter().any(|(door, airs, _)| *door == path && airs.contains(&air))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused_in(path: &str, text: &str) -> Vec<String> {
        let findings = check(&Source::new(path, text));
        findings.into_iter().map(|finding| finding.what).collect()
    }

    fn refused(text: &str) -> Vec<String> {
        refused_in("crates/engine/src/lib.rs", text)
    }

    #[test]
    fn each_kind_of_air_is_refused() {
        assert_eq!(refused("let t = jiff::Timestamp::now();"), ["Timestamp::now"]);
        assert_eq!(refused("let t = std::time::Instant::now();"), ["Instant::now"]);
        assert_eq!(refused("let id = Uuid::now_v7();"), ["Uuid::now_v7"]);
        assert_eq!(refused("getrandom::fill(&mut key)?;"), ["getrandom::fill"]);
        assert_eq!(refused("env::var(\"HOME\")"), ["env::var"]);
        assert_eq!(refused("tokio::time::sleep(a).await;"), ["time::sleep"]);
    }

    #[test]
    fn what_is_passed_in_is_not() {
        assert_eq!(refused("let t = cx.clock.now();"), Vec::<String>::new());
        assert_eq!(refused("cx.clock.sleep(a).await;"), Vec::<String>::new());
        assert_eq!(refused("env!(\"CARGO_PKG_VERSION\")"), Vec::<String>::new());
    }

    #[test]
    fn words_about_it_are_not() {
        assert_eq!(refused("// never SystemTime::now\nlet a = \"thread_rng\";"), Vec::<String>::new());
    }

    #[test]
    fn an_import_does_not_hide_it() {
        assert_eq!(refused("use tokio::{\n    sync,\n    time::{self, sleep},\n};"), ["time::sleep"]);
        assert_eq!(refused("use std::thread::sleep;"), ["thread::sleep"]);
    }

    #[test]
    fn a_door_lets_in_only_its_own_air() {
        let door = "crates/sim/src/clock.rs";
        assert_eq!(refused_in(door, "Timestamp::now(); Uuid::now_v7();"), ["Uuid::now_v7"]);
    }

    #[test]
    fn tests_may_read_their_one_variable_and_nothing_else() {
        let text = format!(
            "#[cfg(test)]\nmod tests {{\n  env::var(\"{TEST_VARIABLE}\");\n  env::var(\"HOME\");\n}}\nfn a() {{ env::var(\"{TEST_VARIABLE}\"); }}"
        );
        let findings = check(&Source::new("crates/store/src/lib.rs", &text));
        let lines: Vec<_> = findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [4, 6]);
    }

    #[test]
    fn every_door_still_stands() {
        for (door, _, reason) in DOORS {
            assert!(crate::run::root().join(door).is_file(), "{door} is gone");
            assert!(!reason.is_empty());
        }
    }
}
