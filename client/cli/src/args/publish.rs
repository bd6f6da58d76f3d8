//! Verbs of publishers and reviewers: pack, sign, check, publish, review, availability.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use plimsoll_core::wire::Category;
use plimsoll_core::{Digest, KeyId, Level, PublisherName, Visibility};

use super::{VersionRef, words};

#[derive(Args, Debug)]
#[command(after_help = "\
Packed are objectstack.plugin.json, assets/** and dist/**; if dist/ is absent, src/**. With `packaging: manifest-deps`
also package.json and pnpm-lock.yaml. Hidden files and node_modules are left out; a symbolic link is an error.
The same files give the same bytes. TypeScript is packed as it is, not compiled: build dist/index.mjs for a host.

A directory with an objectstack.json instead, which `os build` makes of an App, gives the artifact that a registry makes
of it for `os package publish`: under the id and the version of the manifest inside, and with nothing else.

Examples:
  plimsoll pack my-plugin -o my-plugin.osplugin
  plimsoll pack my-app/dist -o my-app.osplugin")]
pub(crate) struct Pack {
    /// The directory with objectstack.plugin.json, or the dist/ of an App with objectstack.json
    pub(crate) dir: PathBuf,
    /// The artifact; by default ID-VERSION.osplugin here
    #[arg(long, short, value_name = "F")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Writes F.sig (the line that ObjectStack's own tools write; Ed25519 only) and F.dsse.json (a statement that also names the
registry, package, version and publisher). The statement needs --publisher and the registry's name: of --registry-name,
or of the registry that you logged in to. Where they are not known, an Ed25519 key still writes F.sig.

Example:
  plimsoll sign my-plugin.osplugin --key acme.key --key-id acme-2026 --publisher acme")]
pub(crate) struct Sign {
    /// The artifact
    pub(crate) file: PathBuf,
    /// The private key, in PEM
    #[arg(long, value_name = "K")]
    pub(crate) key: PathBuf,
    /// The name of the key at the registry
    #[arg(long)]
    pub(crate) key_id: KeyId,
    /// The publisher, for the statement; by default the one you are a member of, if it is only one
    #[arg(long)]
    pub(crate) publisher: Option<PublisherName>,
    /// The registry's own name, for the statement; by default that of the pinned registry
    #[arg(long, value_name = "NAME")]
    pub(crate) registry_name: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
What only the registry knows comes out as not-evaluated. --level and --visibility give the verdict over the rest, as if
a publisher of that level asked for that visibility.

Example:
  plimsoll check my-plugin.osplugin --level verified --visibility marketplace")]
pub(crate) struct Check {
    /// The artifact
    pub(crate) file: PathBuf,
    /// The publisher's level; without, what depends on it is not evaluated
    #[arg(long, value_parser = words!(Level))]
    pub(crate) level: Option<Level>,
    /// Who the version would be for; by default private
    #[arg(long, value_parser = words!(Visibility))]
    pub(crate) visibility: Option<Visibility>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Where neither --signature nor --statement is given, F.sig and F.dsse.json are sent, those that exist.

Examples:
  plimsoll publish my-plugin.osplugin --publisher acme
  plimsoll publish my-plugin.osplugin --publisher acme --visibility marketplace --submit \\
    --readme README.md --icon icon.svg --category crm --description 'Enriches contacts'")]
pub(crate) struct Publish {
    /// The artifact
    pub(crate) file: PathBuf,
    /// In whose name
    #[arg(long)]
    pub(crate) publisher: PublisherName,
    /// The ed25519: line over the artifact
    #[arg(long, value_name = "F.sig")]
    pub(crate) signature: Option<PathBuf>,
    /// The signed statement
    #[arg(long, value_name = "F.dsse.json")]
    pub(crate) statement: Option<PathBuf>,
    /// Who it is for; by default as the package's last choice, private for a new one
    #[arg(long, value_parser = words!(Visibility))]
    pub(crate) visibility: Option<Visibility>,
    /// Ask for review now; a marketplace version stays a draft without it
    #[arg(long)]
    pub(crate) submit: bool,
    /// Say what would happen, and change nothing
    #[arg(long)]
    pub(crate) validate_only: bool,
    /// Release notes
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    /// The name that the catalog shows; by default the manifest's
    #[arg(long, value_name = "TEXT", help_heading = "Listing")]
    pub(crate) display_name: Option<String>,
    /// One line under the name
    #[arg(long, value_name = "TEXT", help_heading = "Listing")]
    pub(crate) tagline: Option<String>,
    /// The paragraph that the catalog shows; by default the manifest's
    #[arg(long, value_name = "TEXT", help_heading = "Listing")]
    pub(crate) description: Option<String>,
    /// The category, such as crm
    #[arg(long, help_heading = "Listing")]
    pub(crate) category: Option<Category>,
    /// A Markdown file of at most 256 KiB
    #[arg(long, value_name = "FILE", help_heading = "Listing")]
    pub(crate) readme: Option<PathBuf>,
    /// A PNG, JPEG, WebP or GIF file of at most 256 KiB, or an SVG file of at most 16 KiB
    #[arg(long, value_name = "FILE", help_heading = "Listing")]
    pub(crate) icon: Option<PathBuf>,
    /// The address of the project
    #[arg(long, value_name = "URL", help_heading = "Listing")]
    pub(crate) homepage_url: Option<String>,
    /// The licence, as an SPDX expression such as MIT
    #[arg(long, value_name = "SPDX", help_heading = "Listing")]
    pub(crate) license: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Review {
    /// List the versions that wait for a reviewer
    List,
    /// Show a version with its report, evidence and listing, and the command that approves it
    Show {
        /// ID@VERSION
        version: VersionRef,
    },
    /// Approve exactly what was reviewed: these bytes, and this report
    Approve {
        /// ID@VERSION
        version: VersionRef,
        /// The digest of the artifact that was reviewed
        #[arg(long)]
        sha256: Digest,
        /// The digest of the report that was seen
        #[arg(long, value_name = "SHA256")]
        report: Digest,
        /// Why
        #[arg(long, default_value = "reviewed")]
        reason: String,
    },
    /// Reject a version, for good
    Reject {
        /// ID@VERSION
        version: VersionRef,
        /// Why; the publisher reads it
        #[arg(long)]
        reason: String,
        /// The digest of the artifact that was reviewed; by default of what is there now
        #[arg(long)]
        sha256: Option<Digest>,
        /// The digest of the report that was seen; by default of what is there now
        #[arg(long, value_name = "SHA256")]
        report: Option<Digest>,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Availability {
    /// ID@VERSION
    pub(crate) version: VersionRef,
    /// Why; it is read by users, and of `restore` in the audit events
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Args, Debug)]
pub(crate) struct Deprecate {
    #[command(flatten)]
    pub(crate) availability: Availability,
    /// What to use instead
    #[arg(long, value_name = "TEXT")]
    pub(crate) replacement: Option<String>,
}
