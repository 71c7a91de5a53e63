//! The store, opened for a command, and the connection that a command means.
//!
//! Owns where the master key comes from, and the sentences for stores that cannot be opened.

use std::path::PathBuf;
use std::sync::Arc;

use port::{Clock, Entropy};
use secrecy::ExposeSecret;
use store::{Access, ConnectionRow, MasterKey, Place, Store, StoreError};
use zeroize::Zeroizing;

use super::{Invocation, output};
use crate::process::exit::{Exit, Failure};
use crate::process::settings::Settings;
use crate::process::world::{MachineClock, MachineEntropy};
use crate::wiring::Random;

/// Name of the key file that is made when no key is given.
const KEY_FILE: &str = "master.key";

/// The store with the world around it.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl Opened {
    /// Opens the store of this process.
    pub(crate) async fn open(cx: &Invocation, access: Access) -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock);
        let entropy: Arc<dyn Entropy> = Arc::new(MachineEntropy);
        let settings = &cx.settings;
        let place = match &settings.database.value {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::Folder(settings.data_dir.value.clone()),
        };
        let nothing = settings.database.value.is_none() && !settings.data_dir.value.join(store::FILE).exists();
        if access == Access::ReadOnly && nothing {
            return Err(nothing_yet(settings));
        }
        let key = master_key(cx, &entropy, access)?;
        let random = Arc::new(Random(Arc::clone(&entropy)));
        let options = store::Options { place, key, random, access };
        let store = Store::open(options).await.map_err(refused)?;
        Ok(Self { store, clock, entropy })
    }

    /// The connection called `name`, or the only one.
    pub(crate) async fn connection(&self, name: Option<&str>) -> Result<ConnectionRow, Failure> {
        let all = self.store.connections().await.map_err(refused)?;
        let names = || all.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
        match name {
            Some(name) => all.iter().find(|row| row.name == name).cloned().ok_or_else(|| {
                if all.is_empty() {
                    no_connection()
                } else {
                    Failure::usage(format!("There is no connection \"{}\". Known: {}.", output::safe(name), names()))
                }
            }),
            None => match all.as_slice() {
                [] => Err(no_connection()),
                [only] => Ok(only.clone()),
                _ => Err(Failure::usage(format!("There are several connections: name one of {}.", names()))),
            },
        }
    }

    /// Splits `[NAME] KEY`: with two words the first is the connection.
    pub(crate) async fn connection_and_key(
        &self,
        first: String,
        second: Option<String>,
    ) -> Result<(ConnectionRow, String), Failure> {
        match second {
            Some(key) => Ok((self.connection(Some(&first)).await?, key)),
            None => Ok((self.connection(None).await?, first)),
        }
    }
}

fn no_connection() -> Failure {
    Failure::usage("There is no connection yet. Begin with: ml-connector init, then ml-connector apply FILE")
}

fn nothing_yet(settings: &Settings) -> Failure {
    Failure::usage(format!(
        "There is nothing in {} yet. Begin with: ml-connector init, then ml-connector apply FILE",
        settings.data_dir.value.display()
    ))
}

/// A store's refusal as an exit.
pub(crate) fn refused(error: StoreError) -> Failure {
    let exit = match &error {
        StoreError::Held { .. }
        | StoreError::Foreign { .. }
        | StoreError::Corrupt { .. }
        | StoreError::Newer { .. } => Exit::Person,
        StoreError::WrongKey { .. } | StoreError::Unsealable(_) | StoreError::Full | StoreError::ReadOnly(_) => {
            Exit::Person
        }
        StoreError::File { .. } => Exit::Usage,
        StoreError::Busy | StoreError::Unavailable(_) => Exit::Unavailable,
        StoreError::Stale | StoreError::Other(_) => Exit::Fault,
    };
    let text = error.to_string();
    let mut letters = text.chars();
    let sentence: String =
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
    Failure { exit, message: format!("{}.", sentence.trim_end_matches('.')) }
}

fn master_key(cx: &Invocation, entropy: &Arc<dyn Entropy>, access: Access) -> Result<MasterKey, Failure> {
    let settings = &cx.settings;
    if let Some(text) = &settings.key.value {
        return parse(text.expose_secret(), "ML_CONNECTOR_KEY");
    }
    if let Some(line) = &settings.key_command.value {
        let source = crate::connection_file::SecretSource::Command(line.clone());
        let text = source
            .value(&PathBuf::from("."), &|_| None)
            .map_err(|why| Failure::usage(format!("The master key: {why}.")))?;
        return parse(text.expose_secret(), "the key command");
    }
    if let Some(path) = &settings.key_file.value {
        let key = store::read_key_file(path).map_err(refused)?;
        return key.ok_or_else(|| Failure::usage(format!("The key file {} is not there.", path.display())));
    }
    let path = settings.data_dir.value.join(KEY_FILE);
    if let Some(key) = store::read_key_file(&path).map_err(refused)? {
        return Ok(key);
    }
    if access == Access::ReadOnly || settings.data_dir.value.join(store::FILE).exists() {
        return Err(Failure::person(format!(
            "The master key {} is gone, and the secrets in this data folder are sealed with it. Put it back, or name it with --key-file.",
            path.display()
        )));
    }
    store::make_folder(&settings.data_dir.value).map_err(refused)?;
    let key = MasterKey::generate(&Random(Arc::clone(entropy)));
    store::create_key_file(&path, &key).map_err(refused)?;
    if !cx.quiet {
        output::hint(format!(
            "Made a master key: {}. It protects copies of the database, not of the whole folder; --key-file keeps it elsewhere.",
            path.display()
        ));
    }
    Ok(key)
}

fn parse(text: &str, place: &str) -> Result<MasterKey, Failure> {
    let text = Zeroizing::new(text.to_owned());
    MasterKey::parse(&text)
        .ok_or_else(|| Failure::usage(format!("The master key in {place} is not 64 hexadecimal digits.")))
}
