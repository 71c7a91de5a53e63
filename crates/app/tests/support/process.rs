//! The real binary against both simulators over real sockets, with a data folder of its own.
//!
//! Owns the set-up, the tokens that the simulators hand out, and everything that the binary printed.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::Value;
use sim::faults::Dials;
use sim::server::{Port, Server};
use sim::{Options, Sim, Size, WallClock};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const BINARY: &str = env!("CARGO_BIN_EXE_ml-connector");

/// A company that is small enough for a debug build and has everything in it.
pub const SMALL: Size = Size { customers: 12, items: 15, invoices: 25, won_deals: 0, existing_accounts: 0 };

/// What the simulators handed out: access tokens, refresh tokens, codes.
type Issued = Arc<Mutex<BTreeSet<String>>>;

/// Ends a process at a request of its own, as `kill -9` does.
#[derive(Debug, Default)]
pub struct Killer(Mutex<Option<Mark>>);

/// Which request, counted down, and whether the simulator has done its work by then.
#[derive(Debug)]
struct Mark {
    left: u32,
    after_work: bool,
    pid: nix::unistd::Pid,
}

impl Killer {
    /// Kills `process` at its request number `nth`, before or after the work that it asks for.
    pub fn aim(&self, process: &std::process::Child, nth: u32, after_work: bool) {
        let pid = nix::unistd::Pid::from_raw(process.id().cast_signed());
        *self.0.lock().unwrap() = Some(Mark { left: nth, after_work, pid });
    }

    /// Nobody is killed any more.
    pub fn rest(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn counts(&self) -> Option<(bool, nix::unistd::Pid)> {
        let mut mark = self.0.lock().unwrap();
        let aimed = mark.as_mut()?;
        aimed.left = aimed.left.saturating_sub(1);
        if aimed.left > 0 {
            return None;
        }
        mark.take().map(|mark| (mark.after_work, mark.pid))
    }
}

fn kill(pid: nix::unistd::Pid) {
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// The value at a JSON pointer; fails when there is none.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    value.pointer(path).unwrap_or_else(|| panic!("{path} is missing: {value:#}"))
}

/// Both simulators on free ports, and a data folder.
pub struct World {
    pub killer: Arc<Killer>,
    pub sim: Arc<Sim>,
    pub folder: TempDir,
    pub erp: String,
    pub crm: String,
    issued: Issued,
    transcript: Mutex<String>,
    _servers: (Server, Server),
    runtime: Runtime,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Stdout as one JSON value.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Stdout as JSON lines.
    pub fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// Fails unless it ended with `code`.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Fails unless stderr and stdout together hold every word.
    pub fn says(self, words: &[&str]) -> Self {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        for word in words {
            assert!(all.contains(word), "\"{word}\" is missing: {self:#?}");
        }
        self
    }
}

impl World {
    pub fn new(size: Size) -> Self {
        Self::with(size, |_| {})
    }

    pub fn with(size: Size, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { seed: 7, size, ..Options::default() };
        change(&mut options);
        let prefix = options.prefix.clone();
        let sim = Sim::new(options, Arc::new(WallClock::new())).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let issued = Issued::default();
        let (erp, crm) = runtime.block_on(async { (Port::open(0).await.unwrap(), Port::open(0).await.unwrap()) });
        let killer = Arc::new(Killer::default());
        let watched = |router: Router| {
            let watched = router.layer(from_fn_with_state(Arc::clone(&issued), watch));
            watched.layer(from_fn_with_state(Arc::clone(&killer), aimed))
        };
        let (erp_url, crm_url) = (format!("{}{prefix}", erp.url()), crm.url());
        let servers = {
            let _guard = runtime.enter();
            (erp.serve(watched(sim.acumatica_router())), crm.serve(watched(sim.zoho_router())))
        };
        let folder = tempfile::tempdir().unwrap();
        let world = Self {
            killer,
            sim,
            folder,
            erp: erp_url,
            crm: crm_url,
            issued,
            transcript: Mutex::default(),
            _servers: servers,
            runtime,
        };
        world.write_secrets();
        world
    }

