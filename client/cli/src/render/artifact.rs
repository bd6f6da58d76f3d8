//! What can be said of an artifact without a registry.

use std::io::{Read, Seek, SeekFrom};

use plimsoll_core::artifact::{self, ArtifactError, Inspection, Member};
use plimsoll_core::digest::Hasher;
use plimsoll_core::{Digest, Limits, PackageId, PackageType, Permissions, Tier, Version, gate};
use serde::Serialize;

use super::{bytes, line};
use crate::failure::Failure;
use crate::output::{dim, plain, table};
