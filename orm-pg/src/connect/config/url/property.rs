//! Connection strings of any content.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::{collection::vec, option, prelude::*, sample::select};
use tokio_postgres::config::Host;

use super::{super::DatabaseBuilder, Options, parse};

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_some() { default } else { ProptestConfig { cases, ..default } }
}

/// What a URL can say.
#[derive(Debug, Clone)]
struct Target {
    user: Option<String>,
    password: Option<String>,
    hosts: Vec<(String, Option<u16>)>,
    database: Option<String>,
    options: Vec<(&'static str, String)>,
}

/// Any text but the empty one, which a URL cannot tell from none, and NUL.
fn word() -> impl Strategy<Value = String> {
    r"[a-z%@:/?#&='\\ \u{e9}\u{1f600}\[\],+]{1,6}"
}

fn target() -> impl Strategy<Value = Target> {
    let host =
        prop_oneof!["[a-z]{1,5}(\\.[a-z]{1,3})?", "/[a-z ]{1,5}", Just("::1".to_owned()), Just("fe80::1".to_owned())];
    let name = select(vec!["application_name", "connect_timeout", "options"]);
    let hosts = vec((host, option::of(1..u16::MAX)), 0..3);
    (option::of(word()), option::of(word()), hosts, option::of(word()), vec((name, word()), 0..3)).prop_map(
        |(user, password, hosts, database, options)| {
            // Without a user there is no place for a password.
            let password = password.filter(|_| user.is_some());
            Target { user, password, hosts, database, options }
        },
    )
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Target {
    fn url(&self) -> String {
        let mut url = "postgres://".to_owned();
        if let Some(user) = &self.user {
            url += &encoded(user);
            if let Some(password) = &self.password {
                url += &format!(":{}", encoded(password));
            }
            url.push('@');
        }
        let host = |(host, port): &(String, Option<u16>)| {
            let host = if host.contains("::") { format!("[{host}]") } else { encoded(host) };
            port.map_or(host.clone(), |port| format!("{host}:{port}"))
        };
        url += &self.hosts.iter().map(host).collect::<Vec<_>>().join(",");
        if let Some(database) = &self.database {
            url += &format!("/{}", encoded(database));
        }
        for (number, (name, value)) in self.options.iter().enumerate() {
            url += &format!("{}{name}={}", if number == 0 { '?' } else { '&' }, encoded(value));
        }
        url
    }

    /// The same as a `keyword=value` list.
    fn list(&self) -> String {
        let quoted = |value: &str| value.replace('\\', r"\\").replace('\'', r"\'");
        self.options().iter().map(|(name, value)| format!("{name} = '{}'  ", quoted(value))).collect()
    }

    fn options(&self) -> Options {
        let mut options = Options::new();
        let mut push = |name: &'static str, value: Option<String>| {
            if let Some(value) = value {
                options.push((name, value));
            }
        };
        push("user", self.user.clone());
        push("password", self.password.clone());
        if !self.hosts.is_empty() {
            push("host", Some(self.hosts.iter().map(|it| it.0.as_str()).collect::<Vec<_>>().join(",")));
            let ports = || self.hosts.iter().map(|it| it.1);
            let port = ports().map(|it| it.map_or(String::new(), |it| it.to_string())).collect::<Vec<_>>().join(",");
            push("port", ports().any(|it| it.is_some()).then_some(port));
        }
        push("dbname", self.database.clone());
        options.extend(self.options.iter().cloned());
        options
    }
}

/// User, password, hosts, ports and database.
type Seen<'a> = (Option<&'a str>, Option<&'a [u8]>, Vec<String>, Vec<u16>, Option<&'a str>);

/// What the driver makes of the same string.
fn of_driver(config: &tokio_postgres::Config) -> Seen<'_> {
    let host = |host: &Host| match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.to_string_lossy().into_owned(),
    };
    let hosts = config.get_hosts().iter().map(host).collect();
    (config.get_user(), config.get_password(), hosts, config.get_ports().to_vec(), config.get_dbname())
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn what_is_written_is_read(target in target()) {
        prop_assert_eq!(parse(&target.url()).unwrap(), target.options(), "{}", target.url());
        prop_assert_eq!(parse(&target.list()).unwrap(), target.options(), "{}", target.list());
    }

    #[test]
    fn the_driver_reads_the_same(target in target()) {
        let target = Target { options: vec![], ..target };
        for text in [target.url(), target.list()] {
            let Ok(driver) = text.parse::<tokio_postgres::Config>() else { continue };
            let options = parse(&text).unwrap();
            let get = |name: &str| options.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
            let list = |name| get(name).map_or(vec![], |it| it.split(',').map(str::to_owned).collect::<Vec<_>>());
            // The driver gives each host its default port, even if all have it.
            let ports: Vec<u16> = list("port").iter().map(|it| it.parse().unwrap_or(5432)).collect();
            let (user, password, hosts, driver_ports, database) = of_driver(&driver);
            prop_assert_eq!(
                (user, password, hosts, database),
                (get("user"), get("password").map(str::as_bytes), list("host"), get("dbname")),
                "{}", text
            );
            if !ports.is_empty() {
                prop_assert_eq!(driver_ports, ports, "{}", text);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(
        text in prop_oneof![
            r"(postgres(ql)?://)?[a-z0-9%@:/?#&='\\ \[\],+\u{e9}\x00]{0,30}",
            r"([a-z]{1,8} ?= ?('([^'\\]|\\.)*'|[^' ]*) ?){0,4}",
            "\\PC{0,30}",
        ],
    ) {
        match parse(&text) {
            Ok(options) => prop_assert!(options.iter().all(|it| !it.1.contains('\0'))),
            // Any part may be a mistyped password.
            Err(error) => prop_assert!(!error.to_string().contains(&text) || text.len() < 8),
        }
    }

    /// Written where it is not encoded and not quoted, a password is taken apart in the wrong places.
    #[test]
    fn no_part_of_a_password_is_shown(password in "[jqxz79]{0,3}([jqxz79]|[?@/#&=%:+ '\\\\\\[\\]]){1,10}[jqxz79]{0,3}") {
        for text in [
            format!("postgres://app:{password}@db.example.org:5433/app?application_name=a"),
            format!("postgres://app:{password}@db.example.org"),
            format!("postgres://db.example.org/app?password={password}&application_name=a"),
            format!("host=db password={password} dbname=app"),
            format!("host=db password='{password}' dbname=app"),
        ] {
            let builder = DatabaseBuilder::new().user("app").ssl_mode(crate::SslMode::Disable).url(&text);
            let mut shown = format!("{builder:?}");
            match builder.check() {
                Ok((settings, targets)) => shown += &format!("{settings:?} {targets:?}"),
                Err(error) => shown += &format!("{error} {error:?} {error:#?}"),
            }
            let letters: Vec<char> = password.chars().collect();
            for part in letters.windows(3).filter(|it| it.iter().any(char::is_ascii_alphanumeric)) {
                let part: String = part.iter().collect();
                prop_assert!(!shown.contains(&part), "{part:?} of {text:?} in {shown}");
            }
        }
    }
}
