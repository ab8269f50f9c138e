//! What is open at this moment. Each count goes back to 0 when its things are dropped, however they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The counts of one process. Cheap to clone; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    sockets: AtomicUsize,
    operations: AtomicUsize,
    event_streams: AtomicUsize,
    waits: AtomicUsize,
}

/// One thing that is open, until it is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    counts: Arc<Counts>,
    which: fn(&Counts) -> &AtomicUsize,
}

impl Live {
    /// Websockets, from the upgrade to the end of the connection.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.0.sockets.load(Ordering::Relaxed)
    }

    /// Operations that run on websockets.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.0.operations.load(Ordering::Relaxed)
    }

    /// Operations that are answered by server-sent events.
    #[must_use]
    pub fn event_streams(&self) -> usize {
        self.0.event_streams.load(Ordering::Relaxed)
    }

    /// REST requests that wait for a task (`Prefer: wait`).
    #[must_use]
    pub fn waits(&self) -> usize {
        self.0.waits.load(Ordering::Relaxed)
    }

    pub(crate) fn socket(&self) -> Open {
        self.open(|counts| &counts.sockets)
    }

    pub(crate) fn operation(&self) -> Open {
        self.open(|counts| &counts.operations)
    }

    pub(crate) fn event_stream(&self) -> Open {
        self.open(|counts| &counts.event_streams)
    }

    pub(crate) fn wait(&self) -> Open {
        self.open(|counts| &counts.waits)
    }

    fn open(&self, which: fn(&Counts) -> &AtomicUsize) -> Open {
        which(&self.0).fetch_add(1, Ordering::Relaxed);
        Open { counts: Arc::clone(&self.0), which }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        (self.which)(&self.counts).fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted_by_itself_and_until_it_is_dropped() {
        let live = Live::default();
        let (socket, first, second) = (live.socket(), live.clone().operation(), live.operation());
        let (stream, wait) = (live.event_stream(), live.wait());
        assert_eq!((live.sockets(), live.operations(), live.event_streams(), live.waits()), (1, 2, 1, 1));
        drop((socket, first, stream, wait));
        assert_eq!((live.sockets(), live.operations(), live.event_streams(), live.waits()), (0, 1, 0, 0));
        drop(second);
        assert_eq!(live.operations(), 0);
    }
}
