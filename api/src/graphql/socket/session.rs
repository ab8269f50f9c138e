//! The life of one socket: it reads what the client says, begins and ends operations, and is the only one who writes.

use std::any::TypeId;
use std::future::{Future, pending};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Data, Executor, Request, ServerError};
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, Sleep, sleep};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_util::sync::CancellationToken;

use super::ending::Ending;
use super::message::{ClientMessage, ServerMessage};
use super::operation::{Operation, Outgoing, Running};
use super::queue::Queue;
use super::traced::Traced;
use super::wire::{Unwritten, Wire};
use crate::access::Session as Credentials;
use crate::config::Config;
use crate::error::{ApiError, Code};
use crate::live::{Live, Open};

/// Most operations that run at a time on one socket.
const MAX_OPERATIONS: usize = 20;
/// Messages of operations that wait for the writer; each operation holds one more.
const QUEUE: usize = 4;
/// Most pings and pongs, the protocol's and the websocket's together, between two of our pings.
const MAX_PINGS: u32 = 100;
/// What the slowest client receives that is not taken for a silent one: half a megabit a second.
const SLOW_BYTES_PER_SECOND: usize = 64 * 1024;

/// What a client is known by once it has shown who it is: the data of each of its operations.
type Session = Arc<Data>;
type Authentication = Pin<Box<dyn Future<Output = Result<Session, ApiError>> + Send>>;
/// Finds out by the payload of `connection_init` who the client is.
type Authenticate = Box<dyn FnOnce(Map<String, Value>) -> Authentication + Send>;

/// What a socket needs of the process.
pub(super) struct Context<E> {
    /// Executes operations.
    pub(super) executor: E,
    pub(super) authenticate: Authenticate,
    /// Of the upgrade.
    pub(super) request_id: Arc<str>,
    pub(super) config: Arc<Config>,
    /// Cancelled when the process stops.
    pub(super) stop: CancellationToken,
    pub(super) live: Live,
}

/// How a socket ends.
enum End {
    /// With a goodbye.
    Close(Ending),
    /// With a goodbye: the process stops, or the credentials are not good any more.
    Ended,
    /// Without: the client is gone, or has closed.
    Gone,
}

impl From<Ending> for End {
    fn from(ending: Ending) -> End {
        End::Close(ending)
    }
}

impl From<Unwritten> for End {
    fn from(unwritten: Unwritten) -> End {
        match unwritten {
            Unwritten::Gone => End::Gone,
            Unwritten::Ended => End::Ended,
        }
    }
}

/// How far the client has shown who it is.
enum Phase {
    Waiting(Authenticate),
    Authenticating(Authentication),
    Ready(Session),
}

impl Phase {
    /// Who the client is, once that is found out.
    async fn authenticated(&mut self) -> Result<Session, ApiError> {
        match self {
            Phase::Authenticating(authentication) => authentication.await,
            Phase::Waiting(_) | Phase::Ready(_) => pending().await,
        }
    }
}

/// What happens next.
enum Event {
    Ended,
    Tick,
    Authenticated(Result<Session, ApiError>),
    Out(Outgoing),
    In(Option<Result<Message, Error>>),
}

/// One socket. On the heap, so that the task around it stays small.
pub(super) struct Driver<E, S> {
    wire: Wire<S>,
    executor: E,
    phase: Phase,
    operations: Vec<(Box<str>, u64, Running)>,
    begun: u64,
    queue: Queue<Outgoing>,
    request_id: Arc<str>,
    config: Arc<Config>,
    timer: Pin<Box<Sleep>>,
    heard: Instant,
    pings: u32,
    stop: CancellationToken,
    /// Cancelled when the process stops, and once the client is known, when its credentials are not good any more.
    ended: CancellationToken,
    live: Live,
    _counted: Open,
}

