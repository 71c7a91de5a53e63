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
        let entropy: Arc<dyn Entropy> = Arc::new(MachineEntropy);
        if access == Access::ReadOnly && nothing_in_folder(&cx.settings) {
            return Err(nothing_yet(&cx.settings));
        }
        let key = master_key(cx, &entropy, access)?;
        Self::with_key(cx, entropy, key, access).await.map_err(refused)
    }

    /// Opens the store for reading where there is one; `None` where nothing was kept yet. Makes neither folder, key nor schema; one of
    /// an older version is brought up to date where `may_write`.
    pub(crate) async fn look(cx: &Invocation, may_write: bool) -> Result<Option<Self>, Failure> {
        if nothing_in_folder(&cx.settings) {
            return Ok(None);
        }
        let entropy: Arc<dyn Entropy> = Arc::new(MachineEntropy);
        let none_given = match key_that_is_there(cx)? {
            Some(key) => {
                return match Self::with_key(cx, entropy, key, Access::ReadOnly).await {
                    Ok(opened) => Ok(Some(opened)),
                    Err(StoreError::Older { .. }) if may_write => Self::open(cx, Access::Beside).await.map(Some),
                    Err(error) => absent(error),
                };
            }
            None => key_is_gone(&cx.settings),
        };
        // Any key shows whether a server holds data of ours: it is refused there, and by an empty one it is not even asked for.
        let any = MasterKey::generate(&Random(Arc::clone(&entropy)));
        match Self::with_key(cx, entropy, any, Access::ReadOnly).await {
            Err(StoreError::WrongKey { .. }) | Ok(_) => Err(none_given),
            Err(other) => absent(other),
        }
    }

    async fn with_key(
        cx: &Invocation,
        entropy: Arc<dyn Entropy>,
        key: MasterKey,
        access: Access,
    ) -> Result<Self, StoreError> {
        let place = match &cx.settings.database.value {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::Folder(cx.settings.data_dir.value.clone()),
        };
        let random = Arc::new(Random(Arc::clone(&entropy)));
        let store = Store::open(store::Options { place, key, random, access }).await?;
        Ok(Self { store, clock: Arc::new(MachineClock), entropy })
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

/// Nothing, when the store says that nothing was kept yet.
fn absent(error: StoreError) -> Result<Option<Opened>, Failure> {
    if error == StoreError::NothingYet { Ok(None) } else { Err(refused(error)) }
}

fn nothing_in_folder(settings: &Settings) -> bool {
    settings.database.value.is_none() && !settings.data_dir.value.join(store::FILE).exists()
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
        | StoreError::Newer { .. }
        | StoreError::Older { .. } => Exit::Person,
        StoreError::WrongKey { .. } | StoreError::Unsealable(_) | StoreError::Full | StoreError::ReadOnly(_) => {
            Exit::Person
        }
        StoreError::File { .. } | StoreError::NothingYet => Exit::Usage,
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
    if let Some(key) = key_that_is_there(cx)? {
        return Ok(key);
    }
    if access == Access::ReadOnly || settings.data_dir.value.join(store::FILE).exists() {
        return Err(key_is_gone(settings));
    }
    let path = settings.data_dir.value.join(KEY_FILE);
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

/// The master key that was given, else the one that was made in the data folder.
fn key_that_is_there(cx: &Invocation) -> Result<Option<MasterKey>, Failure> {
    let settings = &cx.settings;
    if let Some(text) = &settings.key.value {
        return parse(text.expose_secret(), "ML_CONNECTOR_KEY").map(Some);
    }
    if let Some(line) = &settings.key_command.value {
        let source = crate::connection_file::SecretSource::Command(line.clone());
        let text = source
            .value(&PathBuf::from("."), &|_| None)
            .map_err(|why| Failure::usage(format!("The master key: {why}.")))?;
        return parse(text.expose_secret(), "the key command").map(Some);
    }
    if let Some(path) = &settings.key_file.value {
        let key = store::read_key_file(path).map_err(refused)?;
        return key.map(Some).ok_or_else(|| Failure::usage(format!("The key file {} is not there.", path.display())));
    }
    store::read_key_file(&settings.data_dir.value.join(KEY_FILE)).map_err(refused)
}

fn key_is_gone(settings: &Settings) -> Failure {
    Failure::person(format!(
        "The master key {} is gone, and the secrets in this data folder are sealed with it. Put it back, or name it with --key-file.",
        settings.data_dir.value.join(KEY_FILE).display()
    ))
}

fn parse(text: &str, place: &str) -> Result<MasterKey, Failure> {
    let text = Zeroizing::new(text.to_owned());
    MasterKey::parse(&text)
        .ok_or_else(|| Failure::usage(format!("The master key in {place} is not 64 hexadecimal digits.")))
}
