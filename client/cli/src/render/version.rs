//! Versions, as the registry describes them.

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::{Availability, State, wire};

use super::{bytes, line, permissions, report, tier};
use crate::output::{bad, bold, good, plain, warn};

/// A state, coloured by how far it is.
pub(crate) fn state(state: State) -> String {
    match state {
        State::Approved => good(state.as_str()),
        State::Draft | State::PendingReview => warn(state.as_str()),
        State::Rejected => bad(state.as_str()),
    }
}

/// An availability, with its reason and its replacement.
pub(crate) fn availability(availability: &Availability) -> String {
    let word = match availability.status {
        AvailabilityWord::Live => good("live"),
        AvailabilityWord::Deprecated => warn("deprecated"),
        AvailabilityWord::Yanked => warn("yanked"),
        AvailabilityWord::Blocked => bad("blocked"),
    };
    let mut text = word;
    if !availability.reason.is_empty() {
        text.push_str(&format!(": {}", plain(&availability.reason)));
    }
    if let Some(replacement) = &availability.replacement {
        text.push_str(&format!("; use {} instead", plain(replacement)));
    }
    text
}

/// Who decided what, when, and why.
fn review(review: &wire::Review) -> String {
    let decision = match review.decision {
        wire::Decision::Approve => good("approved"),
        wire::Decision::Reject => bad("rejected"),
    };
    format!("{decision} by {} at {}: {}", review.by, review.at, plain(&review.reason))
}

/// A version, with its report and its review where they may be read.
pub(crate) fn version(version: &wire::Version) -> String {
    text(version, &line("Published", &version.published_at.to_string()))
}

/// A version as it would be if it were published.
pub(crate) fn would_be(version: &wire::Version) -> String {
    text(version, "")
}

fn text(version: &wire::Version, published: &str) -> String {
    let mut text = format!("{} {}\n", bold(version.package.as_str()), bold(&version.version.to_string()));
    text.push_str(&line("State", &state(version.state)));
    text.push_str(&line("Availability", &availability(&version.availability)));
    text.push_str(&line("Visibility", version.visibility.as_str()));
    text.push_str(&line("Type", version.r#type.as_str()));
    text.push_str(&line("Tier", &format!("{} ({})", tier(version.tier), version.tier.in_words())));
    text.push_str(&line("Publisher", version.publisher.as_str()));
    text.push_str(&line("Artifact", &format!("sha256 {}, {}", version.sha256, bytes(version.size))));
    text.push_str(published);
    if !version.permissions.is_empty() {
        text.push_str(&line("Asks to", ""));
        text.push_str(&permissions(&version.permissions, "    "));
    }
    if let Some(notes) = &version.notes {
        text.push_str(&line("Notes", &plain(notes)));
    }
    if let Some(decided) = &version.review {
        text.push_str(&line("Review", &review(decided)));
    }
    if let Some(gate) = &version.report {
        text.push_str(&report(gate));
    }
    text
}