impl<E, S> Driver<E, S>
where
    E: Executor,
    S: AsyncRead + AsyncWrite + Unpin,
{
    /// A client that was let in by the handshake and has said nothing yet.
    pub(super) fn new(wire: Wire<S>, context: Context<E>) -> Box<Self> {
        let Context { executor, authenticate, request_id, config, stop, live } = context;
        Box::new(Driver {
            wire,
            executor,
            phase: Phase::Waiting(authenticate),
            operations: Vec::new(),
            begun: 0,
            queue: Queue::bounded(QUEUE),
            request_id,
            timer: Box::pin(sleep(config.patience.init)),
            config,
            heard: Instant::now(),
            pings: 0,
            ended: stop.clone(),
            stop,
            _counted: live.socket(),
            live,
        })
    }

    /// Serves the client until it goes, does what it must not, or the process stops.
    pub(super) async fn serve(mut self: Box<Self>) {
        let end = loop {
            if let ControlFlow::Break(end) = self.step().await {
                break end;
            }
        };
        // Ends them before the goodbye, which may take a moment.
        self.operations.clear();
        let ending = match end {
            End::Close(ending) => Some(ending),
            // (A token is seen to be cancelled no later than those below it.)
            End::Ended if self.stop.is_cancelled() => Some(Ending::RESTART),
            End::Ended => Some(Ending::REVOKED),
            End::Gone => None,
        };
        if let Some(ending) = ending {
            tracing::debug!(code = ending.code, "a websocket is closed");
            Box::pin(self.wire.close(ending)).await;
        }
    }

    async fn step(&mut self) -> ControlFlow<End> {
        let event = self.event().await;
        // Boxed: an idle socket keeps no room for what is done at an event.
        match Box::pin(self.act(event)).await {
            Ok(()) => ControlFlow::Continue(()),
            Err(end) => ControlFlow::Break(end),
        }
    }

    async fn act(&mut self, event: Event) -> Result<(), End> {
        match event {
            Event::Ended => Err(End::Ended),
            Event::Tick => self.tick().await,
            Event::Authenticated(result) => self.authenticated(result).await,
            Event::Out(out) => self.pass_on(out).await,
            Event::In(Some(Ok(message))) => self.hear(message).await,
            Event::In(Some(Err(error))) => Err(Ending::unreadable(&error).map_or(End::Gone, End::Close)),
            Event::In(None) => Err(End::Gone),
        }
    }

    /// Chosen by lot among what is ready, so that neither a busy client nor a busy operation shuts the other out.
    async fn event(&mut self) -> Event {
        tokio::select! {
            () = self.ended.cancelled() => Event::Ended,
            () = self.timer.as_mut() => Event::Tick,
            result = self.phase.authenticated() => Event::Authenticated(result),
            out = self.queue.pop() => Event::Out(out),
            message = self.wire.read() => Event::In(message),
        }
    }

    async fn tick(&mut self) -> Result<(), End> {
        if matches!(self.phase, Phase::Waiting(_)) {
            return Err(Ending::INIT_TIMEOUT.into());
        }
        let now = Instant::now();
        let silent_at = self.heard + self.config.patience.silence;
        if now >= silent_at {
            return Err(Ending::SILENT.into());
        }
        self.pings = 0;
        self.timer.as_mut().reset(silent_at.min(now + self.config.patience.ping));
        Ok(self.wire.ping(&self.ended).await?)
    }

    async fn authenticated(&mut self, result: Result<Session, ApiError>) -> Result<(), End> {
        let session = result.map_err(|error| Ending::init_failed(&error))?;
        let credentials = session.get(&TypeId::of::<Credentials>()).and_then(|data| data.downcast_ref::<Credentials>());
        if let Some(credentials) = credentials {
            self.ended = credentials.ended().clone();
        }
        self.phase = Phase::Ready(session);
        self.say(&ServerMessage::ConnectionAck).await
    }

    /// Writes an operation's message, unless the client has ended the operation meanwhile.
    async fn pass_on(&mut self, out: Outgoing) -> Result<(), End> {
        let Some(at) = self.operations.iter().position(|(_, serial, _)| *serial == out.serial) else { return Ok(()) };
        if out.last {
            // Its id is free before the client hears that it is.
            self.operations.swap_remove(at);
        }
        self.write(out.text).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.heard = self.heard.max(Instant::now());
        match message {
            Message::Text(text) => self.obey(ClientMessage::parse(&text).map_err(Ending::bad_message)?).await,
            Message::Binary(_) => Err(Ending::BINARY.into()),
            Message::Ping(_) | Message::Pong(_) => self.pinged(),
            // The library has answered it; the next message is the end.
            Message::Close(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn obey(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit(payload) => self.init(payload),
            ClientMessage::Ping(payload) => {
                self.pinged()?;
                self.say(&ServerMessage::Pong { payload }).await
            }
            ClientMessage::Pong => self.pinged(),
            ClientMessage::Subscribe { id, request } => self.subscribe(id, request).await,
            ClientMessage::Complete { id } => {
                self.operations.retain(|(running, ..)| *running != id);
                Ok(())
            }
        }
    }

    fn pinged(&mut self) -> Result<(), End> {
        self.pings += 1;
        if self.pings > MAX_PINGS { Err(Ending::TOO_MANY_PINGS.into()) } else { Ok(()) }
    }

    fn init(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        match std::mem::replace(&mut self.phase, Phase::Authenticating(Box::pin(pending()))) {
            Phase::Waiting(authenticate) => {
                self.phase = Phase::Authenticating(authenticate(payload));
                self.timer.as_mut().reset(Instant::now() + self.config.patience.ping);
                Ok(())
            }
            Phase::Authenticating(_) | Phase::Ready(_) => Err(Ending::TOO_MANY_INITS.into()),
        }
    }

    async fn subscribe(&mut self, id: Box<str>, request: Box<Request>) -> Result<(), End> {
        let Phase::Ready(session) = &self.phase else { return Err(Ending::UNAUTHORIZED.into()) };
        if self.operations.iter().any(|(running, ..)| *running == id) {
            return Err(Ending::duplicate(&id).into());
        }
        if self.operations.len() >= MAX_OPERATIONS {
            let error = ApiError::new(Code::TooManyOperations, format!("{MAX_OPERATIONS} operations run on this socket already"));
            return self.say(&ServerMessage::Error { id: &id, payload: &[ServerError::from(&error)] }).await;
        }
        self.begun += 1;
        let serial = self.begun;
        let operation = Operation { id: id.clone(), serial, out: self.queue.clone(), _counted: self.live.operation() };
        let task = operation.run(self.executor.clone(), request, Arc::clone(session));
        let running = Running::spawn(Traced::new(Arc::clone(&self.request_id), task));
        self.operations.push((id, serial, running));
        Ok(())
    }

    async fn say(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        let text = message.text().map_err(|_| Ending::init_failed(&ApiError::internal()))?;
        self.write(text).await
    }

    /// While something is written nothing is read, and a ping gets no further than what lies before it: for that time, and
    /// for as long as a slow client needs to receive the text, its silence says nothing. (How much lies on the way the
    /// connection does not tell; a system's buffers may hold megabytes.)
    async fn write(&mut self, text: String) -> Result<(), End> {
        let on_its_way = Duration::from_secs(u64::try_from(text.len() / SLOW_BYTES_PER_SECOND).unwrap_or_default());
        let begun = Instant::now();
        self.wire.text(text, &self.ended).await?;
        let now = Instant::now();
        let heard = self.heard + (now - begun) + on_its_way;
        // Never further ahead than this text alone allows: who is gone is noticed, however much was sent before.
        self.heard = self.heard.max(heard.min(now + on_its_way));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
