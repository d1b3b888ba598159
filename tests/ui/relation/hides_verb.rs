//! Relations that would hide functions that users call on the model.

use orm_pg::prelude::*;

#[derive(Debug, Clone, Model)]
#[orm(table = "queries")]
pub struct Query {
    #[orm(key, identity)]
    pub id: i64,
    pub text: String,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "logs", has_many(insert: Line))]
pub struct Log {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references = Query)]
    pub query_id: i64,
}

#[derive(Debug, Clone, Model)]
#[orm(table = "lines")]
pub struct Line {
    #[orm(key, identity)]
    pub id: i64,
    #[orm(references(Log, relation = get))]
    pub log_id: i64,
}

fn main() {
    // No further messages: these are the verbs.
    let _ = Log::query().filter(|l| l.query_id.eq(1));
    let _ = Log::insert(NewLog::new(1));
    let _ = Line::get(1);
}
