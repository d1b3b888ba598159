//! Prepares a statement, and compares its columns with what a row is read into.

use orm_core::{
    error::{Error, ErrorKind, Result},
    row::{Matching, Row, fits},
    value::CodecError,
};
use postgres_types::Type;
use tokio_postgres::{Column, error::SqlState};

use super::{
    read::Found,
    target::{Struct, Target},
};
use crate::Connection;

/// What became of a statement.
pub(super) enum Outcome {
    /// The server has accepted it.
    Prepared {
        /// Whether its columns were compared.
        compared: bool,
        /// What does not fit.
        problems: Option<String>,
    },
    /// It fails when it runs.
    Refused(String),
    /// It may be right with the types of its binds.
    Undecided(String),
}

/// What the server says if a type that it does not know may be the reason.
const OF_TYPES: [SqlState; 9] = [
    SqlState::AMBIGUOUS_PARAMETER,
    SqlState::UNDEFINED_FUNCTION,
    SqlState::AMBIGUOUS_FUNCTION,
    SqlState::INDETERMINATE_DATATYPE,
    SqlState::DATATYPE_MISMATCH,
    SqlState::WRONG_OBJECT_TYPE,
    SqlState::CANNOT_COERCE,
    SqlState::GROUPING_ERROR,
    SqlState::INDETERMINATE_COLLATION,
];

/// Prepares a statement. It is not run.
pub(super) async fn prepare(connection: &Connection, statement: &Found, structs: &[&Struct]) -> Result<Outcome> {
    let prepared = match connection.client().prepare(&statement.text).await {
        Ok(prepared) => prepared,
        Err(error) => {
            let Some(said) = error.as_db_error() else {
                let text = format!("a statement of the sources could not be prepared: {error}");
                return Err(Error::new(ErrorKind::Connect, text).with_source(error));
            };
            let hint = said.hint().map(|it| format!(" ({it})")).unwrap_or_default();
            let text = format!("{}{hint}", said.message());
            let by_types = statement.binds > 0 && OF_TYPES.contains(said.code());
            return Ok(if by_types { Outcome::Undecided(text) } else { Outcome::Refused(text) });
        }
    };
    let columns = Columns { columns: prepared.columns(), exact: statement.binds == 0 };
    let problems = match &statement.target {
        Some(target) if target.is_known() => fits(&columns, Matching::Name, |layout| {
            layout.by_position();
            let mut next = 0;
            columns.read(target, layout, &mut next)
        }),
        Some(Target::Struct(name)) => match structs.iter().filter(|it| it.name == *name).collect::<Vec<_>>()[..] {
            [one] => fits(&columns, Matching::Name, |layout| columns.read_fields(one, layout)),
            _ => return Ok(Outcome::Prepared { compared: false, problems: None }),
        },
        _ => return Ok(Outcome::Prepared { compared: false, problems: None }),
    };
    Ok(Outcome::Prepared { compared: true, problems: problems.err().map(|error| error.to_string()) })
}

/// The columns of a result, as a row that has no values.
struct Columns<'a> {
    columns: &'a [Column],
    /// Whether all types are known: no bind has an effect on them.
    exact: bool,
}

impl Columns<'_> {
    /// Whether the type of a column does not depend on a bind.
    fn is_exact(&self, index: usize) -> bool {
        self.exact || self.columns.get(index).is_some_and(|it| it.table_oid().is_some())
    }

    /// Declares what a type reads, as its `FromRow` does.
    fn read(&self, target: &Target, layout: &mut orm_core::row::Layout<'_>, next: &mut usize) -> Result<()> {
        match target {
            Target::Tuple(parts) => parts.iter().try_for_each(|it| self.read(it, layout, next)),
            Target::Column(known) if self.is_exact(*next) || *next >= self.columns.len() => {
                *next += 1;
                (known.by_position)(layout)
            }
            Target::Column(_) | Target::Other | Target::Struct(_) => {
                *next += 1;
                layout.marker()
            }
        }
    }

    fn read_fields(&self, of: &Struct, layout: &mut orm_core::row::Layout<'_>) -> Result<()> {
        for (name, known) in &of.fields {
            let index = self.columns.iter().position(|it| it.name() == name);
            match (index, known) {
                (Some(index), Some(known)) if self.is_exact(index) => (known.by_name)(layout, &of.name, name)?,
                (Some(_), _) => {}
                // Says which columns there are.
                (None, _) => layout.field::<String>(&of.name, name)?,
            }
        }
        Ok(())
    }
}

impl Row for Columns<'_> {
    fn width(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(Column::name)
    }

    fn ty(&self, index: usize) -> Option<&Type> {
        self.columns.get(index).map(Column::type_)
    }

    fn raw(&self, _: usize) -> Result<Option<&[u8]>, CodecError> {
        Err("a prepared statement has no values".into())
    }
}
