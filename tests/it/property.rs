//! Properties that must hold for every input, tested with random input against the real server.
//!
//! A failure prints the smallest case and a seed: `PROPTEST_RNG_SEED=… cargo test -p orm-tests …` runs the same cases
//! again. `PROPTEST_CASES=10000` tries more.

mod clause;
mod equality;
mod expression;
mod group;
mod join;
mod length;
mod name;
mod nul;
mod relation;
mod schedule;
mod session;
mod tree;
mod write;

use std::hash::{BuildHasher, RandomState};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngSeed, TestCaseError, TestCaseResult, TestError, TestRunner},
};
use tokio::runtime::Handle;

/// Runs `test` on `cases` values of a strategy, unless the environment says how many.
pub(crate) async fn check<S, F>(cases: u32, strategy: impl FnOnce() -> S + Send + 'static, test: F)
where
    S: Strategy + 'static,
    F: AsyncFn(S::Value) -> TestCaseResult + Send + 'static,
{
    let runtime = Handle::current();
    // The runner is synchronous, so it gets a thread that may block.
    let running = tokio::task::spawn_blocking(move || run(cases, &strategy(), |value| runtime.block_on(test(value))));
    if let Err(failed) = running.await {
        std::panic::resume_unwind(failed.into_panic());
    }
}

fn run<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> TestCaseResult) {
    let of_environment = |name: &str| std::env::var(name).ok().and_then(|it| it.parse::<u64>().ok());
    let seed = of_environment("PROPTEST_RNG_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let mut runner = TestRunner::new(Config {
        cases: of_environment("PROPTEST_CASES").and_then(|it| it.try_into().ok()).unwrap_or(cases),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 3000,
        ..Config::default()
    });
    match runner.run(strategy, test) {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => {
            panic!("{reason}\nthe smallest case: {value:#?}\nagain: PROPTEST_RNG_SEED={seed}")
        }
        Err(TestError::Abort(reason)) => panic!("{reason}\nagain: PROPTEST_RNG_SEED={seed}"),
    }
}

/// Fails the case with what the server or the library says.
pub(crate) fn failed(error: impl std::fmt::Debug) -> TestCaseError {
    TestCaseError::fail(format!("{error:?}"))
}
