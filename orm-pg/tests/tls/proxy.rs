//! A proxy in front of the server, sometimes a hostile one.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::server::Server;

/// What asks for TLS.
pub(crate) const REQUEST: &[u8] = &[0, 0, 0, 8, 4, 210, 22, 47];

/// What a proxy does with a request for TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// Leaves it to the server.
    Servers,
    /// Says this, and talks to the server in the clear.
    Own(u8),
}

/// A proxy, with what its clients sent.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Proxy {
    pub(crate) async fn before(server: &Server, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (record, behind) = (Arc::clone(&sent), server.port);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                record.lock().unwrap().push(Vec::new());
                let number = record.lock().unwrap().len() - 1;
                tokio::spawn(pass(client, behind, answer, Arc::clone(&record), number));
            }
        });
        Self { port, sent }
    }

    /// What was sent to the server, a connection each.
    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.sent.lock().unwrap().clone()
    }
}

async fn pass(client: TcpStream, behind: u16, answer: Answer, record: Arc<Mutex<Vec<Vec<u8>>>>, number: usize) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", behind)).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut buffer = vec![0; 65536];
    if let Answer::Own(byte) = answer {
        let Ok(count) = from_client.read(&mut buffer).await else { return };
        record.lock().unwrap()[number].extend_from_slice(&buffer[..count]);
        let went_on = if &buffer[..count] == REQUEST {
            to_client.write_all(&[byte]).await
        } else {
            to_server.write_all(&buffer[..count]).await
        };
        if went_on.is_err() {
            return;
        }
    }
    let back = tokio::spawn(async move {
        drop(tokio::io::copy(&mut from_server, &mut to_client).await);
        drop(to_client.shutdown().await);
    });
    while let Ok(count) = from_client.read(&mut buffer).await {
        record.lock().unwrap()[number].extend_from_slice(&buffer[..count]);
        if count == 0 || to_server.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    drop(to_server.shutdown().await);
    drop(back.await);
}
