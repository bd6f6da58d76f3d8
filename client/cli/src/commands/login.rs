//! `login` and `trust`: whom to believe, and as whom to speak.

use plimsoll_client::home::{Home, PinnedRegistry};
use plimsoll_client::transport::{Address, Registry};
use plimsoll_core::{Digest, Timestamp, quote};
use serde::Serialize;
use serde_json::json;

use crate::args::{Login, Trust};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, plain, table};
use crate::render;
use crate::shell::Shell;

/// A pinned registry, as it is shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trusted {
    registry: String,
    address: Address,
    fingerprints: Vec<Digest>,
    pinned_at: Timestamp,
}

impl From<PinnedRegistry> for Trusted {
    fn from(pinned: PinnedRegistry) -> Self {
        Self {
            registry: pinned.root.registry().to_owned(),
            address: pinned.address,
            fingerprints: pinned.root.fingerprints().collect(),
            pinned_at: pinned.pinned_at,
        }
    }
}

/// Pins the registry, checks the token, and keeps both. Nothing is kept of a token that the registry does not know.
pub(crate) fn login(shell: &Shell, args: &Login) -> Result<Answer, Failure> {
    let address: Address = args.url.parse()?;
    let home = shell.home()?;
    let pinned = pin(shell, &home, &address, &args.fingerprints)?;
    let token = match shell.globals.token.clone().filter(|token| !token.is_empty()) {
        Some(token) => token,
        None => shell.prompt.secret("token", "it on standard input, in PLIMSOLL_TOKEN or with --token")?,
    };
    let token: plimsoll_client::transport::Token = token.parse()?;
    let me = Registry::new(address.clone(), Some(token.clone())).me()?;
    home.set_token(&address, Some(token))?;

    let mut text = format!("{} {} as {}\n", bold("Logged in to"), plain(&pinned.registry), me.account);
    text.push_str(&render::line("Roles", &render::words(&me.roles, "none")));
    text.push_str(&render::line("Scopes", &render::words(&me.scopes, "none")));
    Ok(Answer::new(json!({ "registry": pinned, "me": me }), text))
}

/// `trust add`, `trust list`
pub(crate) fn trust(shell: &Shell, args: &Trust) -> Result<Answer, Failure> {
    let home = shell.home()?;
    match args {
        Trust::Add { url, fingerprints } => {
            let pinned = pin(shell, &home, &url.parse()?, fingerprints)?;
            let text = format!("{} {} at {}\n", bold("Trusted:"), plain(&pinned.registry), pinned.address);
            Ok(Answer::new(&pinned, text))
        }
        Trust::List => {
            let items: Vec<Trusted> = home.registries()?.into_iter().map(Trusted::from).collect();
            let row = |trusted: &Trusted, key: &Digest| {
                [trusted.address.to_string(), plain(&trusted.registry), key.to_string()]
            };
            let rows: Vec<_> =
                items.iter().flat_map(|trusted| trusted.fingerprints.iter().map(|key| row(trusted, key))).collect();
            let text = if rows.is_empty() {
                "No registry is trusted yet; see `plimsoll trust add --help`.\n".to_owned()
            } else {
                table(["ADDRESS", "REGISTRY", "FINGERPRINT"], &rows)
            };
            Ok(Answer::new(json!({ "items": items }), text))
        }
        Trust::Remove { url } => {
            let address: Address = url.parse()?;
            let question =
                format!("Forget the keys of {address}? What was installed from it cannot be loaded any more.");
            if !shell.prompt.proceed(&question)? {
                return Err(Failure::new(Exit::ConsentMissing, "not-confirmed", "nothing was changed"));
            }
            if !home.unpin(&address)? {
                return Err(Failure::new(Exit::NotFound, "not-found", format!("{address} is not trusted here")));
            }
            home.set_token(&address, None)?;
            Ok(Answer::new(json!({ "address": address }), format!("{} {address}\n", bold("No longer trusted:"))))
        }
    }
}

/// Pins what the registry shows, if every fingerprint was passed or a person says yes.
fn pin(shell: &Shell, home: &Home, address: &Address, fingerprints: &[Digest]) -> Result<Trusted, Failure> {
    let discovery = Registry::new(address.clone(), None).discovery()?;
    let shown: Vec<Digest> = discovery.keys.iter().map(|key| key.key_id).collect();
    let confirmed = if !fingerprints.is_empty() {
        fingerprints.to_vec()
    } else if home.pinned(address).is_ok() {
        // Asked again for what is pinned already, a person would learn to say yes. Another key is refused all the same.
        Vec::new()
    } else {
        let keys: String = shown.iter().map(|key| format!("  sha256 {key}\n")).collect();
        let demo = if discovery.demo { "It is a demonstration: its content means nothing.\n" } else { "" };
        shell.output.note(&format!(
            "The registry at {address} calls itself {} and shows:\n{keys}{demo}\
             Compare this with a fingerprint that you got by another way.",
            quote(&discovery.registry)
        ));
        if !shell.prompt.decide("Trust it?", "--fingerprint SHA256")? {
            return Err(Failure::new(Exit::Verification, "trust-unconfirmed", "no key was pinned"));
        }
        shown
    };
    Ok(home.pin(address, &discovery, &confirmed, shell.now())?.into())
}
