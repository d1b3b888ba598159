//! The command line.

use crate::Result;

/// What to run, and for how long.
#[derive(Debug, Clone)]
pub struct Arguments {
    /// The number of rounds; each runs both sides once, in random order.
    pub rounds: usize,
    /// Only enough to check that everything works.
    pub quick: bool,
    /// Only cases whose name contains this.
    pub only: Option<String>,
    /// The database to use, whose benchmark tables are dropped; by default a separate one.
    pub url: Option<String>,
    /// Runs only one side, for a profiler: `raw` or `ours`.
    pub side: Option<String>,
}

impl Arguments {
    /// Reads the command line.
    ///
    /// # Errors
    /// For an unknown argument.
    pub fn read() -> Result<Self> {
        let mut it = Self { rounds: 200, quick: false, only: None, url: None, side: None };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--rounds" => it.rounds = value()?.parse()?,
                "--only" => it.only = Some(value()?),
                "--url" => it.url = Some(value()?),
                "--side" => it.side = Some(value()?),
                "--quick" => it.quick = true,
                _ => {
                    return Err(
                        format!("unknown {word}: --rounds N, --quick, --only NAME, --side SIDE, --url URL").into()
                    );
                }
            }
        }
        if it.quick {
            it.rounds = it.rounds.min(2);
        }
        Ok(it)
    }

    /// Whether to run the case `name`.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|it| name.contains(it.as_str()))
    }

    /// Whether to run `side`.
    pub(crate) fn has_side(&self, side: &str) -> bool {
        self.side.as_ref().is_none_or(|it| it == side)
    }
}
