//! A minimal HTTP client, for the tests and the demonstration.

use std::{io, net::SocketAddr};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Sends a request on a new connection, and returns the status and the body.
///
/// # Errors
/// When the server cannot be reached, or its answer is not HTTP.
pub async fn request(to: SocketAddr, method: &str, path: &str, body: Option<&str>) -> io::Result<(u16, Value)> {
    let mut stream = TcpStream::connect(to).await?;
    let body = body.unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let odd = || io::Error::new(io::ErrorKind::InvalidData, "the answer is no HTTP");
    let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok()).ok_or_else(odd)?;
    let (_, text) = answer.split_once("\r\n\r\n").ok_or_else(odd)?;
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(text)? };
    Ok((status, body))
}
