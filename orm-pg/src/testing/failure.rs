//! The errors of test support.

use orm_core::error::{Error, ErrorKind};

const HOW_TO_GET_ONE: &str = "to get one:
  Debian, Ubuntu:  apt-get install postgresql
  Fedora, RHEL:    dnf install postgresql-server
  Alpine:          apk add postgresql
  macOS:           brew install postgresql@17
  Docker, Podman:  start it; ORM_PG_TEST_IMAGE may name another image than postgres:17
  anywhere:        set ORM_PG_TEST_URL to a server whose role may create databases,
                   such as postgres://postgres:secret@localhost/postgres";

pub(super) fn failed(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Testing, text.into())
}

pub(super) fn none_found(tried: &[String]) -> Error {
    failed(format!("no PostgreSQL server for tests; tried:\n  {}\n{HOW_TO_GET_ONE}", tried.join("\n  ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_server_is_told_with_all_that_was_tried_and_how_to_get_one() {
        let error = none_found(&["docker: does not answer".into(), "initdb: not in PATH".into()]);
        assert_eq!(error.kind(), orm_core::error::ErrorKind::Testing);
        let text = error.to_string();
        for part in [
            "\n  docker: does not answer\n  initdb: not in PATH\n",
            "apt-get install",
            "brew install",
            "ORM_PG_TEST_URL",
        ] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }
}
