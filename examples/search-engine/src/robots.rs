//! `robots.txt` as defined by RFC 9309: the rules of one site for one crawler.
//!
//! Parsing never fails, since an invalid line is skipped. Matching is linear in the length of the path for
//! every rule, so a hostile pattern of many `*` costs nothing special.

use std::time::Duration;

use url::Url;

/// The longest pause between two visits that is honoured; a longer one is reduced to this.
pub const MAX_DELAY: Duration = Duration::from_secs(5);

/// The number of rules that are kept; RFC 9309 allows a limit.
const MAX_RULES: usize = 2000;

/// The addresses that a site allows our crawler. The default allows everything.
#[derive(Debug, Clone, Default)]
pub struct Robots {
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

#[derive(Debug, Clone)]
struct Rule {
    allow: bool,
    pattern: String,
}

impl Robots {
    /// Reads the groups for `agent`, or those for `*` if none names it.
    ///
    /// Names are compared without case, up to the first `/` or space of `agent`: `search-engine/1.0` is
    /// `search-engine`.
    #[must_use]
    pub fn parse(text: &str, agent: &str) -> Self {
        let agent = agent.split(['/', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        let (mut ours, mut anyones, mut named) = (Self::default(), Self::default(), false);
        // Which of the two the current group is for, and whether its list of agents is still open.
        let (mut for_us, mut for_any, mut naming) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if !naming {
                    (for_us, for_any, naming) = (false, false, true);
                }
                for_any |= value == "*";
                for_us |= value.to_ascii_lowercase() == agent;
                named |= for_us;
                continue;
            }
            if matches!(key.as_str(), "allow" | "disallow" | "crawl-delay") {
                naming = false;
            }
            if for_us {
                ours.read(&key, value);
            }
            if for_any {
                anyones.read(&key, value);
            }
        }
        if named { ours } else { anyones }
    }

    fn read(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() && self.rules.len() < MAX_RULES => {
                self.rules.push(Rule { allow: key == "allow", pattern: value.to_owned() });
            }
            "crawl-delay" => {
                let delay = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f32(seconds).ok());
                self.delay = delay.map(|delay| delay.min(MAX_DELAY)).or(self.delay);
            }
            _ => {}
        }
    }

    /// Returns whether `url` may be visited: the longest pattern that matches decides, and `Allow` wins a tie.
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        let path = match url.query() {
            Some(query) => &format!("{}?{query}", url.path()),
            None => url.path(),
        };
        self.rules
            .iter()
            .filter(|rule| matches(&rule.pattern, path))
            .max_by_key(|rule| (rule.pattern.len(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }

    /// Returns the pause between two visits that the site asks for, at most [`MAX_DELAY`].
    #[must_use]
    pub fn delay(&self) -> Option<Duration> {
        self.delay
    }
}

/// Returns whether `path` starts with `pattern`, where `*` stands for anything and a final `$` for the end.
///
/// The pieces between stars are searched from left to right, each at its first position; only the last piece of a
/// pattern with `$` is anchored at the end. So there is no backtracking.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !anchored || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if anchored && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, path: &str, allowed: bool) {
        let url = Url::parse("http://example.org").unwrap().join(path).unwrap();
        assert_eq!(Robots::parse(text, "Search-Engine/1.0").allows(&url), allowed, "{path} under {text:?}");
    }

    #[test]
    fn no_rules_allow_everything() {
        check("", "/a", true);
        check("User-agent: *\nDisallow:\n", "/a", true);
        check("<html>not robots at all</html>", "/a", true);
    }

    #[test]
    fn the_longest_match_wins_and_allow_wins_a_tie() {
        let text = "User-agent: *\nDisallow: /docs\nAllow: /docs/public\n";
        check(text, "/docs/private", false);
        check(text, "/docs/public/a", true);
        check("User-agent: *\nDisallow: /a\nAllow: /a", "/a", true);
    }

    #[test]
    fn stars_and_dollars() {
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false);
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?v=1", true);
        check("User-agent: *\nDisallow: /a*b*c", "/a1b2c3", false);
        check("User-agent: *\nDisallow: /a*b*c", "/a1c2b3", true);
        check("User-agent: *\nDisallow: /a$", "/a", false);
        check("User-agent: *\nDisallow: /a$", "/ab", true);
        check("User-agent: *\nDisallow: /*?", "/a?q=1", false);
        check("User-agent: *\nDisallow: *", "/a", false);
    }

    #[test]
    fn a_group_of_our_own_replaces_the_one_for_all() {
        let text = "user-agent: *\ndisallow: /\n\nUser-Agent: other\nUser-Agent: search-engine # us\nDisallow: /x\n";
        check(text, "/a", true);
        check(text, "/x", false);
    }

    #[test]
    fn groups_of_one_agent_are_joined() {
        check("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/a", false);
        check("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/b", false);
    }

    #[test]
    fn the_delay_is_read_and_capped() {
        let delay = |text: &str| Robots::parse(text, "x").delay();
        assert_eq!(delay("User-agent: *\nCrawl-delay: 0.5"), Some(Duration::from_millis(500)));
        assert_eq!(delay("User-agent: *\nCrawl-delay: 86400"), Some(MAX_DELAY));
        assert_eq!(delay("User-agent: *\nCrawl-delay: -1"), None);
        assert_eq!(delay("User-agent: *\nCrawl-delay: NaN"), None);
    }

    #[test]
    fn many_stars_match_in_linear_time() {
        let text = format!("User-agent: *\nDisallow: /{}b$", "*a".repeat(500));
        check(&text, &format!("/{}", "a".repeat(1900)), true);
    }
}
