//! The search page in a real browser, driven by its protocol over pipes. Without a browser the test prints that it did
//! not run.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test ends where something is not as it should be")]
#![expect(clippy::needless_pass_by_value, reason = "parameters are written where they are passed")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use orm_pg::prelude::*;
use serde_json::{Value, json};

use crate::web::{Served, filled};

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A page in a headless browser.
struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    sent: u64,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn start() -> Option<Self> {
        let runs =
            |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
        let name = BROWSERS.into_iter().find(runs)?;
        let profile = tempfile::tempdir().unwrap();
        // The browser reads commands from file descriptor 3 and writes answers to 4.
        let script = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null";
        let mut process = Command::new("sh")
            .args(["-c", script, "sh", name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut browser = Self { process, to, from, session: None, sent: 0, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let session = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", session);
        browser.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        Some(browser)
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut call = json!({"id": self.sent, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            call["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{call}\0").as_bytes()).unwrap();
        loop {
            let mut answer = Vec::new();
            self.from.read_until(0, &mut answer).unwrap();
            assert_eq!(answer.pop(), Some(0), "the browser has ended");
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["id"] == self.sent {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn value(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", json!({"expression": expression, "returnByValue": true}));
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    fn open(&mut self, address: &str) {
        self.call("Page.navigate", json!({"url": address}));
        self.until("document.readyState === 'complete' && document.activeElement?.id === 'q'");
    }

    fn until(&mut self, expression: &str) {
        let began = Instant::now();
        while self.value(expression) != true {
            if began.elapsed() > Duration::from_secs(60) {
                panic!("{expression} does not come true: {}", self.value("document.documentElement.outerHTML"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn type_text(&mut self, text: &str) {
        for char in text.chars().map(String::from) {
            self.call("Input.dispatchKeyEvent", json!({"type": "keyDown", "key": char, "text": char}));
            self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": char}));
        }
    }

    fn press(&mut self, key: &str, text: &str) {
        let code = if key == "Enter" { 13 } else { 0 };
        let down = json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[orm_pg::test(migrations = "migrations", flavor = "multi_thread")]
async fn searching_while_one_types_in_a_browser(db: Database) -> Result<()> {
    let _folder = filled(&db).await;
    let served = Served::start(&db).await;
    let address = format!("http://localhost:{}/", served.port);
    let seen = tokio::task::spawn_blocking(move || {
        let Some(mut browser) = Browser::start() else {
            println!("no chromium or chrome is installed: the search page was not tried in a browser");
            return;
        };
        browser.call("Page.enable", json!({}));
        browser.open(&address);
        let status = "document.getElementById('status').textContent";

        // While the user types, the results and the address change.
        browser.type_text("lends connec");
        browser.until("document.querySelector('#results h2 a')?.textContent === 'Connection pools'");
        browser.until(
            "[...document.querySelectorAll('#results mark')].some((mark) => mark.textContent === 'connections')",
        );
        assert_eq!(browser.value("location.search"), "?q=lends+connec&typing=1");
        assert_eq!(browser.value("document.title"), "lends connec – Search engine");
        browser.type_text("xyz");
        browser.until(&format!("{status}.startsWith('No page has these words')"));
        assert_eq!(browser.value("document.querySelectorAll('#results li').length"), 0);

        // Keys: Escape clears, the arrows move through the results and back.
        browser.press("Escape", "");
        browser.until(&format!("{status}.startsWith('28 pages of 1 site')"));
        assert_eq!(browser.value("document.getElementById('q').value"), "");
        browser.type_text("pears");
        browser.until("document.querySelectorAll('#results li').length === 10");
        browser.press("ArrowDown", "");
        browser.press("ArrowDown", "");
        assert_eq!(browser.value("[...document.querySelectorAll('h2 a')].indexOf(document.activeElement)"), 1);
        browser.press("ArrowUp", "");
        browser.press("ArrowUp", "");
        assert_eq!(browser.value("document.activeElement.id"), "q");

        // Markup of a hostile page is shown as text.
        browser.press("Escape", "");
        browser.type_text("wolf");
        browser
            .until("document.querySelector('#results h2 a')?.textContent.includes('<script>window.hacked=1</script>')");
        assert_eq!(browser.value("typeof window.hacked"), "undefined");
        assert_eq!(browser.value("document.querySelectorAll('#results img, #results script, #results b').length"), 0);

        // Enter in the box searches for exactly these words; Enter on a result opens the page.
        browser.press("Escape", "");
        browser.type_text("pools");
        browser.press("Enter", "\r");
        browser.until("location.search === '?q=pools' && document.readyState === 'complete'");
        browser.until("document.querySelector('#results h2 a')?.textContent === 'Connection pools'");
        // The page's host, and pages that link to it, are links as well; the arrows skip them.
        assert_eq!(browser.value("document.querySelector('#results .host').textContent"), "Home");
        assert_eq!(
            browser.value("document.querySelector('#results .from').textContent"),
            "Linked from Home · <script>window.hacked=1</script> wolf"
        );
        browser.press("ArrowDown", "");
        browser.press("ArrowDown", "");
        browser.press("Enter", "\r");
        browser.until("location.pathname === '/pools.html' && document.title === 'Connection pools'");

        // A server that is gone is reported.
        browser.open(&address);
        browser.value("window.fetch = () => Promise.reject(new Error('gone'))");
        browser.type_text("p");
        browser.until(&format!("{status}.startsWith('The search engine does not answer')"));
    });
    seen.await.unwrap();
    Ok(())
}
