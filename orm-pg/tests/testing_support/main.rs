//! The test support, against real servers: one that these tests share, and separate ones. The environment decides
//! whether they are containers or local servers; the same must hold for both.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod cases;
mod engines;
mod life;
mod models;
mod process;
mod sharing;
mod urls;

use std::{thread::sleep, time::Duration};

use orm_pg::testing;

/// What the other processes of these tests do, as their task says; on its own it uses the server like any test.
#[test]
fn helper() {
    let task = std::env::var("ORM_PG_HELPER").unwrap_or_else(|_| "test".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match task.as_str() {
        "url" | "hold" => match runtime.block_on(testing::database_url()) {
            Ok(url) => println!("answer: {url}"),
            Err(error) => println!("answer: {}", error.to_string().replace('\n', " ")),
        },
        "server" => println!("answer: {}", runtime.block_on(testing::server()).unwrap().url()),
        "test" => {
            models::sees_two_people("helper");
            println!("answer: fine");
        }
        task => panic!("{task}"),
    }
    if task == "hold" {
        sleep(Duration::from_secs(120));
    }
}
