//! What was there before: files that count as run, and the histories of other tools.

use std::str::FromStr;

use orm_core::{
    error::{Error, ErrorKind, Result},
    executor::Executor,
    migrate::file::{Graph, Migration},
};
use serde::{Deserialize, Serialize};

use super::{history::has_table, statement::query};

/// Which files count as run on a database that existed before its migrations: `Migrations::baseline`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    up_to: Option<String>,
    tool: Option<Tool>,
}

impl Baseline {
    /// The migration `id`, and all that it comes after.
    #[must_use]
    pub fn up_to(id: impl Into<String>) -> Self {
        Self { up_to: Some(id.into()), tool: None }
    }

    /// The files with the times of those that another tool has run: its history says which.
    ///
    /// Every migration in that history must have a file, unless [`and_up_to`](Self::and_up_to) names the last one.
    #[must_use]
    pub fn from(tool: Tool) -> Self {
        Self { up_to: None, tool: Some(tool) }
    }

    /// The migration `id` and all that it comes after, in place of the files of the same times: for a first file that makes
    /// everything that the other tool has made.
    #[must_use]
    pub fn and_up_to(self, id: impl Into<String>) -> Self {
        Self { up_to: Some(id.into()), ..self }
    }
}

/// Another tool for migrations, and the table of its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// sqlx: `_sqlx_migrations`.
    Sqlx,
    /// sea-orm: `seaql_migrations`.
    SeaOrm,
    /// diesel: `__diesel_schema_migrations`.
    Diesel,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Rails: `schema_migrations`.
    Rails,
    /// Django: `django_migrations`.
    Django,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Sqlx, Self::SeaOrm, Self::Diesel, Self::Refinery, Self::Rails, Self::Django];

    /// Returns its name, as `orm migrate baseline --from` takes it: `sea-orm`. [`FromStr`] reads it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlx => "sqlx",
            Self::SeaOrm => "sea-orm",
            Self::Diesel => "diesel",
            Self::Refinery => "refinery",
            Self::Rails => "rails",
            Self::Django => "django",
        }
    }

    /// Returns the table of its history.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Sqlx => "_sqlx_migrations",
            Self::SeaOrm => "seaql_migrations",
            Self::Diesel => "__diesel_schema_migrations",
            Self::Refinery => "refinery_schema_history",
            Self::Rails => "schema_migrations",
            Self::Django => "django_migrations",
        }
    }

    /// The query of its history.
    const fn versions(self) -> &'static str {
        match self {
            Self::Sqlx => include_str!("sql/of_sqlx.sql"),
            Self::SeaOrm => include_str!("sql/of_sea_orm.sql"),
            Self::Diesel => include_str!("sql/of_diesel.sql"),
            Self::Refinery => include_str!("sql/of_refinery.sql"),
            Self::Rails => include_str!("sql/of_rails.sql"),
            Self::Django => include_str!("sql/of_django.sql"),
        }
    }
}

impl FromStr for Tool {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name).ok_or_else(|| {
            let all = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorKind::Migration, format!("{name:?} is not one of these tools: {all}"))
        })
    }
}

/// A migration that another tool has run.
#[derive(Serialize, Deserialize)]
struct Version {
    version: String,
    success: bool,
}

/// Returns the files that count as run, in their order, and why.
pub(super) async fn files<'a>(
    on: &impl Executor,
    migrations: &'a [Migration],
    baseline: &Baseline,
) -> Result<(Vec<&'a Migration>, String)> {
    let graph = Graph::new(migrations);
    let (versions, reason) = match baseline.tool {
        None => (Vec::new(), "it was there before".to_owned()),
        Some(tool) => of_tool(on, tool).await?,
    };
    if let Some(last) = &baseline.up_to {
        if !migrations.iter().any(|it| it.id == *last) {
            return Err(Error::new(ErrorKind::Migration, format!("there is no migration {last}")));
        }
        let files = graph.order().filter(|it| it.id == *last || graph.is_after(last, &it.id)).collect();
        return Ok((files, reason));
    }
    let of_time = |time: &str, it: &Migration| it.id.split_once('_').is_some_and(|(own, _)| own == time);
    let times: Vec<String> = versions.iter().map(|it| digits(it)).collect();
    let missing = versions.iter().zip(&times).filter(|(_, time)| !migrations.iter().any(|it| of_time(time, it)));
    let missing: Vec<_> = missing.map(|it| it.0.as_str()).collect();
    if !missing.is_empty() {
        let text = format!(
            "these ran, and no file has their time: {}: add their files, or name the file that makes everything that they \
             made: `orm migrate baseline --up-to …`",
            missing.join(", ")
        );
        return Err(Error::new(ErrorKind::Migration, text));
    }
    Ok((graph.order().filter(|it| times.iter().any(|time| of_time(time, it))).collect(), reason))
}

/// Returns what a tool has run, and a sentence about it.
async fn of_tool(on: &impl Executor, tool: Tool) -> Result<(Vec<String>, String)> {
    let table = tool.table();
    if !has_table(on, table).await? {
        let text = format!(
            "there is no table {table}: name the last file that counts as run: `orm migrate baseline --up-to …`"
        );
        return Err(Error::new(ErrorKind::Migration, text));
    }
    let versions: Vec<Version> = query(on, tool.versions(), vec![]).await?;
    if let Some(failed) = versions.iter().find(|it| !it.success) {
        let text = format!("{table} says that {} failed: mend it with that tool first", failed.version);
        return Err(Error::new(ErrorKind::Migration, text));
    }
    let Some(last) = versions.last() else {
        return Err(Error::new(ErrorKind::Migration, format!("{table} is empty, so nothing counts as run")));
    };
    let reason = format!("{} migrations of {table}, the last one {}", versions.len(), last.version);
    Ok((versions.into_iter().map(|it| it.version).collect(), reason))
}

/// The time in a version: `m20220101_000001_create` and `2022-01-01-000001` are `20220101000001`.
fn digits(version: &str) -> String {
    version.chars().filter(char::is_ascii_digit).take(14).collect()
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn versions_of_other_tools_have_a_time() {
        for version in ["20220101000001", "m20220101_000001_create_table_2", "2022-01-01-000001_create"] {
            assert_eq!(digits(version), "20220101000001");
        }
        assert_eq!(digits("1"), "1");
    }
}
