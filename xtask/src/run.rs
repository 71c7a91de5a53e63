//! Runs other programs and says where the tree is.
//!
//! Owns the root folder, the environment a child gets and the copying of its
//! output while it is read. Must not know what a step means. Takes commands
//! from the verbs, hands back success or an error that names the command.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the workspace manifest.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// One variable of the environment, for the few that steer a chore.
#[expect(
    clippy::disallowed_methods,
    reason = "a build tool is steered by the environment of its shell; this is the only reader"
)]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Whether a person watches: decides between cargo's progress lines and silence.
pub(crate) fn watched() -> bool {
    std::io::stderr().is_terminal()
}

/// A cargo command in the root folder. What the outer `cargo run` told this
/// process about the xtask package is taken away, so that a build script
/// watching such a variable does not see a change and run again.
pub(crate) fn cargo(verb: &[&str]) -> Command {
    let program = variable("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(verb).current_dir(root());
    for name in [
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PKG_AUTHORS",
        "CARGO_PKG_DESCRIPTION",
        "CARGO_PKG_HOMEPAGE",
        "CARGO_PKG_LICENSE",
        "CARGO_PKG_LICENSE_FILE",
        "CARGO_PKG_NAME",
        "CARGO_PKG_README",
        "CARGO_PKG_REPOSITORY",
        "CARGO_PKG_RUST_VERSION",
        "CARGO_PKG_VERSION",
        "CARGO_PKG_VERSION_MAJOR",
        "CARGO_PKG_VERSION_MINOR",
        "CARGO_PKG_VERSION_PATCH",
        "CARGO_PKG_VERSION_PRE",
        "CARGO_PRIMARY_PACKAGE",
    ] {
        command.env_remove(name);
    }
    command
}

/// A cargo command that compiles: silent unless somebody watches, because a
/// log of three hundred crate names hides the line that matters.
pub(crate) fn cargo_build(verb: &[&str]) -> Command {
    let mut command = cargo(verb);
    if !watched() {
        command.arg("--quiet");
    }
    command
}

/// The folder that builds go to, asked of cargo because people move it.
pub(crate) fn built() -> Result<PathBuf> {
    let mut command = cargo(&["metadata", "--no-deps"]);
    let told = output(command.args(["--format-version", "1"]))?;
    let told: serde_json::Value = serde_json::from_str(&told)?;
    let folder = told
        .get("target_directory")
        .and_then(|folder| folder.as_str())
        .context("cargo metadata names no target directory")?;
    Ok(PathBuf::from(folder))
}

/// Runs a command with our own output and refuses a failing exit.
pub(crate) fn checked(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("{} did not start", spell(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", spell(command));
    }
    Ok(())
}

/// Runs a command and returns what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{} did not start", spell(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", spell(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{}: not UTF-8", spell(command)))
}

/// Whether a command exists and answers with success.
pub(crate) fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The stream of a child that is read while it is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output, where the harness of `cargo test` writes
    Out,
    /// Standard error, where nextest writes
    Err,
}

/// Runs a command, shows one of its streams line by line as it comes and hands
/// each line to `see`. Returns whether the command succeeded.
pub(crate) fn watched_lines(command: &mut Command, stream: Stream, mut see: impl FnMut(&str)) -> Result<bool> {
    command.stdin(Stdio::null());
    match stream {
        Stream::Out => command.stdout(Stdio::piped()),
        Stream::Err => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().with_context(|| format!("{} did not start", spell(command)))?;
    let copied = match stream {
        Stream::Out => child.stdout.take().map(|from| copy_lines(from, std::io::stdout(), &mut see)),
        Stream::Err => child.stderr.take().map(|from| copy_lines(from, std::io::stderr(), &mut see)),
    };
    let status = child.wait()?;
    copied.transpose()?;
    Ok(status.success())
}

fn copy_lines(from: impl Read, mut to: impl Write, see: &mut impl FnMut(&str)) -> Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        see(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(to.flush()?)
}

/// The command as a person would type it.
pub(crate) fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut spelled = PathBuf::from(program.file_name().unwrap_or(command.get_program())).display().to_string();
    for argument in command.get_args() {
        spelled.push(' ');
        spelled.push_str(&argument.to_string_lossy());
    }
    spelled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_arguments() {
        let error = checked(Command::new("sh").args(["-c", "exit 7"])).unwrap_err();
        assert!(error.to_string().starts_with("sh -c exit 7 ended with"));
    }

    #[test]
    fn lines_are_seen_in_order_and_the_exit_is_kept() {
        let mut seen = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one >&2; echo two >&2; exit 3"]);
        let good = watched_lines(&mut command, Stream::Err, |line| {
            seen.push(line.trim_end().to_owned());
        });
        assert!(!good.unwrap());
        assert_eq!(seen, ["one", "two"]);
    }

    #[test]
    fn cargo_names_the_folder_of_builds() {
        assert!(built().unwrap().is_absolute());
    }

    #[test]
    fn an_absent_program_does_not_answer() {
        assert!(!answers(&mut Command::new("ml-connector-no-such-program")));
    }
}
