//! Clients that take what they are sent slowly, or not at all.

use tokio::io::{AsyncWriteExt, copy, split};

use super::*;

/// What goes at once over a slow line.
const PUMPED_BYTES: usize = 4 * 1024;

impl Pair {
    /// A connection that was acknowledged, with buffers of so many bytes on the way to a client that gets so much of them in a second.
    async fn slow(buffered: usize, bytes_per_second: u32) -> Pair {
        let ((near, far), (pump, client)) = (duplex(buffered), duplex(PUMPED_BYTES));
        tokio::spawn(async move {
            let ((mut written, mut answers), (mut sent, mut received)) = (split(near), split(pump));
            let down = async {
                let mut chunk = [0; PUMPED_BYTES];
                while let Ok(bytes @ 1..) = written.read(&mut chunk).await {
                    sleep(Duration::from_secs(1) * u32::try_from(bytes).unwrap() / bytes_per_second).await;
                    if received.write_all(&chunk[..bytes]).await.is_err() {
                        break;
                    }
                }
                drop(received.shutdown().await);
            };
            tokio::join!(down, copy(&mut sent, &mut answers))
        });
        Pair::over(client, far).await.introduced().await
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_dropped_after_five_seconds() {
    let mut pair = Pair::acknowledged().await;
    let begun = pair.begun;
    for id in 0..10 {
        pair.begin(&id.to_string(), "subscription { always }").await;
    }
    // The pipe fills; the operations are ended with the socket.
    assert!(seconds(5..=6).contains(&(pair.ended().await)), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_arrives_whole_and_is_kept_by_nobody() {
    let mut pair = Pair::acknowledged().await;
    pair.begin("1", "{ long }").await;
    let answer = pair.hear().await;
    assert_eq!(answer["payload"]["data"]["long"].as_str().map(str::len), Some(100_000));
    assert_eq!(pair.hear().await["type"], "complete");
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_gets_a_long_answer_whole_and_stays() {
    // Most of it waits for the writer, or lies in the system's buffers with our pings behind it.
    for buffered in [PIPE_BYTES, 8 << 20] {
        let mut pair = Pair::slow(buffered, 100_000).await;
        pair.begin("1", "{ long(bytes: 4000000) }").await;
        assert_eq!(pair.hear().await["payload"]["data"]["long"].as_str().map(str::len), Some(4_000_000));
        assert!(seconds(40..=50).contains(&pair.begun.elapsed()), "longer than silence may be: {:?}", pair.begun.elapsed());
        assert_eq!(pair.hear().await["type"], "complete");
        while pair.begun.elapsed() < Duration::from_secs(300) {
            let message = pair.client.next().await.unwrap().unwrap();
            assert!(matches!(message, Message::Ping(_)), "{message:?}");
        }
        pair.begin("2", "{ works }").await;
        assert_eq!(pair.hear().await["payload"]["data"]["works"], 1);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_gone_in_the_middle_of_a_long_answer_is_not_waited_for_much_longer() {
    let (near, far) = duplex(8 << 20);
    let mut pair = Pair::over(near, far).await.introduced().await;
    pair.begin("1", "{ long(bytes: 4000000) }").await;
    // It lies in a buffer and could be received in a minute, by a slow client.
    assert!(seconds(85..=95).contains(&(pair.ended().await)));
}

#[tokio::test(start_paused = true)]
async fn what_ends_a_socket_is_said_in_the_middle_of_a_long_answer() {
    for (stops, code) in [(true, 1012), (false, 4403)] {
        let mut pair = Pair::slow(PIPE_BYTES, 16_000).await;
        pair.begin("1", "{ long(bytes: 4000000) }").await;
        tokio::time::timeout(Duration::from_secs(10), pair.hear()).await.expect_err("it takes minutes");
        if stops {
            pair.stop.cancel()
        } else {
            pair.revoked.cancel()
        };
        assert_eq!(pair.closed().await, code);
        // What was on its way comes first.
        assert!(seconds(10..=16).contains(&pair.ended().await));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopping_process_says_goodbye_even_to_those_who_do_not_read() {
    let mut idle = Pair::acknowledged().await;
    idle.begin("1", "subscription { never }").await;
    idle.stop.cancel();
    assert_eq!(idle.closed().await, 1012);
    // The client does not close, and is not waited for.
    assert!(idle.ended().await < Duration::from_secs(2));
    let mut deaf = Pair::acknowledged().await;
    deaf.begin("1", "subscription { always }").await;
    // Until the pipe is full and the writer waits.
    tokio::time::sleep(Duration::from_secs(1)).await;
    deaf.stop.cancel();
    assert!(deaf.ended().await <= Duration::from_secs(3));
}
