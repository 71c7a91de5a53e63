//! A private PostgreSQL cluster that lives as long as one test run.
//!
//! Owns its folder, its port and its end. Must not outlive this process, however
//! that ends: a janitor process holds the other end of a pipe; when the pipe
//! closes, on success, failure, Ctrl-C or a kill that cannot be caught, it stops
//! the server and removes the folder. Nothing of it is durable: tests need
//! speed, and their data is worth nothing afterwards.

use crate::system::{self, postgres::Programs};
use anyhow::{Context as _, Result, bail};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Waits for the end of its standard input, then clears up.
/// `$1` is `pg_ctl`, `$2` the folder of the cluster.
const JANITOR: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
"$1" stop -D "$2/data" -m immediate -w >/dev/null 2>&1
rm -rf "$2"
"#;

/// Durability off, connections for many tests at once, the loopback only.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
";

/// A port that was free a moment ago may be taken by the time the server asks for it.
const PORTS_TRIED: u32 = 5;

/// A running server.
pub(crate) struct Cluster {
    janitor: Child,
    url: String,
}

impl Cluster {
    /// Makes a cluster in a new temporary folder and waits until it answers.
    pub(crate) fn start(programs: &Programs) -> Result<Self> {
        let owner = owner()?;
        let folder = tempfile::Builder::new().prefix("ml-connector-postgres-").tempdir()?.keep();
        if let Some((user, group)) = owner {
            chown(&folder, Some(user), Some(group))?;
        }
        let site = Site { programs, folder, owner };
        let mut cluster = Self { janitor: site.janitor()?, url: String::new() };
        site.initialise()?;
        for _ in 0..PORTS_TRIED {
            let port = free_port()?;
            if site.serve(port)? {
                cluster.url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
                return Ok(cluster);
            }
        }
        bail!("PostgreSQL does not start:\n{}", site.log());
    }

    /// URL of the superuser's database.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server and removes its folder.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        drop(self.janitor.stdin.take());
        self.janitor.wait().context("the janitor of PostgreSQL")?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("{error:#}");
        }
    }
}

/// The server refuses to run as root, so root lends it another account.
fn owner() -> Result<Option<(u32, u32)>> {
    if !system::is_root()? {
        return Ok(None);
    }
    let account = system::account("postgres").or_else(|| system::account("nobody"));
    Ok(Some(account.context("PostgreSQL refuses to run as root, and there is no account named postgres or nobody")?))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

struct Site<'a> {
    programs: &'a Programs,
    folder: PathBuf,
    owner: Option<(u32, u32)>,
}

impl Site<'_> {
    fn janitor(&self) -> Result<Child> {
        let mut command = self.command(Path::new("sh"));
        command
            .args(["-c", JANITOR, "janitor"])
            .arg(self.programs.folder.join("pg_ctl"))
            .arg(&self.folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        command.spawn().context("the janitor of PostgreSQL")
    }

    fn initialise(&self) -> Result<()> {
        let mut command = self.command(&self.programs.folder.join("initdb"));
        command
            .args(["--pgdata", "data", "--username", "postgres", "--auth", "trust"])
            .args(["--encoding", "UTF8", "--locale", "C", "--no-sync"])
            .stderr(Stdio::piped());
        let output = command.output().context("initdb did not start")?;
        if !output.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&output.stderr));
        }
        let settings = self.folder.join("data").join("postgresql.conf");
        let mut settings = std::fs::OpenOptions::new().append(true).open(settings)?;
        Ok(settings.write_all(SETTINGS.as_bytes())?)
    }

    /// Whether the server came up on this port.
    fn serve(&self, port: u16) -> Result<bool> {
        let mut command = self.command(&self.programs.folder.join("pg_ctl"));
        command
            .args(["start", "--pgdata", "data", "--log", "log", "--wait"])
            .args(["--timeout", "60", "--options"])
            .arg(format!("-p {port}"))
            .stderr(Stdio::null());
        let status = command.status().context("pg_ctl did not start")?;
        Ok(status.success())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// A quiet command in the cluster's folder, as its owner, blind to the
    /// settings that a developer may have for another server.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null());
        for name in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGOPTIONS"] {
            command.env_remove(name);
        }
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::net::TcpStream;

    #[test]
    fn a_cluster_answers_and_leaves_nothing_behind() {
        let programs = crate::system::postgres::find_or_install().unwrap();
        let cluster = Cluster::start(&programs).unwrap();
        let port = cluster
            .url()
            .trim_start_matches("postgres://postgres@127.0.0.1:")
            .trim_end_matches("/postgres")
            .parse::<u16>()
            .unwrap();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        cluster.stop().unwrap();
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}
