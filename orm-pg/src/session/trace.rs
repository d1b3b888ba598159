//! Records a `tracing` span for each statement, with the target `orm_pg::statement`, at debug level. An event in it
//! reports the outcome: at debug level, or as a warning with all fields if the statement was slow. The fields have
//! OpenTelemetry's names where there is one. Values of binds and rows are never recorded.

use std::time::{Duration, Instant};

use orm_core::statement::Statement;
use tracing::{Span, field::Empty};

use crate::error::Failure;

/// Measures one statement.
pub(crate) struct Clock {
    span: Span,
    /// `None` if nobody reads the times: reading the clock has a cost.
    started: Option<Instant>,
    pool_wait: Duration,
    decoding: Duration,
    slow: Option<Duration>,
}

impl Clock {
    /// Starts when the statement has its connection, after waiting for `pool_wait`.
    pub(crate) fn start(statement: &Statement, pool_wait: Duration, slow: Option<Duration>) -> Self {
        let span = tracing::debug_span!(
            target: "orm_pg::statement",
            "statement",
            otel.kind = "client",
            otel.status_code = Empty,
            db.system.name = "postgresql",
            db.operation.name = statement.operation.name(),
            db.collection.name = statement.table,
            db.query.text = statement.sql.text.as_str(),
            db.response.status_code = Empty,
            rows = Empty,
            pool_wait_us = micros(pool_wait),
            run_us = Empty,
            decode_us = Empty,
        );
        let watched = slow.is_some() || !span.is_disabled();
        Self { span, started: watched.then(Instant::now), pool_wait, decoding: Duration::ZERO, slow }
    }

    /// Runs `decode` and adds its time.
    pub(crate) fn decoding<T>(&mut self, decode: impl FnOnce() -> T) -> T {
        if self.started.is_none() {
            return decode();
        }
        let started = Instant::now();
        let it = decode();
        self.decoding += started.elapsed();
        it
    }

    /// Records the outcome. The span ends here.
    pub(crate) fn finish(self, statement: &Statement, result: Result<u64, &Failure>) {
        let Some(started) = self.started else { return };
        let run = started.elapsed();
        let code = result.err().and_then(|it| it.error.sql_state());
        let rows = result.ok();
        let failed = result.is_err();
        let (run_us, decode_us) = (micros(run), micros(self.decoding));
        self.span.record("db.response.status_code", code).record("rows", rows);
        self.span.record("run_us", run_us).record("decode_us", decode_us);
        if failed {
            self.span.record("otel.status_code", "ERROR");
        }
        let _inside = self.span.enter();
        if self.slow.is_some_and(|threshold| run >= threshold) {
            tracing::warn!(
                target: "orm_pg::statement",
                {
                    db.system.name = "postgresql",
                    db.operation.name = statement.operation.name(),
                    db.collection.name = statement.table,
                    db.query.text = statement.sql.text.as_str(),
                    db.response.status_code = code,
                    rows,
                    failed,
                    pool_wait_us = micros(self.pool_wait),
                    run_us,
                    decode_us
                },
                "slow statement"
            );
        } else {
            tracing::debug!(target: "orm_pg::statement", rows, failed, run_us, decode_us, "statement");
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