    fn write_secrets(&self) {
        let known = self.sim.credentials();
        for (name, value) in [
            ("erp-secret", &known.acumatica.client_secret),
            ("erp-refresh", &known.acumatica.refresh_token),
            ("erp-password", &known.acumatica.password),
            ("crm-secret", &known.zoho.client_secret),
            ("crm-refresh", &known.zoho.refresh_token),
            ("crm-code", &known.zoho.grant_code),
        ] {
            fs::write(self.folder.path().join(name), value).unwrap();
        }
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A connection file that fits the simulators.
    pub fn text(&self) -> String {
        let known = self.sim.credentials();
        format!(
            r#"name = "acme"

[acumatica]
url = "{}"
endpoint = "Default/24.200.001"
client_id = "{}"
client_secret = {{ file = "erp-secret" }}
refresh_token = {{ file = "erp-refresh" }}
calls_per_minute = 0

[zoho]
accounts_url = "{}"
client_id = "{}"
client_secret = {{ file = "crm-secret" }}
refresh_token = {{ file = "crm-refresh" }}
"#,
            self.erp, known.acumatica.client_id, self.crm, known.zoho.client_id
        )
    }

    /// Writes a file beside the secrets.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Writes and applies a connection file.
    pub fn apply(&self, text: &str) {
        let path = self.file("acme.toml", text);
        self.run(&["apply", &path, "--yes", "-q"]).exits(0);
    }

    /// The command, ready to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command
            .env_clear()
            .env("ML_CONNECTOR_DATA", self.data())
            .env("ML_CONNECTOR_ALLOW_LOOPBACK", "1")
            .env("USER", "tess")
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .args(args);
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        self.ended(self.command(args).output().unwrap())
    }

    /// Keeps what a process printed.
    pub fn ended(&self, output: Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        let mut transcript = self.transcript.lock().unwrap();
        transcript.push_str(&ended.stdout);
        transcript.push_str(&ended.stderr);
        ended
    }

    /// Everything that was printed so far.
    pub fn transcript(&self) -> String {
        self.transcript.lock().unwrap().clone()
    }

    /// What the simulators handed out so far.
    pub fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap().iter().cloned().collect()
    }

    /// Sets the fault dials.
    pub fn faults(&self, change: impl FnOnce(&mut Dials)) {
        let mut dials = Dials::default();
        change(&mut dials);
        self.sim.faults().set(dials);
    }

    /// Sends a form to a consent page and gives the address that it redirects to.
    pub fn consent(&self, url: &str, form: &str) -> String {
        let url = url::Url::parse(url).unwrap();
        let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let answer = exchange(&host, "POST", &target, form);
        let location = answer
            .lines()
            .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("location")));
        location.unwrap_or_else(|| panic!("{answer}")).1.to_owned()
    }
}

/// One HTTP request to a loopback host; the whole answer as text.
pub fn exchange(host: &str, method: &str, target: &str, form: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Lets the killer see each request before and after its work.
async fn aimed(State(killer): State<Arc<Killer>>, request: Request, next: Next) -> Response {
    let target = killer.counts();
    if let Some((false, pid)) = target {
        kill(pid);
    }
    let response = next.run(request).await;
    if let Some((true, pid)) = target {
        kill(pid);
    }
    response
}

/// Remembers tokens and codes on their way out.
async fn watch(State(issued): State<Issued>, request: Request, next: Next) -> Response {
    let tokens = request.uri().path().ends_with("/token");
    let response = next.run(request).await;
    if let Some(location) = response.headers().get("location").and_then(|location| location.to_str().ok())
        && let Ok(url) = url::Url::parse(location)
    {
        let codes = url.query_pairs().filter(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        issued.lock().unwrap().extend(codes);
    }
    if !tokens {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap_or_default();
    if let Ok(answer) = serde_json::from_slice::<Value>(&bytes) {
        let given =
            ["access_token", "refresh_token"].into_iter().filter_map(|name| answer[name].as_str().map(str::to_owned));
        issued.lock().unwrap().extend(given);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}
