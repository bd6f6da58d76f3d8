//! Verbs of operators and hosts: search, info, resolve, install, update, remove.

use clap::Args;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::consent::Acceptable;
use plimsoll_core::wire::Category;
use plimsoll_core::{PackageId, PackageType, Tier};

use super::{HostFact, PackageOrVersion, Wanted, words};

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  plimsoll search vat --catalog contributions")]
pub(crate) struct Search {
    /// Words to look for; without, everything
    pub(crate) query: Option<String>,
    /// The catalog; by default apps, and with a token contributions too
    #[arg(long, value_parser = words!(Catalog))]
    pub(crate) catalog: Option<Catalog>,
    /// Only packages of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = words!(PackageType))]
    pub(crate) package_type: Option<PackageType>,
    /// Only packages of this category
    #[arg(long)]
    pub(crate) category: Option<Category>,
    /// How many packages at most, of each catalog
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

#[derive(Args, Debug)]
pub(crate) struct Info {
    /// ID or ID@VERSION
    pub(crate) what: PackageOrVersion,
}

/// What decides which versions fit.
#[derive(Args, Debug)]
pub(crate) struct Fit {
    /// What the host is: protocol=17.0.0 or platform=17.4.0; may be given twice
    #[arg(long = "host", value_name = "KEY=VERSION")]
    pub(crate) host: Vec<HostFact>,
    /// Take versions whose compatibility range cannot be read, too
    #[arg(long)]
    pub(crate) allow_unknown_compat: bool,
    /// Take pre-releases, too
    #[arg(long)]
    pub(crate) pre_releases: bool,
}

/// What is consented to beforehand.
#[derive(Args, Debug)]
pub(crate) struct Accept {
    /// Accept one new thing: a permission such as network:api.example.com, dependency:ID, publisher:NAME or manifest-deps; may be given several times
    #[arg(long, value_name = "WHAT", conflicts_with = "accept_all")]
    pub(crate) accept: Vec<Acceptable>,
    /// Accept everything that the plan asks for, at whatever tier
    #[arg(long)]
    pub(crate) accept_all: bool,
    /// Accept code up to this tier
    #[arg(long, value_name = "TIER", value_parser = words!(Tier), conflicts_with = "accept_all")]
    pub(crate) accept_tier: Option<Tier>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  plimsoll resolve com.acme.crm@^1.2 --host protocol=17.0.0 --host platform=17.4.0")]
pub(crate) struct Resolve {
    /// ID or ID@RANGE
    #[arg(required = true, value_name = "ID[@RANGE]")]
    pub(crate) wanted: Vec<Wanted>,
    #[command(flatten)]
    pub(crate) fit: Fit,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Nothing is granted without consent. At a terminal the tiers and permissions are shown, and you are asked. A script names
what it grants with --accept and --accept-tier, or takes everything with --accept-all; else the exit code is 12 and the
output says what is missing. --yes grants nothing: it only answers the last question, whether to proceed.

Examples:
  plimsoll install com.acme.vat-check --host protocol=17.0.0
  plimsoll install com.acme.vat-check@^1 --accept-tier sandbox --accept services:object")]
pub(crate) struct Install {
    /// ID or ID@RANGE
    #[arg(required = true, value_name = "ID[@RANGE]")]
    pub(crate) wanted: Vec<Wanted>,
    #[command(flatten)]
    pub(crate) accept: Accept,
    #[command(flatten)]
    pub(crate) fit: Fit,
    /// Go below the installed version, if that is what fits
    #[arg(long)]
    pub(crate) allow_downgrade: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
What asks for nothing new is updated. What does is shown, and waits for consent as with `install`: the exit code is 12
while something waits, and the installed version keeps running. An installed package of which no version can be chosen any
more, such as a blocked one, stays as it is and stops no other: the exit code is then 13, and what to do is shown.")]
pub(crate) struct Update {
    /// What to update; by default everything that was asked for
    #[arg(value_name = "ID")]
    pub(crate) packages: Vec<PackageId>,
    /// What the host is: protocol=17.0.0 or platform=17.4.0; may be given twice
    #[arg(long = "host", value_name = "KEY=VERSION")]
    pub(crate) host: Vec<HostFact>,
    #[command(flatten)]
    pub(crate) accept: Accept,
    /// Go below the installed version where nothing newer can be chosen, such as from a blocked version
    #[arg(long)]
    pub(crate) allow_downgrade: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// The package
    pub(crate) package: PackageId,
}
