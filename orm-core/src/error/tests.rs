use super::*;

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

#[test]
fn debug_shows_causes_only_where_they_are_about_connecting() {
    let refused = Error::new(ErrorKind::Connect, "cannot connect").with_source("connection refused");
    assert!(format!("{refused:?}").contains("connection refused"));
    let unread = Error::new(ErrorKind::Decode, "cannot be read").with_source("unknown label secret");
    assert!(!format!("{unread:?}").contains("secret"));
}

#[test]
fn is_one_word_wide_and_can_be_sent() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
}
