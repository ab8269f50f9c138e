//! A websocket's two directions, with bounds on what either may hold.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use super::ending::Ending;

/// Largest message from a client.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// A socket's first buffer, and most that is read at once. (From 1,024 on the library would never go below it again.)
const READ_BUFFER_BYTES: usize = 128;
/// The buffer of a message longer than this is given back once the message is done with.
const KEPT_BUFFER_BYTES: usize = 128;
/// What is longer is sent in several frames: the library keeps a buffer as large as the largest frame it ever wrote.
const FRAME_BYTES: usize = 4 * 1024;
/// How long a client may take to notice that its socket is closed.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);

/// Why something was not written, or not to its end.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// The client takes nothing or is gone: there is nobody to talk to.
    Gone,
    /// There is only a goodbye left to say.
    Ended,
}

/// One websocket.
pub(super) struct Wire<S> {
    inner: WebSocketStream<S>,
    /// How long a client may take nothing.
    write_limit: Duration,
    held: Option<Message>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// Takes over a connection after the handshake.
    pub(super) async fn new(io: S, write_limit: Duration) -> Wire<S> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(4 * FRAME_BYTES)
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let inner = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Wire { inner, write_limit, held: None }
    }

    /// The next message; `None` at the end. Pings are answered by the library.
    pub(super) async fn read(&mut self) -> Option<Result<Message, Error>> {
        let message = std::future::poll_fn(|cx| {
            let message = self.inner.poll_next_unpin(cx);
            // Held until the library has asked for the next message: it would take over the buffer of a long one for good.
            self.held = None;
            message
        })
        .await;
        if let Some(Ok(message)) = &message
            && message.len() > KEPT_BUFFER_BYTES
        {
            self.held = Some(message.clone());
        }
        message
    }

    /// Writes a text, until `ended` is cancelled. A slow client may take minutes for a long one, and what ends its socket
    /// must not wait for that: a close frame may stand between two fragments of a message (RFC 6455, 5.4).
    ///
    /// # Errors
    /// `Gone`: the client is, or took nothing for too long; `Ended`: some of it was left unwritten.
    pub(super) async fn text(&mut self, text: String, ended: &CancellationToken) -> Result<(), Unwritten> {
        let mut rest = Bytes::from(text);
        let mut kind = Data::Text;
        loop {
            if ended.is_cancelled() {
                return Err(Unwritten::Ended);
            }
            let frame = rest.split_to(rest.len().min(FRAME_BYTES));
            self.send(Message::Frame(Frame::message(frame, OpCode::Data(kind), rest.is_empty())), ended).await?;
            if rest.is_empty() {
                return Ok(());
            }
            kind = Data::Continue;
        }
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// `Gone`, as for [`Wire::text`].
    pub(super) async fn ping(&mut self, ended: &CancellationToken) -> Result<(), Unwritten> {
        self.send(Message::Ping(Bytes::new()), ended).await
    }

    /// Once `ended` is cancelled, the frame has no longer than a goodbye has: in the middle of one there can be none.
    async fn send(&mut self, message: Message, ended: &CancellationToken) -> Result<(), Unwritten> {
        tokio::select! {
            sent = self.inner.send(message) => sent.map_err(|_| Unwritten::Gone),
            () = sleep(self.write_limit) => Err(Unwritten::Gone),
            () = async { ended.cancelled().await; sleep(GOODBYE).await } => Err(Unwritten::Gone),
        }
    }

    /// Says why, and waits until the client has heard it: a connection that is dropped while something lies unread is
    /// reset, and with it goes the close frame.
    pub(super) async fn close(&mut self, ending: Ending) {
        let goodbye = async {
            self.inner.send(Message::Close(Some(ending.into_frame()))).await?;
            // From here on what comes is not looked at.
            let io = self.inner.get_mut();
            io.shutdown().await?;
            let mut ignored = [0; 256];
            while io.read(&mut ignored).await? > 0 {}
            Ok::<_, Error>(())
        };
        // Who is gone or does not read is not waited for any longer.
        let _ = timeout(GOODBYE, goodbye).await;
    }
}
