//! Both sides of a comparison in turn, and the table of results.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::{Arguments, Result};

/// The reading of a meter: two numbers that only grow.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reading {
    /// The figure that the ratio and the target are about.
    pub main: f64,
    /// The second number.
    pub second: f64,
}

/// Reads two numbers, and names them.
#[derive(Debug, Clone, Copy)]
pub struct Meter {
    /// Names the main figure.
    pub main: &'static str,
    /// Names the second figure.
    pub second: &'static str,
    /// Reads them.
    pub read: fn() -> Reading,
}

/// One line of the table.
#[derive(Debug)]
struct Line {
    name: &'static str,
    raw: Reading,
    ours: Reading,
    ratio: f64,
    spread: (f64, f64),
    second: f64,
    target: Option<f64>,
}

/// Runs comparisons and collects their results.
#[derive(Debug)]
pub struct Bench {
    arguments: Arguments,
    meter: Meter,
    lines: Vec<Line>,
}

impl Bench {
    pub(crate) fn new(arguments: &Arguments, meter: Meter) -> Self {
        Self { arguments: arguments.clone(), meter, lines: vec![] }
    }

    /// Whether the case `name` should run.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.arguments.wants(name)
    }

    /// Runs `raw` and `ours` in rounds of `count` times each, in random order, with `prepare` before each. They receive
    /// the number of the turn.
    pub(crate) async fn compare(
        &mut self,
        name: &'static str,
        target: Option<f64>,
        count: usize,
        prepare: impl AsyncFn() -> Result<()>,
        raw: impl AsyncFn(usize) -> Result<()>,
        ours: impl AsyncFn(usize) -> Result<()>,
    ) -> Result<()> {
        if !self.wants(name) {
            return Ok(());
        }
        let count = if self.arguments.quick { count.div_ceil(20) } else { count };
        let (mut raws, mut ourses) = (vec![], vec![]);
        // The first round only warms up.
        for round in 0..=self.arguments.rounds {
            let coin = RandomState::new().build_hasher().finish() % 2;
            for side in [coin, 1 - coin] {
                let (label, list) = if side == 0 { ("raw", &mut raws) } else { ("ours", &mut ourses) };
                if !self.arguments.has_side(label) {
                    list.push(Reading { main: f64::NAN, second: f64::NAN });
                    continue;
                }
                prepare().await?;
                let before = (self.meter.read)();
                for turn in 0..count {
                    if side == 0 { raw(turn).await? } else { ours(turn).await? }
                }
                let after = (self.meter.read)();
                let each = |before: f64, after: f64| (after - before) / count as f64;
                if round > 0 {
                    list.push(Reading {
                        main: each(before.main, after.main),
                        second: each(before.second, after.second),
                    });
                }
            }
        }
        let pairs = || raws.iter().zip(&ourses);
        let mut ratios: Vec<_> = pairs().map(|(raw, ours)| ours.main / raw.main).collect();
        ratios.sort_by(f64::total_cmp);
        self.lines.push(Line {
            name,
            raw: Reading {
                main: median(raws.iter().map(|it| it.main)),
                second: median(raws.iter().map(|it| it.second)),
            },
            ours: Reading {
                main: median(ourses.iter().map(|it| it.main)),
                second: median(ourses.iter().map(|it| it.second)),
            },
            ratio: median(ratios.iter().copied()),
            spread: (at(&ratios, 0.25), at(&ratios, 0.75)),
            second: median(pairs().map(|(raw, ours)| ours.second / raw.second)),
            target,
        });
        Ok(())
    }

    /// The table, one line for each comparison.
    #[must_use]
    pub fn table(&self) -> String {
        let Meter { main, second, .. } = self.meter;
        let mut out = format!(
            "| | raw {main} | ours {main} | ratio | half of the rounds | target | raw {second} | ours {second} | ratio |\n\
             |---|---|---|---|---|---|---|---|---|\n"
        );
        for it in &self.lines {
            let target = it.target.map_or_else(|| "–".to_owned(), |target| format!("≤ {target:.2}"));
            out += &format!(
                "| {} | {:.1} | {:.1} | **{:.3}** | {:.3} to {:.3} | {target} | {:.1} | {:.1} | {:.3} |\n",
                it.name,
                it.raw.main,
                it.ours.main,
                it.ratio,
                it.spread.0,
                it.spread.1,
                it.raw.second,
                it.ours.second,
                it.second,
            );
        }
        out
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    at(&values, 0.5)
}

/// The value at `part` of the way through `sorted`.
fn at(sorted: &[f64], part: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index within the slice")]
    let index = ((sorted.len().saturating_sub(1)) as f64 * part).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
