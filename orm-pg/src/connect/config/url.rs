//! Parses connection strings into options: `postgres://` URLs and libpq's `keyword=value` lists.
//!
//! Messages repeat no part of the string except the names of known options: any other part could belong to a password
//! that was not encoded or quoted.

use orm_core::error::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;

use super::option::{known, nearest};

/// The options of a connection string, in their order.
pub(crate) type Options = Vec<(&'static str, String)>;

/// The fix for a URL that was split in the wrong places.
const ENCODE: &str = "percent-encode `?`, `@`, `/`, `#`, `&` and `%` in the user name, the password and values: \
                      `%3F`, `%40`, `%2F`, `%23`, `%26`, `%25`";

/// The fix for a list that was split in the wrong places.
const QUOTE: &str = "put a value with spaces in quotes: `password='two words'`";

/// Parses a connection string.
///
/// # Errors
/// [`ErrorKind::Config`] when it is neither a URL nor a `keyword=value` list.
pub(crate) fn parse(text: &str) -> Result<Options> {
    if text.contains('\0') {
        return Err(config("a connection string cannot hold a NUL character"));
    }
    match text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://")) {
        Some(rest) => url(rest),
        None if is_other_url(text) => Err(config("a connection URL starts with `postgres://` or `postgresql://`")),
        None => keywords(text),
    }
}

/// Whether the string begins like a URL. In a list, `://` may be part of a value.
fn is_other_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| !scheme.contains('='))
}

fn url(rest: &str) -> Result<Options> {
    let mut options = Options::new();
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (authority, path) = rest.split_once('/').map_or((rest, None), |(rest, path)| (rest, Some(path)));
    if path.is_some_and(|it| it.contains('@')) {
        return Err(config(format!("the connection URL has an `@` after a `/`: {ENCODE}")));
    }
    let in_query = query.is_some_and(|it| it.contains('@'));
    // The text before the `?` may be the first half of a password, and the text after it the host.
    if in_query && authority.contains([':', '@']) {
        return Err(config(format!("the connection URL has an `@` after a `?`: {ENCODE}")));
    }
    let hosts = match authority.rsplit_once('@') {
        None => authority,
        Some((user, hosts)) => {
            let (user, password) = user.split_once(':').map_or((user, None), |(user, it)| (user, Some(it)));
            push(&mut options, "user", user)?;
            if let Some(password) = password {
                push(&mut options, "password", password)?;
            }
            hosts
        }
    };
    if !hosts.is_empty() {
        let (mut names, mut ports) = (Vec::new(), Vec::new());
        for host in hosts.split(',') {
            let (name, port) = host_and_port(host)?;
            names.push(decode("host", name)?);
            ports.push(port);
        }
        options.push(("host", names.join(",")));
        if ports.iter().any(|it| !it.is_empty()) {
            options.push(("port", ports.join(",")));
        }
    }
    if let Some(path) = path {
        push(&mut options, "dbname", path)?;
    }
    for pair in query.unwrap_or_default().split('&').filter(|it| !it.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(config(format!("an option of the connection URL has no `=`: {ENCODE}")));
        };
        let unknown = |name: &str| {
            let meant = nearest(name).filter(|_| !in_query).map(|it| format!("; perhaps you mean `{it}`"));
            let meant = meant.unwrap_or_default();
            config(format!("the connection URL has an unknown option{meant}; {ENCODE}"))
        };
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        let name = known(&decoded).ok_or_else(|| unknown(&decoded))?;
        let value = decode(name, value)?;
        match (name, value.as_str()) {
            // JDBC's spelling, which libpq accepts too.
            ("ssl", "true") => options.push(("sslmode", "require".into())),
            _ => options.push((name, value)),
        }
    }
    Ok(options)
}

fn host_and_port(host: &str) -> Result<(&str, &str)> {
    let Some(rest) = host.strip_prefix('[') else {
        return Ok(host.split_once(':').unwrap_or((host, "")));
    };
    let (address, rest) = rest.split_once(']').ok_or_else(|| config("option `host`: a `[` has no `]`"))?;
    match rest.strip_prefix(':') {
        Some(port) => Ok((address, port)),
        None if rest.is_empty() => Ok((address, "")),
        None => Err(config("option `host`: only a `:` and a port can follow a `]`")),
    }
}

