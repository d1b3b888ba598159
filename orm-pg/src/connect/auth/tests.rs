use super::*;

const NOTICE: &[u8] = b"N\0\0\0\x0bSNOTE\0\0";

fn question(code: u32, rest: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + rest.len()).unwrap();
    [b"R".as_slice(), &length.to_be_bytes(), &code.to_be_bytes(), rest].concat()
}

fn watch(allowed: Methods) -> Watch {
    Watched::new((), allowed).watch.unwrap()
}

/// Looks at `bytes` in every possible two parts, which must not matter.
#[track_caller]
fn verdict(list: Option<&str>, bytes: &[u8]) -> Result<Over, Refused> {
    let allowed = list.map_or_else(Methods::default, |it| Methods::from_list(it).unwrap());
    let whole = watch(allowed).look(bytes);
    for cut in 0..bytes.len() {
        let mut watch = watch(allowed);
        let parts = match watch.look(&bytes[..cut]) {
            Ok(false) => watch.look(&bytes[cut..]),
            other => other,
        };
        assert_eq!(parts, whole, "cut at {cut}");
    }
    whole
}

#[test]
fn scram_and_no_question_are_what_is_allowed_unasked() {
    let scram = [question(10, b"SCRAM-SHA-256\0\0"), question(11, b"r=x"), question(12, b"v=x")].concat();
    assert_eq!(verdict(None, &scram), Ok(false));
    assert_eq!(verdict(None, &[scram, question(0, b"")].concat()), Ok(true));
    assert_eq!(verdict(None, &[NOTICE, &question(0, b"")].concat()), Ok(true));
    assert_eq!(verdict(None, &question(3, b"")), Err(Refused(Methods::PASSWORD)));
    assert_eq!(verdict(None, &[NOTICE, &question(5, b"salt")].concat()), Err(Refused(Methods::MD5)));
    assert_eq!(verdict(None, &question(7, b"")), Err(Refused(Methods::FOREIGN)));
}

#[test]
fn the_users_list_is_kept_to() {
    assert_eq!(verdict(Some("password"), &question(3, b"")), Ok(false));
    assert_eq!(verdict(Some("password,md5"), &[question(5, b"salt"), question(0, b"")].concat()), Ok(true));
    assert_eq!(verdict(Some("scram-sha-256"), &question(0, b"")), Err(Refused(Methods::NONE)));
    assert_eq!(verdict(Some("!scram-sha-256"), &question(10, b"x\0\0")), Err(Refused(Methods::SCRAM)));
    assert_eq!(verdict(Some("!none, !gss"), &question(5, b"salt")), Ok(false));
}

#[test]
fn what_comes_after_authentication_is_not_looked_at() {
    let after = [question(0, b""), question(3, b"")].concat();
    assert_eq!(verdict(None, &after), Ok(true));
}

#[test]
fn lists_that_mean_nothing_are_refused() {
    for list in ["", "scram", "password,!md5", "gss", "!password,!md5,!scram-sha-256,!none", "none,"] {
        assert_eq!(Methods::from_list(list), None, "{list}");
    }
}

#[test]
fn a_refusal_is_found_below_other_errors() {
    let error = io::Error::other(io::Error::other(Refused(Methods::MD5)));
    assert_eq!(Refused::find(&error), None);
    assert_eq!(Refused::find(&io::Error::other(Refused(Methods::MD5))), Some(Refused(Methods::MD5)));
}
