//! When the reads begin that a request's resolvers have asked for: as soon as no resolver can go on without them.
//!
//! The engine polls the resolvers of a list a few at a time and comes back for the others. A loader that began at once would
//! read for those few, and so once for every few rows of a list; one that waited for a time would do so on a busy machine.
//! Whether the engine comes back is known, though: it has woken itself.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use tokio::sync::watch;
use tracing::Instrument;

/// Counts the rounds of one request. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounds(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// The number of the present round; not made before a read waits for its end, and by most subscriptions never.
    round: OnceLock<watch::Sender<u64>>,
    /// Nobody ends the rounds of a request that is not run by [`Rounds::run`]: its reads begin at once.
    ends: AtomicBool,
}

impl Rounds {
    /// Begins `read` at the end of the present round; never, when the request is gone by then.
    pub(super) fn at_end(&self, read: impl Future<Output = ()> + Send + 'static) {
        let mut round = self.0.round.get_or_init(watch::Sender::default).subscribe();
        let ends = self.0.ends.load(Ordering::Relaxed);
        let later = async move {
            if !ends || round.changed().await.is_ok() {
                read.await;
            }
        };
        tokio::spawn(later.in_current_span());
    }

    /// Runs a request.
    pub(super) async fn run<T>(&self, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        poll_fn(|cx| self.poll(cx, |cx| request.as_mut().poll(cx))).await
    }

    /// Runs a request that has many answers.
    pub(super) fn run_stream<T>(self, mut request: BoxStream<'static, T>) -> impl Stream<Item = T> + Send {
        stream::poll_fn(move |cx| self.poll(cx, |cx| request.poll_next_unpin(cx)))
    }

    fn poll<T>(&self, cx: &Context<'_>, poll: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        self.0.ends.store(true, Ordering::Relaxed);
        let wakes = Arc::new(Wakes { parent: cx.waker().clone(), woken: AtomicBool::new(false) });
        let polled = poll(&mut Context::from_waker(&Waker::from(Arc::clone(&wakes))));
        // Woken while it was polled, it is polled again: those who will ask then are waited for.
        if polled.is_pending()
            && !wakes.woken.load(Ordering::Acquire)
            && let Some(round) = self.0.round.get()
        {
            round.send_modify(|number| *number = number.wrapping_add(1));
        }
        polled
    }
}

/// Notes a wake and passes it on.
struct Wakes {
    parent: Waker,
    woken: AtomicBool,
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.parent.wake_by_ref();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::oneshot;

    use super::*;

    /// Asks for a read that writes down how many had asked by then.
    async fn ask(rounds: &Rounds, asked: &Arc<Mutex<usize>>) -> usize {
        let (send, receive) = oneshot::channel();
        *asked.lock().unwrap() += 1;
        let asked = Arc::clone(asked);
        rounds.at_end(async move { send.send(*asked.lock().unwrap()).unwrap() });
        receive.await.unwrap()
    }

    /// As the engine does: wakes itself to be polled again.
    async fn come_back() {
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Ready(())
        })
        .await;
        futures_util::pending!();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_read_begins_when_nobody_can_go_on_without_it() {
        let (rounds, asked) = (Rounds::default(), Arc::default());
        let resolver = async |yields: usize| {
            for _ in 0..yields {
                come_back().await;
            }
            ask(&rounds, &asked).await
        };
        let all = async { tokio::join!(resolver(0), resolver(1), resolver(50)) };
        assert_eq!(rounds.run(all).await, (3, 3, 3));
        // The next round.
        assert_eq!(rounds.run(resolver(2)).await, 4);
        let many = stream::once(async { 7 }).boxed();
        assert_eq!(rounds.clone().run_stream(many).collect::<Vec<_>>().await, [7]);
    }

    #[tokio::test]
    async fn without_rounds_a_read_begins_at_once_and_without_a_request_never() {
        assert_eq!(ask(&Rounds::default(), &Arc::default()).await, 1);
        let rounds = Rounds::default();
        let (send, receive) = oneshot::channel::<()>();
        let asking = rounds.clone();
        let asks = async move {
            asking.at_end(async move { send.send(()).unwrap() });
            // It could go on: the round is not over.
            come_back().await;
        };
        let mut asks = Box::pin(asks);
        let polled = poll_fn(|cx| Poll::Ready(rounds.poll(cx, |cx| asks.as_mut().poll(cx)))).await;
        assert!(polled.is_pending());
        drop((asks, rounds));
        assert!(receive.await.is_err(), "the read was dropped with its request");
    }
}