fn push(options: &mut Options, name: &'static str, value: &str) -> Result<()> {
    if !value.is_empty() {
        options.push((name, decode(name, value)?));
    }
    Ok(())
}

fn decode(name: &'static str, value: &str) -> Result<String> {
    let broken = value.split('%').skip(1).any(|it| {
        let mut digits = it.bytes();
        !(digits.next().is_some_and(|it| it.is_ascii_hexdigit())
            && digits.next().is_some_and(|it| it.is_ascii_hexdigit()))
    });
    if broken {
        let text = "a `%` must be followed by two hexadecimal digits: `%25` for the character itself";
        return Err(config(format!("option `{name}`: {text}")));
    }
    let decoded = percent_decode_str(value).decode_utf8().map_err(|_| config(format!("option `{name}`: not UTF-8")))?;
    if decoded.contains('\0') {
        return Err(config(format!("option `{name}`: cannot hold a NUL character")));
    }
    Ok(decoded.into_owned())
}

/// Parses `host=localhost dbname='my db'`. A `\` escapes the next character.
fn keywords(text: &str) -> Result<Options> {
    let mut options = Options::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|it| it.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return Ok(options);
        }
        let mut name = String::new();
        while let Some(it) = chars.next_if(|it| !it.is_whitespace() && *it != '=') {
            name.push(it);
        }
        while chars.next_if(|it| it.is_whitespace()).is_some() {}
        if chars.next() != Some('=') {
            return Err(config(format!(
                "the connection string is neither a `postgres://` URL nor a list of `keyword=value`; {QUOTE}"
            )));
        }
        let Some(name) = known(&name) else {
            let meant = nearest(&name).map(|it| format!("; perhaps you mean `{it}`")).unwrap_or_default();
            return Err(config(format!("the connection string has an unknown keyword{meant}; {QUOTE}")));
        };
        while chars.next_if(|it| it.is_whitespace()).is_some() {}
        let quoted = chars.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        loop {
            match chars.next() {
                Some('\\') => value.extend(chars.next()),
                Some('\'') if quoted => break,
                None if quoted => return Err(config(format!("option `{name}`: a quote is not closed"))),
                None => break,
                Some(it) if !quoted && it.is_whitespace() => break,
                Some(it) => value.push(it),
            }
        }
        options.push((name, value));
    }
}

fn config(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, text)
}

