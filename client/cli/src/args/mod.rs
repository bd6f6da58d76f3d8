//! The command line: every verb, flag and default. The help texts are the documentation; `docs/cli.md` is made of them.

mod operate;
mod publish;
mod registry;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use operate::*;
pub(crate) use publish::*;
pub(crate) use registry::*;
pub(crate) use values::{Expiry, HostFact, HostKey, PackageOrVersion, VersionRef, Wanted, host_facts};

/// A parser of one of the closed lists of words of `plimsoll_core`, which also lists them in the help.
macro_rules! words {
    ($type:ty) => {
        clap::builder::TypedValueParser::try_map(
            clap::builder::PossibleValuesParser::new(<$type>::ALL.iter().map(|word| word.as_str())),
            |word| word.parse::<$type>(),
        )
    };
}
use words;

/// Publish, review, resolve and install plugins of a Plimsoll registry.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
   0  done (a held version included: see its state)
   1  internal error
   2  the command line is wrong
  10  the gate refused
  11  a verification failed, or the registry's keys changed
  12  consent is missing
  13  no versions fit together
  14  not found, or not allowed
  15  conflict with what is there
  16  the registry cannot be reached, or says that it is too much for now: try again later
  17  `verify` found problems";

/// What every verb takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// The registry's address; by default the first of `trust list`
    #[arg(long, global = true, value_name = "URL", env = "PLIMSOLL_REGISTRY", hide_env_values = true)]
    pub(crate) registry: Option<String>,
    /// The token; by default the one stored by `login`. Prefer the variable: arguments are seen by other users
    #[arg(long, global = true, value_name = "TOKEN", env = "PLIMSOLL_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Where trust, tokens and installed packages are kept; by default `.plimsoll` in the user's directory
    #[arg(long, global = true, value_name = "DIR", env = "PLIMSOLL_HOME", hide_env_values = true)]
    pub(crate) home: Option<PathBuf>,
    /// The environment that is installed into
    #[arg(long, global = true, value_name = "NAME", default_value = "default")]
    pub(crate) env: String,
    /// Print one JSON document on standard output, also for errors
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Go on without asking whether to proceed. Never trusts a key and never grants a permission
    #[arg(long, short = 'y', global = true)]
    pub(crate) yes: bool,
}

