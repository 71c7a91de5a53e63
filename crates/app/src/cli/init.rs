//! `init`: writes a commented connection file.
//!
//! Owns where it goes. Must never overwrite a file.

use std::io::Write;
use std::path::PathBuf;

use super::args::InitArgs;
use super::{Invocation, output};
use crate::connection_file::template;
use crate::process::exit::{Exit, Failure};

pub(super) fn run(cx: &Invocation, args: InitArgs) -> Result<Exit, Failure> {
    let path = args.file.unwrap_or_else(|| PathBuf::from("connection.toml"));
    if path.as_os_str() == "-" {
        output::line(template("acme").trim_end());
        return Ok(Exit::Settled);
    }
    let name = name_from(&path);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            Failure::usage(format!(
                "{} exists already and was left alone. Name another file: ml-connector init FILE",
                path.display()
            ))
        } else {
            Failure::usage(format!("{} cannot be written: {error}.", path.display()))
        }
    })?;
    file.write_all(template(&name).as_bytes())
        .map_err(|error| Failure::usage(format!("{} cannot be written: {error}.", path.display())))?;
    if cx.json {
        output::json(&serde_json::json!({"file": path, "connection": name}))?;
    } else {
        output::line(format!("Wrote {}.", path.display()));
        output::line(format!(
            "Fill it in, then:  ml-connector apply {0}  and  ml-connector ping {name}",
            path.display()
        ));
    }
    Ok(Exit::Settled)
}

/// A connection name made from the file's name.
fn name_from(path: &std::path::Path) -> String {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_ascii_lowercase();
    let name: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').take(40).collect();
    if name.is_empty() || name == "connection" { "acme".to_owned() } else { name }
}
