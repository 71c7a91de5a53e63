//! The simulators as a process of their own.
//!
//! Owns starting and stopping them, and the few calls to their control API that the scenario needs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// Running simulators; stopped when dropped.
pub(crate) struct Simulators {
    child: Child,
    told: Value,
}

impl Simulators {
    /// Starts both on free ports.
    pub(crate) fn start(binary: &Path, customers: u32, items: u32, invoices: u32, latency: u32) -> Self {
        let mut child = Command::new(binary)
            .args(["sim", "both", "--json", "--port", "0"])
            .args(["--customers", &customers.to_string(), "--items", &items.to_string()])
            .args(["--invoices", &invoices.to_string(), "--latency", &latency.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the simulators start");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = serde_json::from_str(&line).expect("sim --json prints one object on one line");
        Self { child, told }
    }

    /// Writes a connection file and its secrets into `folder`.
    pub(crate) fn connection_file(&self, folder: &Path) -> PathBuf {
        for (name, value) in self.told["secrets"].as_object().unwrap() {
            std::fs::write(folder.join(name), value.as_str().unwrap()).unwrap();
        }
        let text = self.told["connection_file"].as_str().unwrap();
        let text =
            text.replace("name = \"demo\"", "name = \"bench\"").replace("parallel_calls = 2", "parallel_calls = 4");
        let path = folder.join("bench.toml");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Changes `n` records in the ERP.
    pub(crate) fn change(&self, n: u32) {
        self.post("/control/change", &format!("{{\"edit\":\"some\",\"count\":{n}}}"));
    }

    /// True when the simulators' own comparison finds both sides in agreement.
    pub(crate) fn agree(&self) -> bool {
        let answer = self.call("GET", "/control/compare", "");
        let told: Value = serde_json::from_str(&answer).unwrap();
        if told["agree"] != Value::Bool(true) {
            println!("{}", &answer[..answer.len().min(2_000)]);
        }
        told["agree"] == Value::Bool(true)
    }

    /// Fails when a first load was not what it should be.
    pub(crate) fn check(&self, report: &Value) {
        assert_eq!(report["outcome"], "settled", "{report:#}");
    }

    fn post(&self, path: &str, body: &str) {
        self.call("POST", path, body);
    }

    fn call(&self, method: &str, path: &str, body: &str) -> String {
        let url = self.told["control"]["url"].as_str().unwrap();
        let host = url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {head}");
        body.to_owned()
    }
}

impl Drop for Simulators {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
