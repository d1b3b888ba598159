//! What the server reports about an error, and the names of its states.

use std::fmt;

use crate::schema::Constraint;

/// What PostgreSQL reported about an error, as data.
///
/// `Debug` omits fields that may quote values of rows.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ServerError {
    /// The five characters of the SQLSTATE.
    pub code: String,
    /// The primary message. May quote values.
    pub message: String,
    /// The detail line. Often quotes values.
    pub detail: Option<String>,
    /// The hint.
    pub hint: Option<String>,
    /// The schema of the object that the error is about.
    pub schema: Option<String>,
    /// The table that the error is about.
    pub table: Option<String>,
    /// The column that the error is about.
    pub column: Option<String>,
    /// The data type that the error is about.
    pub data_type: Option<String>,
    /// The constraint that was violated.
    pub constraint: Option<String>,
    /// Where it happened in functions and triggers of the database, innermost first. May quote values.
    pub context: Option<String>,
    /// The routine in the server's source code that raised the error.
    pub routine: Option<String>,
    /// The character of the statement, from 1, at which the error was found.
    pub position: Option<u32>,
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError")
            .field("code", &self.code)
            .field("message", &self.public_message())
            .field("schema", &self.schema)
            .field("table", &self.table)
            .field("column", &self.column)
            .field("constraint", &self.constraint)
            .finish_non_exhaustive()
    }
}

impl ServerError {
    /// Returns whether this is the violation of `constraint` by a statement that names the table `named`.
    pub(super) fn violates(&self, constraint: Constraint, named: Option<&str>) -> bool {
        if !self.code.starts_with("23") || self.constraint.as_deref() != Some(constraint.name()) {
            return false;
        }
        let in_schema = |schema| self.schema.as_deref().is_none_or(|it| it == schema);
        match self.table.as_deref() {
            // The constraint of a domain; or raised by a function of the user, which need not name a table.
            None => self.data_type.is_none(),
            Some(_) if !constraint.schema().is_none_or(in_schema) => false,
            Some(table) if table == constraint.table() => true,
            // The constraint of a partition, unless a function wrote to another table.
            Some(_) => named == Some(constraint.table()) && self.context.is_none(),
        }
    }

    /// The message, if its class cannot quote a value: errors of syntax, names, rights, resources, state.
    fn public_message(&self) -> Option<&str> {
        const WITHOUT_VALUES: [&str; 16] =
            ["08", "0A", "21", "25", "26", "28", "34", "3B", "3D", "3F", "40", "42", "53", "55", "57", "58"];
        /// The server's messages about a value that does not fit, which do not quote it.
        const OF_A_VALUE: [&str; 12] = [
            "value too long for type ",
            "bit string too long for type ",
            "bit string length ",
            "numeric field overflow",
            "smallint out of range",
            "integer out of range",
            "bigint out of range",
            "value out of range: ",
            "timestamp out of range",
            "date out of range for timestamp",
            "interval out of range",
            "division by zero",
        ];
        let class = self.code.get(..2)?;
        // RAISE accepts any state and any text.
        let of_server = class == "22" && self.routine.as_deref().is_some_and(|it| it != "exec_stmt_raise");
        let harmless =
            WITHOUT_VALUES.contains(&class) || (of_server && OF_A_VALUE.iter().any(|it| self.message.starts_with(it)));
        harmless.then_some(self.message.as_str())
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", name_of_state(&self.code), self.code)?;
        if let Some(message) = self.public_message() {
            write!(f, ": {message}")?;
        }
        if let Some(constraint) = &self.constraint {
            write!(f, ", constraint {constraint}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// The names of the most common states in the PostgreSQL manual (appendix A).
fn name_of_state(code: &str) -> &'static str {
    match code {
        "0A000" => "feature not supported",
        "21000" => "cardinality violation",
        "22001" => "string data right truncation",
        "22003" => "numeric value out of range",
        "22008" => "datetime field overflow",
        "22012" => "division by zero",
        "22021" => "character not in repertoire",
        "22023" => "invalid parameter value",
        "22025" => "invalid escape sequence",
        "22P02" => "invalid text representation",
        "23502" => "not null violation",
        "23503" => "foreign key violation",
        "23505" => "unique violation",
        "23514" => "check violation",
        "23P01" => "exclusion violation",
        "25006" => "read only transaction",
        "25P02" => "transaction is aborted by an earlier error",
        "26000" => "no such prepared statement",
        "28P01" => "invalid password",
        "3D000" => "no such database",
        "40001" => "serialization failure",
        "40P01" => "deadlock detected",
        "42501" => "insufficient privilege",
        "42601" => "syntax error",
        "42703" => "undefined column",
        "42804" => "datatype mismatch",
        "42883" => "undefined function",
        "42P01" => "undefined table",
        "42P07" => "duplicate table",
        "53300" => "too many connections",
        "55P03" => "lock not available",
        "57014" => "query canceled",
        "57P01" => "admin shutdown",
        "57P03" => "cannot connect now",
        _ => "server error",
    }
}
