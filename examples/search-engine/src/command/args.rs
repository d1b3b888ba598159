//! Arguments to a command.

#[cfg(unix)]
mod story;

use url::Url;

/// The usage text.
pub const USAGE: &str = "\
usage: search-engine                                      a demonstration: crawls real pages, then searches them
       search-engine crawl [OPTIONS] URL|DIR...           crawls sites or folders, or resumes a crawl that was stopped
       search-engine search WORDS...                      finds pages: words, \"a phrase\", this or that, -without
       search-engine serve [--port N]                     searches in a browser, as you type
       search-engine story [OPTIONS]                      compares tasks with threads (about a minute)
       search-engine stats                                counts what is stored
       search-engine fetch URL                            shows the data that a crawl would keep of one page

options of crawl and serve:
         --tasks N  visits at once (200)
         --pages N  stop after this many pages
         --port N   the port of the search page (8000; 0 takes any free one)

options of story:
          --wait MS      how long the page server waits (100)
          --cpu MS       the processor time that a page takes (4)
          --seconds S    the duration of each run (2)
          --threads A,B  numbers of threads (2,4,16,64,256)
          --tasks N      tasks at once (200)
          --pages N      pages requested all at once, in the last run (20000)
          --plot FILE    the file for the plot (target/story.svg)

DATABASE_URL names the database.";

/// The default port of the search page.
const PORT: u16 = 8000;

/// A command of the user.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The demonstration.
    Demo,
    /// A crawl.
    Crawl(Wish),
    /// A search for words.
    Search(String),
    /// The page for browsers, on this port.
    Serve(u16),
    /// Tasks and threads, measured.
    #[cfg(unix)]
    Story(crate::story::Options),
    /// The numbers.
    Stats,
    /// One page.
    Fetch(Url),
    /// The usage.
    Help,
}

/// The arguments of a crawl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Visits at once.
    pub tasks: usize,
    /// The most pages.
    pub pages: u64,
    /// Addresses and folders.
    pub targets: Vec<String>,
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// A description of the mistake.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let Some((command, rest)) = arguments.split_first() else { return Ok(Command::Demo) };
    match (command.as_str(), rest) {
        ("crawl", rest) => wish(rest).map(Command::Crawl),
        ("search", [_, ..]) => Ok(Command::Search(rest.join(" "))),
        ("serve", rest) => port(rest).map(Command::Serve),
        #[cfg(unix)]
        ("story", rest) => story::options(rest).map(Command::Story),
        #[cfg(not(unix))]
        ("story", _) => {
            Err("story goes by the clock of a thread's processor time, which this system does not have".to_owned())
        }
        ("stats", []) => Ok(Command::Stats),
        ("fetch", [url]) => url.parse().map(Command::Fetch).map_err(|error| format!("{url}: {error}")),
        ("help" | "--help" | "-h", _) => Ok(Command::Help),
        ("search", []) => Err("search for what?".to_owned()),
        ("stats" | "fetch", _) => Err(format!("the wrong number of arguments for {command}")),
        _ => Err(format!("there is no command {command:?}")),
    }
}

fn wish(arguments: &[String]) -> Result<Wish, String> {
    let mut wish = Wish { tasks: 200, pages: u64::MAX, targets: Vec::new() };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            option @ ("--tasks" | "--pages") => {
                let number = arguments.next().and_then(|number| number.parse().ok()).filter(|number| *number > 0);
                let number: u32 = number.ok_or_else(|| format!("{option} takes a number"))?;
                match option {
                    "--tasks" => wish.tasks = usize::try_from(number).unwrap_or(usize::MAX),
                    _ => wish.pages = number.into(),
                }
            }
            option if option.starts_with('-') => return Err(format!("there is no option {option}")),
            target => wish.targets.push(target.to_owned()),
        }
    }
    if wish.targets.is_empty() { Err("crawl what? Name an address or a folder".to_owned()) } else { Ok(wish) }
}

fn port(arguments: &[String]) -> Result<u16, String> {
    match arguments {
        [] => Ok(PORT),
        [option, port] if option == "--port" => {
            port.parse().map_err(|_| format!("{port:?} is not a port (0 to 65535)"))
        }
        [option] if option == "--port" => Err("--port takes a number".to_owned()),
        [other, ..] => Err(format!("serve takes --port N, not {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Result<Command, &str>) {
        let arguments: Vec<_> = line.split_whitespace().map(ToOwned::to_owned).collect();
        assert_eq!(parse(&arguments), expected.map_err(ToOwned::to_owned));
    }

    #[test]
    fn commands_and_options() {
        check("", Ok(Command::Demo));
        let targets = vec!["docs".to_owned(), "http://localhost/".to_owned()];
        let wish = Wish { tasks: 8, pages: u64::MAX, targets: targets.clone() };
        check("crawl docs --tasks 8 http://localhost/", Ok(Command::Crawl(wish)));
        check("crawl --pages 9 docs http://localhost/", Ok(Command::Crawl(Wish { tasks: 200, pages: 9, targets })));
        check("serve", Ok(Command::Serve(8000)));
        check("serve --port 0", Ok(Command::Serve(0)));
        check("search two words", Ok(Command::Search("two words".to_owned())));
    }

    #[test]
    fn mistakes_are_named() {
        check("crawl", Err("crawl what? Name an address or a folder"));
        check("crawl --tasks 0 docs", Err("--tasks takes a number"));
        check("serve --port 70000", Err("\"70000\" is not a port (0 to 65535)"));
        check("serve --port", Err("--port takes a number"));
        check("serve docs", Err("serve takes --port N, not \"docs\""));
        check("crawl --fast docs", Err("there is no option --fast"));
        check("dance", Err("there is no command \"dance\""));
        check("search", Err("search for what?"));
    }
}
