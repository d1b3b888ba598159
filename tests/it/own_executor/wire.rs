//! A small blocking PostgreSQL client: another driver than the one that `orm-pg` is built on. No tokio, no async.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    os::unix::net::UnixStream,
};

use bytes::BytesMut;
use orm_pg::tokio_postgres::config::{Config, Host};
use postgres_protocol::{
    IsNull,
    authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256},
    message::frontend,
};

trait Socket: Read + Write + Send {}
impl<T: Read + Write + Send> Socket for T {}

pub(super) struct Client(Box<dyn Socket>);

/// What the server said no to: its fields by their letters.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Vec<(u8, String)>);

/// What the server tells of a statement: the types of binds, the names and types of columns.
pub(super) struct Described {
    pub(super) binds: Vec<u32>,
    pub(super) columns: Vec<(String, u32)>,
}

pub(super) type Values = Vec<Option<Vec<u8>>>;

type Answer<T> = Result<T, Refusal>;

/// Reads the body of one message.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn i16(&mut self) -> i16 {
        i16::from_be_bytes(self.take(2).try_into().unwrap())
    }

    fn i32(&mut self) -> i32 {
        i32::from_be_bytes(self.take(4).try_into().unwrap())
    }

    fn text(&mut self) -> String {
        let end = self.0.iter().position(|it| *it == 0).unwrap();
        let text = String::from_utf8(self.take(end).to_vec()).unwrap();
        self.take(1);
        text
    }
}

impl Client {
    pub(super) fn connect(url: &str) -> Self {
        let config: Config = url.parse().unwrap();
        let port = config.get_ports().first().copied().unwrap_or(5432);
        let socket: Box<dyn Socket> = match &config.get_hosts()[0] {
            Host::Unix(path) => Box::new(UnixStream::connect(path.join(format!(".s.PGSQL.{port}"))).unwrap()),
            Host::Tcp(host) => Box::new(TcpStream::connect((host.as_str(), port)).unwrap()),
        };
        let mut client = Self(socket);
        let (user, database) = (config.get_user().unwrap(), config.get_dbname().unwrap());
        client.send(|buf| {
            let options = [("user", user), ("database", database), ("client_encoding", "UTF8")];
            frontend::startup_message(options, buf)
        });
        let mut scram = ScramSha256::new(config.get_password().unwrap_or_default(), ChannelBinding::unsupported());
        loop {
            let (tag, body) = client.message();
            match (tag, i32::from_be_bytes(body.get(..4).map_or([0; 4], |it| it.try_into().unwrap()))) {
                (b'R', 3) => client.send(|buf| frontend::password_message(config.get_password().unwrap(), buf)),
                (b'R', 10) => client.send(|buf| frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), buf)),
                (b'R', 11) => {
                    scram.update(&body[4..]).unwrap();
                    client.send(|buf| frontend::sasl_response(scram.message(), buf));
                }
                (b'R', 12) => scram.finish(&body[4..]).unwrap(),
                (b'E', _) => panic!("the server refuses the connection: {:?}", refusal(&body)),
                (b'Z', _) => return client,
                _ => {}
            }
        }
    }

    /// Runs SQL without binds and without rows.
    pub(super) fn simple(&mut self, sql: &str) -> Answer<()> {
        self.send(|buf| frontend::query(sql, buf));
        self.answers(|_, _| {})
    }

    /// Prepares the nameless statement.
    pub(super) fn prepare(&mut self, sql: &str, types: &[u32]) -> Answer<Described> {
        self.send(|buf| {
            frontend::parse("", sql, types.iter().copied(), buf)?;
            frontend::describe(b'S', "", buf)?;
            frontend::sync(buf);
            Ok(())
        });
        let mut described = Described { binds: vec![], columns: vec![] };
        self.answers(|tag, mut body| match tag {
            b't' => described.binds = (0..body.i16()).map(|_| body.i32().cast_unsigned()).collect(),
            b'T' => {
                for _ in 0..body.i16() {
                    let name = body.text();
                    body.take(6);
                    described.columns.push((name, body.i32().cast_unsigned()));
                    body.take(8);
                }
            }
            _ => {}
        })?;
        Ok(described)
    }

    /// Runs the nameless statement, and returns the rows and how many were affected.
    pub(super) fn run<'v>(&mut self, values: impl Iterator<Item = Option<&'v [u8]>>) -> Answer<(Vec<Values>, u64)> {
        self.send(|buf| {
            let write = |value: Option<&[u8]>, buf: &mut BytesMut| {
                buf.extend_from_slice(value.unwrap_or_default());
                Ok(if value.is_some() { IsNull::No } else { IsNull::Yes })
            };
            assert!(frontend::bind("", "", [1], values, write, [1], buf).is_ok());
            frontend::execute("", 0, buf)?;
            frontend::sync(buf);
            Ok(())
        });
        let (mut rows, mut count) = (vec![], 0);
        self.answers(|tag, mut body| match tag {
            b'D' => rows.push(
                (0..body.i16()).map(|_| usize::try_from(body.i32()).ok().map(|it| body.take(it).to_vec())).collect(),
            ),
            b'C' => count = body.text().rsplit(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0),
            _ => {}
        })?;
        Ok((rows, count))
    }

    /// Hands on all messages until the server is ready again.
    fn answers(&mut self, mut take: impl FnMut(u8, Body<'_>)) -> Answer<()> {
        let mut refused = Ok(());
        loop {
            let (tag, body) = self.message();
            match tag {
                b'Z' => return refused,
                b'E' => refused = Err(refusal(&body)),
                tag => take(tag, Body(&body)),
            }
        }
    }

    fn send(&mut self, write: impl FnOnce(&mut BytesMut) -> io::Result<()>) {
        let mut buf = BytesMut::new();
        write(&mut buf).unwrap();
        self.0.write_all(&buf).unwrap();
    }

    fn message(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 5];
        self.0.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes(head[1..].try_into().unwrap());
        let mut body = vec![0; usize::try_from(length).unwrap() - 4];
        self.0.read_exact(&mut body).unwrap();
        (head[0], body)
    }
}

fn refusal(body: &[u8]) -> Refusal {
    let mut body = Body(body);
    let mut fields = vec![];
    while body.0.len() > 1 {
        fields.push((body.take(1)[0], body.text()));
    }
    Refusal(fields)
}
