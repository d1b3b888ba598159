//! The default log output, and requirements on the runtime.

use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use orm_pg::{Database, ErrorKind, Executor};

use crate::{
    secrets::{listen, logged},
    server::{builder, eventually, one, raw, unique, url},
};

#[tokio::test]
async fn a_notice_is_logged_without_its_message_and_handed_on_with_it() {
    listen();
    let notice =
        "DO $$ BEGIN RAISE WARNING 'the row of % is gone', 'noticemarker' USING DETAIL = 'detailmarker'; END $$";
    let db = builder(&unique("notice")).connect().await.unwrap();
    db.execute(&raw(notice)).await.unwrap();
    let of_notices = || logged().lines().filter(|it| it.contains("orm_pg::notice")).collect::<Vec<_>>().join("\n");
    eventually(|| async { of_notices().contains("code=\"01000\"") }).await;
    let said = of_notices();
    assert!(said.contains("INFO") && said.contains("severity=\"WARNING\""), "{said}");
    assert!(!said.contains("noticemarker") && !said.contains("detailmarker"), "{said}");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let on_notice =
        move |it: &orm_pg::Notice| ear.lock().unwrap().push((it.message().to_owned(), it.detail().map(str::to_owned)));
    let db = builder(&unique("notice")).on_notice(on_notice).connect().await.unwrap();
    db.execute(&raw(notice)).await.unwrap();
    let expected = ("the row of noticemarker is gone".to_owned(), Some("detailmarker".to_owned()));
    eventually(|| async { heard.lock().unwrap().contains(&expected) }).await;
}

#[tokio::test]
async fn what_runs_on_connect_is_logged_by_nobody() {
    listen();
    let secret = "SET app.token = 'tokenmarker'; SELECT 'tokenmarker'";
    let db = builder(&unique("greeting")).max_connections(1).on_connect(secret).connect().await.unwrap();
    for _ in 0..2 {
        assert_eq!(one::<String>(&db, "SELECT current_setting('app.token')").await, "tokenmarker");
        // It runs again after this.
        db.connection().await.unwrap().execute(&raw("SET work_mem = '1MB'")).await.unwrap();
    }
    assert!(!logged().contains("tokenmarker"));
}

/// What comes of `work` in a runtime of one thread that has timers or not, and I/O or not.
fn within<F: Future>(timers: bool, io: bool, work: impl FnOnce() -> F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    if timers {
        builder.enable_time();
    }
    if io {
        builder.enable_io();
    }
    builder.build().unwrap().block_on(async { work().await })
}

#[test]
fn a_runtime_without_timers_or_io_is_an_error() {
    let url = url();
    for (timers, io, what) in [(false, true, "timers"), (true, false, "I/O"), (false, false, "timers")] {
        let eager = within(timers, io, || Database::connect(&url)).unwrap_err();
        let lazy = Database::builder().url(&url).connect_lazy().unwrap();
        let lazy = within(timers, io, || async { lazy.execute(&raw("SELECT 1")).await }).unwrap_err();
        for error in [eager, lazy] {
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
            assert!(error.to_string().contains(what) && error.to_string().contains("enable_all()"), "{error}");
        }
    }
}

#[test]
fn a_handle_that_comes_into_a_runtime_without_timers_or_io_is_an_error() {
    let url = url();
    let served = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let db = served.block_on(async { Database::builder().url(&url).max_connections(2).connect_lazy() }).unwrap();
    let select = raw("SELECT 1");
    for (timers, io) in [(false, true), (true, false)] {
        let error = within(timers, io, || db.execute(&select)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    }
    let mut outside = std::pin::pin!(db.execute(&select));
    let polled = outside.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert!(matches!(polled, std::task::Poll::Ready(Err(error)) if error.kind() == ErrorKind::Config));
    served.block_on(async { assert_eq!(one::<i32>(&db, "SELECT 1").await, 1) });
}
