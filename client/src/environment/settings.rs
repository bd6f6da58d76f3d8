//! What an environment accepts.

use plimsoll_core::range::HostProfile;
use plimsoll_core::wire::IndexDocument;
use plimsoll_core::{Tier, Visibility};
use plimsoll_trust::statement::Approval;

use crate::Error;

/// The highest tier that an environment accepts. It only lowers what the registry assigned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThirdPartyCode {
    /// No code at all: `declarative` alone.
    Deny,
    /// Up to `sandbox`.
    Sandbox,
    /// Up to `out-of-process`.
    OutOfProcess,
    /// Every tier; each is still asked for at install.
    #[default]
    InProcess,
}

impl ThirdPartyCode {
    /// The highest tier that is accepted.
    pub fn highest_tier(self) -> Tier {
        match self {
            Self::Deny => Tier::Declarative,
            Self::Sandbox => Tier::Sandbox,
            Self::OutOfProcess => Tier::OutOfProcess,
            Self::InProcess => Tier::InProcess,
        }
    }
}

/// The settings of an environment, in `settings.json`. A person or an operator's tool edits them; the client only reads.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// Which code may run.
    pub third_party_code: ThirdPartyCode,
    /// The narrowest audience whose versions are accepted. `marketplace` accepts nothing but what was approved for everybody.
    ///
    /// Versions for a narrower audience are accepted only from an index document that the registry gave to a token, so
    /// without a token this is `marketplace` whatever it says.
    pub narrowest_audience: Visibility,
    /// What the host is: `protocol` and `platform` versions, for compatibility.
    pub host: HostProfile,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            third_party_code: ThirdPartyCode::default(),
            narrowest_audience: Visibility::Private,
            host: HostProfile::default(),
        }
    }
}

impl Settings {
    /// The part of an index document that this environment is provisioned for: what is approved for a wide enough audience.
    pub(crate) fn provisioned(&self, document: &IndexDocument) -> Result<IndexDocument, Error> {
        let mut provisioned = document.clone();
        provisioned.versions.retain(|version| version.audience >= self.narrowest_audience);
        if provisioned.versions.is_empty() && !document.versions.is_empty() {
            return Err(Error::AudienceTooNarrow {
                package: document.package.clone(),
                accepted: self.narrowest_audience,
            });
        }
        Ok(provisioned)
    }

    /// Refuses a tier above what is accepted, and an audience below.
    pub(crate) fn accept(&self, approval: &Approval) -> Result<(), Error> {
        let Approval { package, version, tier, audience, .. } = approval;
        let accepted = self.third_party_code.highest_tier();
        if *tier > accepted {
            let (package, version) = (package.clone(), version.clone());
            return Err(Error::TierNotAccepted { package, version, tier: *tier, accepted });
        }
        if *audience < self.narrowest_audience {
            return Err(Error::AudienceNotAccepted {
                package: package.clone(),
                version: version.clone(),
                audience: *audience,
                accepted: self.narrowest_audience,
            });
        }
        Ok(())
    }
}
