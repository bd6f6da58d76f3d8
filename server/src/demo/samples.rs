//! The sample packages, in the order in which they are published, and what becomes of each.

use super::cast::{ACME, EXAMPLE, NORTHWIND, Publisher};

/// A version that the demonstration publishes.
pub(super) struct Sample {
    pub(super) package: &'static Package,
    /// The manifest, as its author wrote it.
    pub(super) manifest: &'static str,
    pub(super) fate: Fate,
}

/// What the versions of a package share.
pub(super) struct Package {
    pub(super) publisher: &'static Publisher,
    pub(super) category: &'static str,
    pub(super) readme: &'static str,
    /// An SVG image.
    pub(super) icon: &'static str,
    /// The other members: path and content.
    pub(super) members: &'static [(&'static str, &'static str)],
}

/// What becomes of a version once it is published.
pub(super) enum Fate {
    /// A reviewer approves it.
    Listed,
    /// It waits for the reader of the tour to review it.
    Waiting,
    /// It is approved, and later its publisher advises against it.
    Deprecated { reason: &'static str, replacement: &'static str },
    /// It is approved, and later its publisher takes it back.
    Yanked { reason: &'static str },
}

macro_rules! file {
    ($path:literal) => {
        include_str!(concat!("samples/", $path))
    };
}

const THEME_DUSK: Package = Package {
    publisher: &EXAMPLE,
    category: "themes",
    readme: file!("theme-dusk/README.md"),
    icon: file!("theme-dusk/icon.svg"),
    members: &[("assets/dusk.css", file!("theme-dusk/dusk.css"))],
};

const VAT_CHECK: Package = Package {
    publisher: &ACME,
    category: "finance",
    readme: file!("vat-check/README.md"),
    icon: file!("vat-check/icon.svg"),
    members: &[("dist/index.mjs", file!("vat-check/index.mjs"))],
};

const FX_RATES: Package = Package {
    publisher: &ACME,
    category: "finance",
    readme: file!("fx-rates/README.md"),
    icon: file!("fx-rates/icon.svg"),
    members: &[("dist/index.mjs", file!("fx-rates/index.mjs"))],
};

const WAREHOUSE_DRIVER: Package = Package {
    publisher: &NORTHWIND,
    category: "data",
    readme: file!("warehouse-driver/README.md"),
    icon: file!("warehouse-driver/icon.svg"),
    members: &[("dist/index.mjs", file!("warehouse-driver/index.mjs"))],
};

const MEETING_NOTES: Package = Package {
    publisher: &EXAMPLE,
    category: "office",
    readme: file!("meeting-notes/README.md"),
    icon: file!("meeting-notes/icon.svg"),
    members: &[("dist/objectstack.json", file!("meeting-notes/objectstack.json"))],
};

const CRM: Package = Package {
    publisher: &ACME,
    category: "crm",
    readme: file!("crm/README.md"),
    icon: file!("crm/icon.svg"),
    members: &[("dist/objectstack.json", file!("crm/objectstack.json"))],
};

const MAIL_MERGE: Package = Package {
    publisher: &EXAMPLE,
    category: "office",
    readme: file!("mail-merge/README.md"),
    icon: file!("mail-merge/icon.svg"),
    members: &[("dist/index.mjs", file!("mail-merge/index.mjs"))],
};

/// Every sample. What an App bundles comes before the App.
pub(super) const SAMPLES: [Sample; 10] = [
    Sample {
        package: &THEME_DUSK,
        manifest: file!("theme-dusk/0.9.0.json"),
        fate: Fate::Yanked { reason: "Texts cannot be read on small screens." },
    },
    Sample { package: &THEME_DUSK, manifest: file!("theme-dusk/1.0.0.json"), fate: Fate::Listed },
    Sample {
        package: &VAT_CHECK,
        manifest: file!("vat-check/0.9.0.json"),
        fate: Fate::Deprecated { reason: "It knows fewer countries.", replacement: "com.acme.vat-check@1.0.0" },
    },
    Sample { package: &VAT_CHECK, manifest: file!("vat-check/1.0.0.json"), fate: Fate::Listed },
    Sample { package: &FX_RATES, manifest: file!("fx-rates/1.0.0.json"), fate: Fate::Listed },
    Sample { package: &WAREHOUSE_DRIVER, manifest: file!("warehouse-driver/2.0.0.json"), fate: Fate::Listed },
    Sample { package: &MEETING_NOTES, manifest: file!("meeting-notes/1.0.0.json"), fate: Fate::Listed },
    Sample { package: &CRM, manifest: file!("crm/1.0.0.json"), fate: Fate::Listed },
    Sample { package: &FX_RATES, manifest: file!("fx-rates/1.1.0.json"), fate: Fate::Waiting },
    Sample { package: &MAIL_MERGE, manifest: file!("mail-merge/0.1.0.json"), fate: Fate::Waiting },
];
