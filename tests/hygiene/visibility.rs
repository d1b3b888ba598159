//! Generated items are as visible as the struct.

use orm_pg::prelude::*;

mod inner {
    use orm_pg::prelude::*;

    /// As visible as the module's parent.
    #[derive(Debug, Clone, Model)]
    pub(super) struct User {
        #[orm(key, identity)]
        pub(super) id: i64,
        #[orm(unique)]
        pub(in crate::visibility) email: String,
        secret: Secret,
    }

    #[derive(Debug, Clone, Copy, PgEnum)]
    enum Secret {
        Told,
        Kept,
    }

    impl User {
        pub(super) fn registration(email: &str) -> NewUser {
            NewUser { email: email.to_owned(), secret: Secret::Told }
        }

        pub(super) fn is_secret(&self) -> bool {
            matches!(self.secret, Secret::Kept) && self.email.is_empty()
        }
    }
}

#[test]
fn what_is_visible_can_be_used() {
    let _ = inner::User::registration("ann@example.org");
    let _ = inner::User::query().filter(|u: inner::UserColumns| u.email.eq("ann@example.org").and(u.id.gt(1)));
    assert_eq!(inner::User::EMAIL_KEY.name(), "user_email_key");
    let _ = inner::User::is_secret;
}
