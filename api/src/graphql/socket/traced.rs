//! A future whose log lines name the request it belongs to.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tracing::span::EnteredSpan;

/// Makes its span anew each time it is polled: a span that lives as long as a socket would cost more than a kilobyte, and
/// an idle one is polled every few seconds.
pub(super) struct Traced<F> {
    request_id: Arc<str>,
    /// There until this is dropped.
    inner: Option<Pin<Box<F>>>,
}

impl<F> Traced<F> {
    pub(super) fn new(request_id: Arc<str>, inner: F) -> Traced<F> {
        Traced { request_id, inner: Some(Box::pin(inner)) }
    }

    fn entered(&self) -> EnteredSpan {
        tracing::error_span!("websocket", request_id = %self.request_id).entered()
    }
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _entered = self.entered();
        match &mut self.inner {
            Some(inner) => inner.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

impl<F> Drop for Traced<F> {
    /// What ends with it has something to say as well.
    fn drop(&mut self) {
        let _entered = self.entered();
        self.inner = None;
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
        struct Ends;
        impl Drop for Ends {
            fn drop(&mut self) {
                tracing::error!("the end");
            }
        }
        Traced::new("r-1".into(), async {
            tokio::task::yield_now().await;
            tracing::error!("the cause");
        })
        .await;
        let ends = Ends;
        drop(Traced::new("r-1".into(), async move { drop(ends) }));
        let text = String::from_utf8(log.0.lock().expect("whole").clone()).expect("text");
        for (line, said) in text.lines().zip(["the cause", "the end"]) {
            assert!(line.contains(said) && line.contains("\"request_id\":\"r-1\""), "{text}");
        }
        assert_eq!(text.lines().count(), 2);
    }
}
