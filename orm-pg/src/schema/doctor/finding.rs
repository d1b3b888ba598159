//! One thing that was found.

use serde::{Deserialize, Serialize};

/// Something that [`doctor()`](super::doctor()) has found in a database.
///
/// ```
/// # use blog::*; async fn run(db: Database) -> Result<()> {
/// use orm_pg::schema::{doctor, doctor::Severity};
///
/// let problems = doctor(&db).await?.into_iter().filter(|it| it.severity == Severity::Problem);
/// for problem in problems {
///     println!("{}: {}", problem.object, problem.advice);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The name of the check, such as `foreign_key_without_index`.
    pub check: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is about, as SQL writes it, such as `public.users`.
    pub object: String,
    /// What was found, in one sentence.
    pub message: String,
    /// What to do about it; empty for a fact.
    pub advice: String,
    /// The statements that do it. Where only you can decide, a part of one is `…`.
    pub sql: Vec<String>,
}

/// How bad a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A fact that is good to know.
    Note,
    /// It costs time or safety.
    Warning,
    /// It does harm, or will soon.
    Problem,
}

impl Severity {
    /// Returns its name: `note`, `warning` or `problem`.
    ///
    /// ```
    /// assert_eq!(orm_pg::schema::doctor::Severity::Problem.name(), "problem");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}
