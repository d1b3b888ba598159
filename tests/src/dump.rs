//! Dumps of schemas that were made elsewhere.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use orm_pg::Database;

/// The dumps of a folder, in the order of their names.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = std::fs::read_dir(folder)?.map(|it| it.map(|it| it.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|it| it.to_string_lossy().ends_with(".sql.gz"));
    files.sort();
    Ok(files)
}

/// Reads a packed dump, without the commands of psql.
pub fn read(file: &Path) -> Result<String, Box<dyn Error>> {
    let sql = Command::new("gzip").arg("-dc").arg(file).output()?.stdout;
    Ok(String::from_utf8(sql)?.lines().filter(|it| !it.starts_with('\\')).flat_map(|it| [it, "\n"]).collect())
}

/// Runs a dump. What the server refuses, as an extension that is not installed, is left out and returned.
pub async fn load(db: &Database, sql: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let connection = db.connection().await?;
    if connection.client().batch_execute(sql).await.is_ok() {
        return Ok(Vec::new());
    }
    let mut refused = Vec::new();
    for statement in statements(sql) {
        if let Err(error) = connection.client().batch_execute(&statement).await {
            refused.push(error.as_db_error().map_or_else(|| error.to_string(), |it| it.message().to_owned()));
        }
    }
    Ok(refused)
}

/// Cuts a dump into statements: a semicolon at the end of a line ends one, outside of dollar quotes.
fn statements(sql: &str) -> Vec<String> {
    let (mut all, mut one, mut quoted) = (Vec::new(), String::new(), false);
    for line in sql.lines() {
        one.push_str(line);
        one.push('\n');
        quoted ^= line.matches("$$").count() % 2 == 1;
        if !quoted && line.trim_end().ends_with(';') {
            all.push(std::mem::take(&mut one));
        }
    }
    all
}
