use super::*;
use crate::schema::Constraint;

fn unique() -> Error {
    Error::from_server(ServerError {
        code: "23505".into(),
        message: "duplicate key value violates unique constraint \"users_email_key\"".into(),
        detail: Some("Key (email)=(secret@example.org) already exists.".into()),
        table: Some("users".into()),
        constraint: Some("users_email_key".into()),
        ..ServerError::default()
    })
    .in_statement("insert into", Some("users"))
}

#[test]
fn display_names_statement_state_and_constraint() {
    assert_eq!(unique().to_string(), "insert into users: unique violation (23505), constraint users_email_key");
}

#[test]
fn neither_display_nor_debug_shows_data_of_rows() {
    let shown = format!("{} {:?} {:#?}", unique(), unique(), unique());
    assert!(!shown.contains("secret"), "{shown}");
    assert_eq!(unique().detail(), Some("Key (email)=(secret@example.org) already exists."));
}

#[test]
fn messages_that_cannot_quote_a_value_are_shown() {
    let message = "ON CONFLICT DO UPDATE command cannot affect row a second time";
    let twice = ServerError { code: "21000".into(), message: message.into(), ..ServerError::default() };
    assert!(Error::from_server(twice).to_string().ends_with(message));
    let value = ServerError { code: "22P02".into(), message: "secret".into(), ..ServerError::default() };
    assert!(!Error::from_server(value).to_string().contains("secret"));
}

#[test]
fn a_violation_is_known_by_table_and_name() {
    assert!(unique().violates(Constraint::new("users", "users_email_key")));
    assert!(!unique().violates(Constraint::new("people", "users_email_key")));
    assert!(!unique().violates(Constraint::new("users", "users_pkey")));
}

/// An error, and the causes that it gives by `source()`, as a reporter of errors prints them.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let below = error.source().map(|it| format!(": {}", chain(it))).unwrap_or_default();
    format!("{error}{below}")
}

#[test]
fn causes_are_told_once_where_they_are_about_connecting() {
    let refused = || Error::new(ErrorKind::Connect, "cannot connect to db:5432").with_source("connection refused");
    assert_eq!(chain(&refused()), "cannot connect to db:5432: connection refused");
    assert_eq!(format!("{:?}", refused()).matches("connection refused").count(), 1);
    let full =
        ServerError { code: "53300".into(), message: "sorry, too many clients already".into(), ..Default::default() };
    let connect = Error::new(ErrorKind::Connect, "cannot connect to db:5432").with_server(full);
    let waited = Error::new(ErrorKind::PoolTimeout, "no connection became free").with_source(connect);
    assert_eq!(
        chain(&waited),
        "no connection became free: cannot connect to db:5432: too many connections (53300): sorry, too many clients already"
    );
    let behind = waited.cause().and_then(|it| it.downcast_ref::<Error>()).expect("the error behind");
    assert_eq!(behind.sql_state(), Some("53300"));
    let explained = Error::new(ErrorKind::Connect, "the certificate has expired").explaining("NotAfter");
    assert_eq!(
        (explained.to_string(), chain(&explained)),
        ("the certificate has expired".into(), "the certificate has expired: NotAfter".into())
    );
    // A cause that repeats its own.
    let nested = std::io::Error::other(refused());
    assert_eq!(chain(&Error::new(ErrorKind::ConnectionLost, "lost").with_source(nested)).matches("refused").count(), 1);
}

#[test]
fn causes_that_may_quote_values_are_left_to_source() {
    let unread = Error::new(ErrorKind::Decode, "cannot be read").with_source("unknown label secret");
    assert!(!format!("{unread} {unread:?}").contains("secret"));
    assert!(chain(&unread).ends_with("secret"));
}

#[test]
fn is_one_word_wide_and_can_be_sent() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}

#[test]
fn the_guide_has_a_status_for_each_kind() {
    let table =
        include_str!("../../../docs/guide/errors.md").split("## HTTP status codes").nth(1).expect("the section");
    let table = table.split("\n## ").next().expect("its text");
    let kinds = include_str!("kind.rs").split("pub enum ErrorKind {").nth(1).expect("the kinds");
    let kinds = kinds.lines().take_while(|line| *line != "}").filter_map(|line| line.trim().strip_suffix(','));
    let kinds: Vec<_> = kinds.filter(|it| it.chars().all(char::is_alphanumeric)).collect();
    assert!(kinds.len() >= 17 && kinds.contains(&"Encode"), "{kinds:?}");
    let missing: Vec<_> =
        kinds.iter().filter(|it| !table.contains(&format!("`{it}`")) && !table.contains(&format!("::{it}`"))).collect();
    assert!(missing.is_empty(), "no status for {missing:?}");
}
