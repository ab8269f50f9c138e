//! A future whose log lines name the request it belongs to.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Makes its span anew each time it is polled: a span that lives as long as a socket would cost more than a kilobyte, and
/// an idle one is polled every few seconds.
pub(super) struct Traced<F> {
    request_id: Arc<str>,
    inner: Pin<Box<F>>,
}

impl<F> Traced<F> {
    pub(super) fn new(request_id: Arc<str>, inner: F) -> Traced<F> {
        Traced { request_id, inner: Box::pin(inner) }
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = tracing::error_span!("websocket", request_id = %self.request_id).entered();
        self.inner.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("whole").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn what_is_logged_names_the_request_also_after_a_wait() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::ERROR);
        let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
        Traced::new("r-1".into(), async {
            tokio::task::yield_now().await;
            tracing::error!("the cause");
        })
        .await;
        let text = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
        assert!(text.contains("the cause") && text.contains("\"request_id\":\"r-1\""), "{text}");
    }
}
