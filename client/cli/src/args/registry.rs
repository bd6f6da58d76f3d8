//! Verbs of administrators: accounts, tokens, publishers, keys, trust.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use plimsoll_core::access::{MemberRole, Role, TokenScope};
use plimsoll_core::wire::{Algorithm, RevocationReason};
use plimsoll_core::{AccountName, Digest, Email, KeyId, Level, Prefix, PublisherName, Timestamp};

use super::{Expiry, words};

#[derive(Args, Debug)]
#[command(after_help = "\
The token is read from --token, PLIMSOLL_TOKEN or standard input; at a terminal it is asked for and not shown.

Examples:
  plimsoll login https://registry.example
  printf %s \"$TOKEN\" | plimsoll login https://registry.example --fingerprint 9f86…0a08")]
pub(crate) struct Login {
    /// The registry's address
    pub(crate) url: String,
    /// The SHA-256 fingerprint of the registry's key, of each if it has several; needed when nobody can be asked
    #[arg(long = "fingerprint", value_name = "SHA256")]
    pub(crate) fingerprints: Vec<Digest>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Make an account (administrators)
    Create {
        /// Its name
        name: AccountName,
        /// A role; may be given several times; without, none
        #[arg(long = "role", value_name = "ROLE", value_parser = words!(Role))]
        roles: Vec<Role>,
        /// The e-mail address of the person; without, it is a machine's
        #[arg(long, value_name = "ADDRESS")]
        email: Option<Email>,
    },
    /// Set the e-mail address of an account, by which a person signs in (administrators)
    #[command(after_help = "\
Signing in needs a password as well. Where there was another address, what it opened ends, and its password with it.

Example:
  plimsoll account email admin dana@acme.example
  plimsoll account password admin")]
    Email {
        /// The account
        name: AccountName,
        /// The e-mail address
        #[arg(value_name = "ADDRESS")]
        email: Email,
    },
    /// Set a person's password: your own, or anybody's (administrators)
    #[command(after_help = "\
The password is asked for and not shown; where nobody can be asked, it is the first line of standard input. Your own present
password comes before it, on a line of its own, unless you are an administrator. It ends the person's sessions.

Example:
  plimsoll account password dana < file-with-the-password")]
    Password {
        /// The account
        name: AccountName,
    },
    /// List every account (administrators)
    List,
    /// Disable an account: its sessions end, none of its tokens works (administrators)
    Disable {
        /// The account
        name: AccountName,
        /// Why; kept in the audit events
        #[arg(long)]
        reason: String,
    },
    /// Enable a disabled account: its tokens work again, people sign in anew (administrators)
    Enable {
        /// The account
        name: AccountName,
        /// Why; kept in the audit events
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token, and show it this one time
    #[command(after_help = "\
Without --scope, your own token gets every scope that your roles can use and the asking token has; a token for another
account gets those of the asking token but `admin`. A scope never widens what the account may do.")]
    Create {
        /// The account it acts for; by default your own
        #[arg(long)]
        account: Option<AccountName>,
        /// What it may be used for; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", value_parser = words!(TokenScope))]
        scopes: Vec<TokenScope>,
        /// Days from now, or a time such as 2026-11-20T09:30:00Z; by default 90 days
        #[arg(long, value_name = "DAYS|TIME")]
        expires: Option<Expiry>,
    },
    /// List tokens, without their secrets: your own, and as an administrator everybody's
    List {
        /// Those of one account
        #[arg(long)]
        account: Option<AccountName>,
    },
    /// Revoke a token
    Revoke {
        /// The id that `token create` showed
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Publisher {
    /// Make a publisher, owned by you
    Create {
        /// Its name
        publisher: PublisherName,
    },
    /// List every publisher
    List,
    /// Set how far a publisher is verified (administrators)
    Level {
        /// The publisher
        publisher: PublisherName,
        /// The level
        #[arg(value_parser = words!(Level))]
        level: Level,
        /// Why; kept in the audit events
        #[arg(long)]
        reason: String,
    },
    /// Grant an id prefix, or withdraw it (administrators)
    Prefix {
        /// The publisher
        publisher: PublisherName,
        /// The prefix, such as com.acme
        prefix: Prefix,
        /// Withdraw it: the publisher's packages stay its own, new ids below it are anybody's
        #[arg(long)]
        withdraw: bool,
    },
    /// List the members
    Members {
        /// The publisher
        publisher: PublisherName,
    },
    /// Add a member, change its role, or remove it
    #[command(after_help = "\
An account leaves a publisher by removing itself; then only an administrator can add it again.")]
    Member {
        /// The publisher
        publisher: PublisherName,
        /// The account
        account: AccountName,
        /// The role
        #[arg(long, value_parser = words!(MemberRole), required_unless_present = "remove")]
        role: Option<MemberRole>,
        /// Remove it
        #[arg(long, conflicts_with = "role")]
        remove: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a key pair: the private key in F (mode 0600), the public key in F.pub
    Generate {
        /// The file of the private key; an existing file is never overwritten
        #[arg(long, value_name = "F")]
        out: PathBuf,
        /// The algorithm; the real ObjectStack tools know Ed25519 only
        #[arg(long, default_value = "ed25519", value_parser = words!(Algorithm))]
        algorithm: Algorithm,
    },
    /// Add a public key to a publisher
    #[command(after_help = "\
With --prove-with the key's possession is proven, and no other publisher can have it. Without, only an administrator may
add it, recorded as asserted.

Example:
  plimsoll key add acme.key.pub --publisher acme --key-id acme-2026 --prove-with acme.key")]
    Add {
        /// The public key, in PEM
        pem: PathBuf,
        /// The publisher
        #[arg(long)]
        publisher: PublisherName,
        /// The name by which signatures refer to it
        #[arg(long)]
        key_id: KeyId,
        /// The private key, which signs the proof and is not sent
        #[arg(long, value_name = "F")]
        prove_with: Option<PathBuf>,
    },
    /// List the keys of a publisher
    List {
        /// The publisher; by default every publisher that you are a member of
        #[arg(long)]
        publisher: Option<PublisherName>,
    },
    /// Revoke a key
    Revoke {
        /// The key
        key_id: KeyId,
        /// The publisher
        #[arg(long)]
        publisher: PublisherName,
        /// superseded: older signatures stay good; compromised: everything from a moment on is refused
        #[arg(long, value_parser = words!(RevocationReason))]
        reason: RevocationReason,
        /// From when on, such as 2026-11-20T09:30:00Z; by default now
        #[arg(long, value_name = "TIME")]
        from: Option<Timestamp>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Trust {
    /// Pin the key of a registry
    #[command(after_help = "\
Compare the fingerprint with one that you got by another way, such as from the registry's operator. Plain http is taken
for loopback addresses only.")]
    Add {
        /// The registry's address
        url: String,
        /// The SHA-256 fingerprint of its key, of each if it has several; needed when nobody can be asked
        #[arg(long = "fingerprint", value_name = "SHA256")]
        fingerprints: Vec<Digest>,
    },
    /// List the pinned registries
    List,
    /// Forget a registry, its keys and its token, such as before pinning the key of its successor
    Remove {
        /// The registry's address
        url: String,
    },
}
