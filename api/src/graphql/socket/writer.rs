//! The only one who writes to a socket.

use std::time::Duration;

use axum::extract::ws::Message;
use futures_util::{Sink, SinkExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::closing::Closing;

/// How patient a socket is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Who does not say who they are in this time is sent away.
    pub(super) init: Duration,
    /// Who does not read for this time is dropped.
    pub(super) write: Duration,
}

/// In production.
pub(super) const PATIENCE: Patience = Patience { init: Duration::from_secs(10), write: Duration::from_secs(10) };
/// At the end nobody waits that long.
const GOODBYE_LIMIT: Duration = Duration::from_secs(1);

/// Writes what is queued until the queue ends, the process stops, or the other side is too slow. The last thing it writes
/// is a close frame.
pub(super) async fn write(
    mut queue: Receiver<Message>,
    mut sink: impl Sink<Message> + Unpin,
    closing: Closing,
    stop: CancellationToken,
    patience: Patience,
) {
    let init_deadline = Instant::now() + patience.init;
    let mut initialised = false;
    let last = loop {
        let message = tokio::select! {
            biased;
            () = stop.cancelled() => break closing.restart(),
            message = queue.recv() => message,
            () = sleep_until(init_deadline), if !initialised => {
                initialised = closing.is_initialised();
                if initialised {
                    continue;
                }
                break closing.init_timeout();
            }
        };
        match message {
            None => break closing.at_end(),
            Some(Message::Close(frame)) => break frame.map_or_else(|| closing.at_end(), |f| closing.translate(f.code)),
            Some(message) => {
                if !matches!(timeout(patience.write, sink.send(message)).await, Ok(Ok(()))) {
                    return;
                }
            }
        }
    };
    // The other side may be gone already; then there is nobody to say goodbye to.
    let _ = timeout(GOODBYE_LIMIT, sink.send(Message::Close(Some(last)))).await;
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio::task::JoinHandle;
    use tokio_util::sync::PollSender;

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_secs(600);

    struct Socket {
        queue: mpsc::Sender<Message>,
        written: mpsc::Receiver<Message>,
        closing: Closing,
        stop: CancellationToken,
        writer: JoinHandle<()>,
    }

    fn socket(init: Duration, write: Duration) -> Socket {
        let (queue, receiver) = mpsc::channel(8);
        // One message is taken by the other side without its reading.
        let (sink, written) = mpsc::channel(1);
        let (closing, stop) = (Closing::default(), CancellationToken::new());
        let patience = Patience { init, write };
        let writer = super::write(receiver, PollSender::new(sink), closing.clone(), stop.clone(), patience);
        Socket { queue, written, closing, stop, writer: tokio::spawn(writer) }
    }

    async fn close_code(mut socket: Socket) -> Option<u16> {
        loop {
            if let Message::Close(frame) = socket.written.recv().await? {
                return frame.map(|f| f.code);
            }
        }
    }

    #[tokio::test]
    async fn who_does_not_say_who_they_are_is_sent_away() {
        let started = Instant::now();
        assert_eq!(close_code(socket(SHORT, LONG)).await, Some(4408));
        assert!(started.elapsed() >= SHORT);
    }

    #[tokio::test]
    async fn who_did_may_stay_until_the_process_stops() {
        let mut socket = socket(SHORT, LONG);
        socket.closing.initialised();
        // Longer than the deadline, told by the clock that the writer waits for.
        tokio::time::sleep(SHORT * 2).await;
        socket.queue.send(Message::text("still there")).await.expect("open");
        assert_eq!(socket.written.recv().await, Some(Message::text("still there")));
        socket.stop.cancel();
        assert_eq!(close_code(socket).await, Some(1012));
    }

    #[tokio::test]
    async fn who_does_not_read_is_dropped() {
        let socket = socket(LONG, SHORT);
        for _ in 0..2 {
            socket.queue.send(Message::text("x")).await.expect("room");
        }
        let started = Instant::now();
        socket.writer.await.expect("ended");
        assert!(started.elapsed() >= SHORT / 2);
    }

    #[tokio::test]
    async fn the_last_words_are_written_before_the_goodbye() {
        let mut socket = socket(LONG, LONG);
        socket.closing.initialised();
        socket.queue.send(Message::text("x")).await.expect("room");
        drop(std::mem::replace(&mut socket.queue, mpsc::channel(1).0));
        assert_eq!(socket.written.recv().await, Some(Message::text("x")));
        assert_eq!(close_code(socket).await, Some(1000));
    }
}
