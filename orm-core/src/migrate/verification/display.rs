//! A verification as text.

use std::fmt;

use super::{Difference, Verification};

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.text)
    }
}

/// ```text
/// 1 difference between the models and the database
///
/// User.email: the column users.email is text and not citext
///     ALTER TABLE "public"."users" ALTER COLUMN "email" TYPE public.citext;
///
/// 2 objects of the database are not managed and were not compared
/// ```
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.differences.len() {
            0 => f.write_str("the models and the database agree")?,
            1 => f.write_str("1 difference between the models and the database")?,
            n => write!(f, "{n} differences between the models and the database")?,
        }
        for difference in &self.differences {
            write!(f, "\n\n{difference}")?;
            for step in &difference.steps {
                write!(f, "\n    {};", step.replace('\n', "\n    "))?;
            }
        }
        let rest: Vec<_> = self.other_steps().collect();
        if !rest.is_empty() {
            f.write_str("\n\nthe plan that mends them all also has:")?;
        }
        for sql in rest {
            write!(f, "\n    {};", sql.replace('\n', "\n    "))?;
        }
        if !self.extras.is_empty() {
            f.write_str("\n\nin the database only:")?;
        }
        for extra in &self.extras {
            write!(f, "\n  {extra}")?;
        }
        if !self.notes.is_empty() {
            f.write_str("\n")?;
        }
        for note in &self.notes {
            write!(f, "\nnote: {note}")?;
        }
        match self.unmanaged {
            0 => Ok(()),
            1 => f.write_str("\n\n1 object of the database is not managed and was not compared"),
            n => write!(f, "\n\n{n} objects of the database are not managed and were not compared"),
        }
    }
}
