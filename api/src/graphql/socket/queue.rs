//! The way from the operations of a socket to its writer: short, in turn, and small. (A channel of tokio's takes most of a
//! kilobyte for each socket, also when it is empty.)

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, Semaphore};

/// A queue of at most so many items. Cheap to clone; clones are the same queue.
#[derive(Debug)]
pub(super) struct Queue<T>(Arc<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    /// Gives room to whoever waits longest.
    room: Semaphore,
    items: Mutex<VecDeque<T>>,
    filled: Notify,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Queue(Arc::clone(&self.0))
    }
}

impl<T> Queue<T> {
    /// An empty queue.
    pub(super) fn bounded(items: usize) -> Queue<T> {
        Queue(Arc::new(Inner { room: Semaphore::new(items), items: Mutex::default(), filled: Notify::new() }))
    }

    /// Puts an item at the end, once there is room.
    pub(super) async fn push(&self, item: T) {
        // Nobody closes the semaphore. The room is given back by `pop`.
        if let Ok(room) = self.0.room.acquire().await {
            room.forget();
        }
        self.items().push_back(item);
        self.0.filled.notify_one();
    }

    /// Takes the first item, once there is one. There is one reader.
    pub(super) async fn pop(&self) -> T {
        loop {
            if let Some(item) = self.try_pop() {
                return item;
            }
            self.0.filled.notified().await;
        }
    }

    fn try_pop(&self) -> Option<T> {
        let mut items = self.items();
        let item = items.pop_front()?;
        if items.is_empty() {
            // An idle queue holds nothing.
            *items = VecDeque::new();
        }
        self.0.room.add_permits(1);
        Some(item)
    }

    fn items(&self) -> MutexGuard<'_, VecDeque<T>> {
        // Every change under the lock is a single one: poisoned or not, it is whole.
        self.0.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn items_come_in_their_order_and_those_who_wait_in_theirs() {
        let queue = Queue::bounded(2);
        queue.push(1).await;
        queue.push(2).await;
        let (mut third, mut fourth) = (Box::pin(queue.push(3)), Box::pin(queue.push(4)));
        assert!(third.as_mut().now_or_never().is_none() && fourth.as_mut().now_or_never().is_none());
        assert_eq!(queue.pop().await, 1);
        // One has become free, for the one who waits longest.
        assert!(fourth.as_mut().now_or_never().is_none());
        third.await;
        assert_eq!((queue.pop().await, queue.pop().await), (2, 3));
        fourth.await;
        assert_eq!(queue.pop().await, 4);
        assert!(queue.pop().now_or_never().is_none());
    }

    #[tokio::test]
    async fn who_stops_waiting_takes_no_room() {
        let queue = Queue::bounded(1);
        queue.push(1).await;
        assert_eq!(Box::pin(queue.push(2)).now_or_never(), None);
        assert_eq!(queue.pop().await, 1);
        queue.push(3).await;
        assert_eq!(queue.pop().await, 3);
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let queue = Queue::bounded(1);
        let reader = tokio::spawn({
            let queue = queue.clone();
            async move { (queue.pop().await, queue.pop().await) }
        });
        queue.push(1).await;
        queue.push(2).await;
        assert_eq!(reader.await.unwrap(), (1, 2));
    }
}