/// Every verb.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Log in: trust a registry, check a token, keep both
    Login(Login),
    /// Accounts of people and machines
    #[command(subcommand)]
    Account(Account),
    /// Tokens of accounts
    #[command(subcommand)]
    Token(Token),
    /// Publishers: their levels, id prefixes and members
    #[command(subcommand)]
    Publisher(Publisher),
    /// Keys that publishers sign with
    #[command(subcommand)]
    Key(Key),
    /// Pack a directory into an artifact
    Pack(Pack),
    /// Sign an artifact
    Sign(Sign),
    /// Ask the gate, offline
    Check(Check),
    /// Upload an artifact and publish it as a version
    Publish(Publish),
    /// The review queue
    #[command(subcommand)]
    Review(Review),
    /// Yank a version: no new installs; exact pins and lock files go on
    Yank(Availability),
    /// Deprecate a version: it resolves last, with a warning
    Deprecate(Deprecate),
    /// Block a version: refused everywhere, also at load
    Block(Availability),
    /// Make a yanked, deprecated or blocked version live again
    Restore(Availability),
    /// The registries whose keys are trusted
    #[command(subcommand)]
    Trust(Trust),
    /// Search the catalogs
    Search(Search),
    /// Show a package, or one version of it
    Info(Info),
    /// Find versions that fit together, without installing
    Resolve(Resolve),
    /// Resolve, ask for consent, verify and install
    Install(Install),
    /// Install newer versions of what is installed
    Update(Update),
    /// List what is installed; works without the registry
    List,
    /// Verify what is installed; works without the registry
    Verify,
    /// Remove an installed package
    Remove(Remove),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Every command line that the documentation promises.
    const LINES: &str = "\
login http://127.0.0.1:7700
login https://registry.example --fingerprint 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --token plim_x
account create dana
account create dana --role reviewer --role operator
account list
account disable dana --reason left
account enable dana --reason back
token create
token create --account ci-acme --scope read --scope publish --expires 30
token create --expires 2026-11-20T09:30:00Z
token list
token list --account dana
token revoke 0198
publisher create acme
publisher level acme verified --reason contract
publisher list
publisher prefix acme com.acme
publisher prefix acme com.acme --withdraw
publisher members acme
publisher member acme dana --role maintainer
publisher member acme dana --remove
key generate --out acme.key
key generate --out acme.key --algorithm p256
key add acme.key.pub --publisher acme --key-id acme-2026
key add acme.key.pub --publisher acme --key-id acme-2026 --prove-with acme.key
key list
key list --publisher acme
key revoke acme-2026 --publisher acme --reason compromised --from 2026-11-20T09:30:00Z
pack plugin -o plugin.osplugin
sign plugin.osplugin --key acme.key --key-id acme-2026
sign plugin.osplugin --key acme.key --key-id acme-2026 --publisher acme --registry-name registry.example
check plugin.osplugin
check plugin.osplugin --level verified --visibility marketplace
publish plugin.osplugin --publisher acme
publish plugin.osplugin --publisher acme --signature a.sig --statement a.dsse.json --visibility marketplace --submit
publish plugin.osplugin --publisher acme --validate-only --readme README.md --icon icon.svg --category crm --description Text
review list
review show com.acme.crm@1.0.0
review approve com.acme.crm@1.0.0 --sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 --report 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
review reject com.acme.crm@1.0.0 --reason unsafe
yank com.acme.crm@1.0.0 --reason broken
deprecate com.acme.crm@1.0.0 --reason old --replacement com.acme.crm2
block com.acme.crm@1.0.0 --reason malware
restore com.acme.crm@1.0.0 --reason mistaken
trust add http://127.0.0.1:7700 --fingerprint 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
trust list
trust remove http://127.0.0.1:7700
search crm
search crm --catalog apps --type app --category crm
search
info com.acme.crm
info com.acme.crm@1.0.0
resolve com.acme.crm com.acme.erp@^1.2 --host protocol=17.0.0 --host platform=17.4.0
resolve com.acme.crm --allow-unknown-compat --pre-releases
install com.acme.crm@^1
install com.acme.crm --accept network:api.example.com --accept services:object --accept-tier sandbox
install com.acme.crm --accept-all --allow-downgrade --host protocol=17.0.0
update
update com.acme.crm --accept-all
update com.acme.crm --allow-downgrade
list
verify
remove com.acme.crm
--registry http://127.0.0.1:7700 --token plim_x --home /tmp/h --env staging --json --yes list
list --json --yes --env staging";

    #[test]
    fn every_promised_command_line_parses() {
        for line in LINES.lines() {
            let words = std::iter::once("plimsoll").chain(line.split(' '));
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{line}\n{error}");
            }
        }
    }

    #[test]
    fn what_could_be_meant_otherwise_is_refused() {
        for line in [
            "review approve com.acme.crm@1.0.0",
            "review reject com.acme.crm@1.0.0",
            "review show com.acme.crm",
            "publish plugin.osplugin",
            "yank com.acme.crm@1.0.0",
            "publisher level acme superb --reason x",
            "publisher member acme dana",
            "publisher member acme dana --role ci --remove",
            "account disable dana",
            "install",
            "install com.acme.crm --accept everything",
            "install com.acme.crm --accept-all --accept network:x.example.com",
            "search crm --catalog plugins",
            "trust add http://127.0.0.1:7700 --fingerprint 12",
        ] {
            let words = std::iter::once("plimsoll").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The help of a verb and of those below it, without the globals.
    fn reference(command: &clap::Command, path: &str, text: &mut String) {
        for verb in command.get_subcommands() {
            let path = format!("{path} {}", verb.get_name());
            if verb.has_subcommands() {
                reference(verb, &path, text);
                continue;
            }
            let help = verb.clone().bin_name(&path).disable_help_flag(true).term_width(100).render_help();
            let help: String = help.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect();
            text.push_str(&format!("\n### `{path}`\n\n```text\n{}\n```\n", help.trim_end()));
        }
    }

    #[test]
    fn every_verb_has_its_document_described() {
        let page = include_str!("../../../../docs/cli.md");
        let table =
            page.split_once("| verb | document |").and_then(|(_, rest)| rest.split_once("\n\n")).expect("the table").0;
        let verbs: Vec<_> = table.lines().filter_map(|row| row.split('|').nth(1)).collect();
        let mut made = String::new();
        reference(&Cli::command(), "plimsoll", &mut made);
        for verb in made.lines().filter_map(|line| line.strip_prefix("### `plimsoll ")) {
            assert!(
                verbs.iter().any(|cell| cell.contains(&format!("`{verb}"))),
                "{verb} is not in the table of docs/cli.md"
            );
        }
    }

    #[test]
    fn generated_reference_is_current() {
        const MARK: &str = "generated -->\n";
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/cli.md");
        let page = std::fs::read_to_string(file).expect("docs/cli.md");
        let (by_hand, found) = page.split_once(MARK).expect("the mark");
        let help = Cli::command().term_width(100).render_help().to_string();
        let mut made = format!("\n```text\n{}\n```\n", help.trim_end());
        reference(&Cli::command(), "plimsoll", &mut made);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, format!("{by_hand}{MARK}{made}")).expect("written");
        } else {
            assert_eq!(found, made, "docs/cli.md is behind: UPDATE=1 cargo test -p plimsoll-cli generated");
        }
    }
}
