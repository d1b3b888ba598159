//! Arguments to `story`.

use std::path::PathBuf;
use std::time::Duration;

use crate::story::{MOST_PAGES, Options};

pub(super) fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = arguments.iter();
    while let Some(option) = arguments.next() {
        let value = || arguments.as_slice().first().ok_or_else(|| format!("{option} takes a value"));
        match option.as_str() {
            "--wait" => options.wait = time(option, value()?, 0.001)?,
            "--cpu" => options.cpu = time(option, value()?, 0.001)?,
            "--seconds" => options.measured = time(option, value()?, 1.0)?,
            "--threads" => {
                options.threads = value()?.split(',').map(|part| count(option, part, 1000)).collect::<Result<_, _>>()?
            }
            "--tasks" => options.tasks = count(option, value()?, MOST_PAGES)?,
            "--pages" => options.pages = count(option, value()?, MOST_PAGES)?,
            "--plot" => options.plot = PathBuf::from(value()?),
            other => return Err(format!("story has no option {other:?}")),
        }
        arguments.next();
    }
    Ok(options)
}

/// Reads a time between a millisecond and a minute, in the given unit of seconds.
fn time(option: &str, text: &str, unit: f64) -> Result<Duration, String> {
    let seconds =
        text.parse::<f64>().ok().map(|number| number * unit).filter(|seconds| (0.001..=60.0).contains(seconds));
    let unit = if unit < 1.0 { "milliseconds, 1 to 60000" } else { "seconds, 0.001 to 60" };
    seconds.map(Duration::from_secs_f64).ok_or_else(|| format!("{option} takes {unit}, not {text:?}"))
}

fn count(option: &str, text: &str, most: u32) -> Result<u32, String> {
    let count = text.trim().parse().ok().filter(|count| (1..=most).contains(count));
    count.ok_or_else(|| format!("{option} takes numbers from 1 to {most}, not {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        let arguments: Vec<_> = line.split_whitespace().map(ToOwned::to_owned).collect();
        options(&arguments)
    }

    #[test]
    fn all_can_be_chosen() {
        assert_eq!(read(""), Ok(Options::default()));
        let chosen = Options {
            wait: Duration::from_millis(50),
            cpu: Duration::from_micros(1500),
            measured: Duration::from_millis(500),
            threads: vec![2, 8],
            tasks: 10,
            pages: 25,
            plot: "plot.svg".into(),
        };
        let line = "--wait 50 --cpu 1.5 --seconds 0.5 --threads 2,8 --tasks 10 --pages 25 --plot plot.svg";
        assert_eq!(read(line), Ok(chosen));
    }

    #[test]
    fn mistakes_are_named() {
        let check = |line: &str, expected: &str| assert_eq!(read(line), Err(expected.to_owned()), "{line}");
        check("--wait", "--wait takes a value");
        check("--cpu 0", "--cpu takes milliseconds, 1 to 60000, not \"0\"");
        check("--seconds long", "--seconds takes seconds, 0.001 to 60, not \"long\"");
        check("--threads 2,many", "--threads takes numbers from 1 to 1000, not \"many\"");
        check("--pages 30000", "--pages takes numbers from 1 to 25000, not \"30000\"");
        check("--fast", "story has no option \"--fast\"");
    }
}
