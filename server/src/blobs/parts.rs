//! The memory for bytes on their way to the artifact store: a fixed number of buffers, used again and again. So it does not
//! grow with the uploads, and the allocator, which would keep freed pieces of this size, never sees them freed.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// The buffers.
pub(super) struct Parts {
    free: Arc<Mutex<Vec<Vec<u8>>>>,
    permits: Arc<Semaphore>,
}

/// A buffer in use. It is free again when the last [`Bytes`] made of it is dropped.
pub(super) struct Part {
    pub(super) buffer: Vec<u8>,
    free: Arc<Mutex<Vec<Vec<u8>>>>,
    _permit: OwnedSemaphorePermit,
}

impl Parts {
    /// At most `count` buffers, each made when it is first needed.
    pub(super) fn new(count: usize) -> Self {
        Self { free: Arc::default(), permits: Arc::new(Semaphore::new(count)) }
    }

    /// Waits for an empty buffer.
    pub(super) async fn take(&self) -> Result<Part, AcquireError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let buffer = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        Ok(Part { buffer, free: Arc::clone(&self.free), _permit: permit })
    }
}

impl From<Part> for Bytes {
    fn from(part: Part) -> Self {
        Self::from_owner(part)
    }
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}