#[cfg(test)]
mod property;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let options = parse(text).unwrap();
        let options: Vec<_> = options.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(options, expected, "{text}");
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = parse(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.to_string(), expected);
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn urls_are_taken_apart() {
        check("postgres://", &[]);
        check("postgres://localhost", &[("host", "localhost")]);
        check("postgresql://localhost:5433/app", &[("host", "localhost"), ("port", "5433"), ("dbname", "app")]);
        check(
            "postgres://ann:p%40ss@db.example.org/app?application_name=my%20app&connect_timeout=3",
            &[
                ("user", "ann"),
                ("password", "p@ss"),
                ("host", "db.example.org"),
                ("dbname", "app"),
                ("application_name", "my app"),
                ("connect_timeout", "3"),
            ],
        );
        check("postgres://ann@/app", &[("user", "ann"), ("dbname", "app")]);
        check("postgres://ann:a@b:c@h/d", &[("user", "ann"), ("password", "a@b:c"), ("host", "h"), ("dbname", "d")]);
        check("postgres:///app?ssl=true", &[("dbname", "app"), ("sslmode", "require")]);
    }

    #[test]
    fn unix_sockets_come_as_an_option_or_as_an_encoded_host() {
        check("postgres:///db?host=/run/postgresql", &[("dbname", "db"), ("host", "/run/postgresql")]);
        check("postgres://%2Frun%2Fpostgresql/db", &[("host", "/run/postgresql"), ("dbname", "db")]);
        check("postgres://%2Fsock:5433", &[("host", "/sock"), ("port", "5433")]);
    }

    #[test]
    fn several_hosts_keep_their_order() {
        check("postgres://a:1,b,c:3/db", &[("host", "a,b,c"), ("port", "1,,3"), ("dbname", "db")]);
        check("postgres://[::1]:5433,[::2]", &[("host", "::1,::2"), ("port", "5433,")]);
        check("postgres://[fe80::1]", &[("host", "fe80::1")]);
    }

    #[test]
    fn keyword_lists_are_taken_apart() {
        check("", &[]);
        check("host=localhost dbname=app", &[("host", "localhost"), ("dbname", "app")]);
        check(" host = 'a b'  password='it\\'s' ", &[("host", "a b"), ("password", "it's")]);
        check("password=a://b", &[("password", "a://b")]);
        check("password=a\\ b user=''", &[("password", "a b"), ("user", "")]);
    }

    #[test]
    fn mistakes_are_named_without_repeating_them() {
        let refused_scheme = "a connection URL starts with `postgres://` or `postgresql://`";
        refused("mysql://u:hunter2@h", refused_scheme);
        let percent =
            "option `password`: a `%` must be followed by two hexadecimal digits: `%25` for the character itself";
        refused("postgres://u:hunter2%zz@h/db", percent);
        refused("postgres://u:hunter2%ff@h/db", "option `password`: not UTF-8");
        refused("postgres://u:hunter2%00@h/db", "option `password`: cannot hold a NUL character");
        refused("postgres://[::1/db", "option `host`: a `[` has no `]`");
        refused("postgres://[::1]hunter2/db", "option `host`: only a `:` and a port can follow a `]`");
        refused("password='hunter2", "option `password`: a quote is not closed");
    }

    #[test]
    fn a_password_that_is_not_encoded_or_quoted_is_not_shown_and_the_cure_is_named() {
        let case = |text: &str, begin: &str, cure: &str| refused(text, &format!("{begin}{cure}"));
        let after_slash = "the connection URL has an `@` after a `/`: ";
        let after_question = "the connection URL has an `@` after a `?`: ";
        case("postgres://u:hunter2/x@h/db", after_slash, ENCODE);
        case("postgres://u:x/hunter2@h/db", after_slash, ENCODE);
        case("postgres://app:?hunter2=x@db.example.org/app", after_question, ENCODE);
        case("postgres://app:x?hunter2@db.example.org/app", after_question, ENCODE);
        // Otherwise half of the password would become the host or a port.
        case("postgres://app:x@hunter2?sslmode=disable@db/app", after_question, ENCODE);
        case("postgres://app:12345?user=x@db/app", after_question, ENCODE);
        case("postgres://h/db?hunter2", "an option of the connection URL has no `=`: ", ENCODE);
        case("postgres://h/db?hunter2=x", "the connection URL has an unknown option; ", ENCODE);
        case("postgres://h/db?password=x&hunter2=y", "the connection URL has an unknown option; ", ENCODE);
        case("postgres://h/db?sslhunter2=x", "the connection URL has an unknown option; ", ENCODE);
        let meant = "the connection URL has an unknown option; perhaps you mean `application_name`; ";
        case("postgres://h/db?aplication_name=x", meant, ENCODE);
        let no_list = "the connection string is neither a `postgres://` URL nor a list of `keyword=value`; ";
        case("hunter2", no_list, QUOTE);
        case("host=db password=pa hunter2", no_list, QUOTE);
        case("host=db password=pa hunter2 dbname=app", no_list, QUOTE);
        case("host=db password=pa hunter2=x", "the connection string has an unknown keyword; ", QUOTE);
        case("host=db password='pa'hunter2'=x", "the connection string has an unknown keyword; ", QUOTE);
        // Without a colon or a password before it, this can only be a value.
        check("postgres://h/db?user=me@tenant", &[("host", "h"), ("dbname", "db"), ("user", "me@tenant")]);
    }
}
