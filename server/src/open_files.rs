//! How many files this process may have open, and how many connections that leaves room for: a connection is a file too, and
//! without another one no upload can begin.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;
use crate::http::STREAM_BYTES;

/// Of the program itself: its listeners, workers, log and jobs.
const OWN_FILES: u64 = 128;
/// Of a connection to the database, at most: SQLite's file, its log and the log's index.
const FILES_OF_DATABASE_CONNECTION: u64 = 4;
/// Of an upload: its spool, and the artifact that it becomes.
const FILES_OF_UPLOAD: u64 = 2;

/// Who opens how many.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// Connections that the configuration allows.
    connections: u64,
    /// Answers that are read from a file while they are sent; each has a connection.
    streams: u64,
    /// Everything else.
    work: u64,
}

impl Plan {
    fn of(config: &Config) -> Self {
        let concurrency = &config.concurrency;
        let database = u64::from(config.database.connections.unwrap_or(plimsoll_store::Config::CONNECTIONS));
        let work = OWN_FILES
            .saturating_add(database.saturating_mul(FILES_OF_DATABASE_CONNECTION))
            .saturating_add((concurrency.uploads as u64).saturating_mul(FILES_OF_UPLOAD));
        Self { connections: concurrency.connections as u64, streams: concurrency.answer_bytes / STREAM_BYTES, work }
    }

    /// How many files that needs.
    fn files(&self) -> u64 {
        self.connections.saturating_add(self.streams.min(self.connections)).saturating_add(self.work)
    }

    /// The most connections with so many files: at least one, at most as many as the configuration allows.
    fn connections_with(&self, files: u64) -> u64 {
        let left = files.saturating_sub(self.work);
        // Either there are streams for a part of the connections, or for each of them.
        (left / 2).max(left.saturating_sub(self.streams)).clamp(1, self.connections)
    }
}

/// The connections that the server may keep open: as many as the configuration says, or, with a warning, as many as the system
/// lets this process have beside its work. The soft limit of the process is raised as far as it is needed and allowed.
pub(crate) fn connections(config: &Config) -> usize {
    let plan = Plan::of(config);
    let (wanted, files) = (plan.connections, plan.files());
    let limit = raise_limit(files);
    let connections = plan.connections_with(limit);
    if connections < wanted {
        tracing::warn!(
            limit,
            connections,
            "too few open files are allowed for {wanted} connections: allow this process {files} (`ulimit -n`, or \
             `LimitNOFILE=` of systemd), or lower concurrency.connections"
        );
    }
    usize::try_from(connections).unwrap_or(usize::MAX)
}

/// Raises the soft limit of open files to so many, or as far as the hard limit allows. The limit that is in force then.
fn raise_limit(files: u64) -> u64 {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(limit) = current.filter(|limit| *limit < files) else { return current.unwrap_or(u64::MAX) };
    let higher = maximum.map_or(files, |maximum| files.min(maximum));
    match setrlimit(Resource::Nofile, Rlimit { current: Some(higher), maximum }) {
        Ok(()) => higher,
        Err(error) => {
            tracing::warn!(%error, limit, "the limit of open files could not be raised");
            limit
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_limit_takes_connections_and_leaves_the_work_its_files() {
        let plan = Plan::of(&Config::default());
        assert_eq!((plan.connections, plan.streams, plan.work), (10_000, 1024, 288));
        assert_eq!(plan.connections_with(plan.files()), 10_000);
        assert_eq!(plan.connections_with(4096), 4096 - 288 - 1024);
        assert_eq!(plan.connections_with(1024), (1024 - 288) / 2);
        assert_eq!(plan.connections_with(100), 1);
    }

    proptest! {
        #[test]
        fn what_is_open_at_once_stays_below_the_limit(
            connections in 1..20_000_u64, streams in 0..5_000_u64, work in 0..1_000_u64, limit in 1_002..50_000_u64
        ) {
            let plan = Plan { connections, streams, work };
            let fitting = Plan { connections: plan.connections_with(limit), ..plan };
            prop_assert!(fitting.files() <= limit.max(work + 2));
            prop_assert_eq!(fitting.connections == connections, plan.files() <= limit);
        }
    }
}
