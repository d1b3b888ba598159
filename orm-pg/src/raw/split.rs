//! Splits SQL into statements: the extended protocol takes one at a time.

use super::token::{Token, tokens};

/// Returns the statements of `sql`, without the `;` after each. A statement in parentheses (`CREATE RULE … DO (a; b)`)
/// or in the body of a function (`BEGIN ATOMIC a; b; END`) belongs to the enclosing statement.
pub(crate) fn statements(sql: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut start, mut end, mut empty) = (0, 0, true);
    let (mut parentheses, mut blocks, mut creates) = (0_usize, 0_usize, false);
    for (after, token) in tokens(sql) {
        match token {
            Token::Sign('(') => parentheses += 1,
            Token::Sign(')') => parentheses = parentheses.saturating_sub(1),
            Token::Sign(';') if parentheses == 0 && blocks == 0 => {
                if !empty {
                    statements.extend(sql.get(start..end).map(str::trim));
                }
                (start, end, empty) = (after, after, true);
                continue;
            }
            _ if empty => creates = token.is("CREATE"),
            _ if creates && (token.is("BEGIN") || (blocks > 0 && token.is("CASE"))) => blocks += 1,
            _ if blocks > 0 && token.is("END") => blocks -= 1,
            Token::Word(_) | Token::Name(_) | Token::Value(_) | Token::Sign(_) => {}
        }
        (end, empty) = (after, false);
    }
    if !empty {
        statements.extend(sql.get(start..end).map(str::trim));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_where_the_server_sees_their_end() {
        for (sql, expected) in [
            ("", &[][..]),
            (" ; -- nothing\n;", &[]),
            ("SET a = 1", &["SET a = 1"]),
            ("SET a = 1; SET b = ';';", &["SET a = 1", "SET b = ';'"]),
            ("SELECT $$a;b$$; /* ; */ SELECT \";\"", &["SELECT $$a;b$$", "/* ; */ SELECT \";\""]),
            (
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); X",
                &["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "X"],
            ),
            (
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END; X",
                &["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END; SELECT 3; END", "X"],
            ),
            ("BEGIN; SELECT 1; END", &["BEGIN", "SELECT 1", "END"]),
        ] {
            assert_eq!(statements(sql), expected, "{sql}");
        }
    }
}
