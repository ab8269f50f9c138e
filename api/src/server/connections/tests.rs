use std::net::Ipv4Addr;

use axum::Extension;
use axum::extract::WebSocketUpgrade;
use axum::routing::get;
use testkit::until;
use tokio_tungstenite::connect_async;

use super::*;

#[tokio::test]
async fn a_websocket_keeps_the_place_of_its_connection_until_it_ends() {
    let app = Router::new().route(
        "/",
        get(async |Extension(place): Extension<Place>, upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(async move |mut socket| {
                while socket.recv().await.is_some_and(|message| message.is_ok()) {}
                drop(place);
            })
        }),
    );
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let url = format!("ws://{}", tcp.local_addr().expect("bound"));
    let stop = CancellationToken::new();
    let connections = Arc::new(Connections::new(5, CancellationToken::new()));
    let accepting = tokio::spawn({
        let (connections, stop) = (Arc::clone(&connections), stop.clone());
        async move { connections.accept(tcp, &app, &stop).await }
    });
    let (socket, _) = connect_async(&url).await.expect("a socket");
    // HTTP is done with the connection; it counts all the same. (One more place is the next connection's.)
    until("the upgrade is over", async || (connections.len() == 0).then_some(())).await;
    assert_eq!(connections.places.available_permits(), 3);
    drop(socket);
    until("the place is free", async || (connections.places.available_permits() == 4).then_some(())).await;
    stop.cancel();
    accepting.await.expect("ended");
}
