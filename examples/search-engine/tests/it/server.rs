//! A server on loopback that writes its answers byte by byte, so that they can be invalid in any way.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// The paths that the page `/all` links to.
#[rustfmt::skip]
const PATHS: [&str; 32] = [
    "/silent", "/close", "/reset", "/drip", "/drip-header", "/endless-body", "/huge-header", "/good", "/links",
    "/redirect", "/redirect-private", "/loop", "/loop-two", "/redirect-nowhere", "/redirect-mail", "/redirect-away",
    "/huge", "/huge-announced", "/short-body", "/not-http", "/error", "/image", "/no-type", "/gzip", "/latin1", "/nul",
    "/broken", "/rubbish", "/robots-tag", "/endless", "/missing", "/private/a",
];

/// Starts the server; it lives as long as the test's runtime.
pub(crate) async fn start() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream));
        }
    });
    url
}

async fn answer(mut stream: TcpStream) {
    let Some(path) = request(&mut stream).await else { return };
    match path.as_str() {
        "/silent" => sleep(3600).await,
        "/close" => {}
        // Closing with a linger of zero sends RST instead of FIN.
        "/reset" => stream.set_zero_linger().unwrap(),
        "/drip" => {
            send(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").await;
            while send(&mut stream, b"x").await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        "/drip-header" => {
            send(&mut stream, b"HTTP/1.1 200 OK\r\nX: ").await;
            while send(&mut stream, b"x").await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        "/endless-body" => {
            send(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n").await;
            while send(&mut stream, &[b'x'; 16384]).await {}
        }
        "/huge-header" => {
            send(&mut stream, b"HTTP/1.1 200 OK\r\nX: ").await;
            while send(&mut stream, &[b'x'; 16384]).await {}
        }
        path => {
            send(&mut stream, &fixed(path)).await;
        }
    }
}

/// Returns the answers that are written in one piece.
fn fixed(path: &str) -> Vec<u8> {
    let good = b"<title>Good</title><p>Text".as_slice();
    let path = path.split('?').next().unwrap();
    match path {
        "/good" => html("", good),
        "/robots.txt" => html("", b"User-agent: search-engine\nDisallow: /private\n"),
        "/links" => html("", b"<a href=/good>a</a><a href=/private/b>b</a><a href='http://example.org/'>c</a>"),
        "/" | "/all" => html("", PATHS.map(|path| format!("<a href={path}>{path}</a>")).concat().as_bytes()),
        "/redirect" => redirect("/good"),
        "/redirect-private" => redirect("/private/a"),
        "/loop" => redirect("/loop#again"),
        "/loop-two" => redirect("/loop-back"),
        "/loop-back" => redirect("/loop-two"),
        "/redirect-nowhere" => raw("302 Found", "", b""),
        "/redirect-mail" => redirect("mailto:ann@example.org"),
        "/redirect-away" => redirect("http://127.0.0.1:1/"),
        "/huge" => html("", &vec![b'x'; 1 << 20]),
        "/huge-announced" => {
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\n".to_vec()
        }
        "/short-body" => b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nshort".to_vec(),
        "/not-http" => b"220 mail.example.org ESMTP\r\n".to_vec(),
        "/error" => raw("500 Internal Server Error", "", b""),
        "/image" => raw("200 OK", "Content-Type: image/png\r\n", b"\x89PNG"),
        "/no-type" => raw("200 OK", "", good),
        "/gzip" => raw("200 OK", "Content-Type: text/html\r\nContent-Encoding: gzip\r\n", b"\x1f\x8b"),
        "/latin1" => html("; charset=iso-8859-1", b"<title>Gr\xfcn</title>"),
        "/utf-16" => {
            let mark = [0xff, 0xfe];
            let text: Vec<u8> = "<title>Grün</title>".encode_utf16().flat_map(u16::to_le_bytes).collect();
            html("; charset=utf-8", &[&mark[..], &text].concat())
        }
        "/wrong-charset" => html("; charset=utf-8", b"<title>Gr\xfcn</title>"),
        "/unknown-charset" => html("; charset=klingon", good),
        "/nul" => html("; charset=utf-8", b"<ti\0tle>N\0ul</title><p>te\0xt\0"),
        "/broken" => {
            html("", b"<title>Broken</title><h1>Open<p <a href=x><a href=/next <b>next</i> page</div></html><")
        }
        "/rubbish" => html("", &(0..=255).cycle().take(65536).collect::<Vec<u8>>()),
        "/robots-tag" => {
            raw("200 OK", "Content-Type: text/html\r\nX-Robots-Tag: noindex, nofollow\r\n", b"<a href=/good>a</a>")
        }
        path => match path.strip_prefix("/endless") {
            Some(number) => redirect(&format!("/endless{}", number.parse().unwrap_or(0) + 1)),
            None => raw("404 Not Found", "Content-Type: text/html\r\n", b"nothing here"),
        },
    }
}

fn redirect(to: &str) -> Vec<u8> {
    raw("302 Found", &format!("Location: {to}\r\n"), b"")
}

fn html(parameters: &str, body: &[u8]) -> Vec<u8> {
    raw("200 OK", &format!("Content-Type: text/html{parameters}\r\n"), body)
}

fn raw(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Reads a request's head and returns its path.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).ok()?.split(' ').nth(1)?.to_owned())
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) -> bool {
    stream.write_all(bytes).await.is_ok()
}

async fn sleep(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}
