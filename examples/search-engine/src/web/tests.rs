//! How addresses are read.

use super::*;

#[track_caller]
fn check(uri: &str, expected: Result<(&str, bool, i64), &str>) {
    let asked = Asked::read(&uri.parse().unwrap());
    let expected = expected.map(|(words, typing, page)| Asked { words: words.to_owned(), typing, page });
    assert_eq!(asked, expected.map_err(ToOwned::to_owned), "{uri}");
}

#[test]
fn words_and_pages() {
    check("/", Ok(("", false, 1)));
    check("/?q=two+words&page=3", Ok(("two words", false, 3)));
    check("/?q=%22a%20phrase%22&typing=1&utm_source=mail", Ok(("\"a phrase\"", true, 1)));
    check("/?q=%ff%00", Ok(("\u{fffd}\0", false, 1)));
}

#[test]
fn pages_that_cannot_be_are_named() {
    check("/?q=a&page=0", Err("page is a number from 1 to 20, not \"0\""));
    check("/?q=a&page=21", Err("page is a number from 1 to 20, not \"21\""));
    check("/?page=one", Err("page is a number from 1 to 20, not \"one\""));
}
