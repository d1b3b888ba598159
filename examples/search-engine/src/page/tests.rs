//! How a page's HTML is read.

use std::time::{Duration, Instant};

use super::*;

fn read(html: &str) -> Page {
    let url = Url::parse("http://example.org/docs/page.html").unwrap();
    Page::read(html.as_bytes(), Kind::Html, None, &url)
}

#[track_caller]
fn check_text(html: &str, text: &str) {
    assert_eq!(read(html).text, text);
}

#[track_caller]
fn check_links(html: &str, links: &[&str]) {
    let found = read(html).links;
    assert_eq!(found.iter().map(Url::as_str).collect::<Vec<_>>(), links);
}

#[test]
fn a_page_has_title_text_headings_and_links() {
    let page = read(
        "<!doctype html><html><head><title> A  &amp;\nB </title><style>p {}</style></head>\
         <body><h1>Head<b>ing</b></h1><p>Some <i>text</i>.</p><a href='b.html#x'>next</a><h2>Two</h2>",
    );
    assert_eq!(page.title, "A & B");
    assert_eq!(page.text, "Heading\nSome text.\nnext\nTwo");
    assert_eq!(page.headings, ["Heading", "Two"]);
    assert_eq!(page.links[0].as_str(), "http://example.org/docs/b.html");
    assert!(page.index && page.notes.is_empty());
}

#[test]
fn a_title_is_found_elsewhere_when_there_is_none() {
    assert_eq!(read("<h1>Head</h1>").title, "Head");
    assert_eq!(read("words").title, "page.html");
    let url = Url::parse("http://example.org/a%20b%00.txt").unwrap();
    assert_eq!(Page::read(b"", Kind::Text, None, &url).title, "a b.txt");
    assert_eq!(Page::read(b"", Kind::Text, None, &url.join("/").unwrap()).title, "example.org");
}

#[test]
fn what_is_not_content_is_left_out() {
    check_text("a<script>if (a < b) { '</p>' }</script>b<style>x</style>c", "abc");
    check_text("<nav>menu <nav>inner</nav> menu</nav>text<svg><title>icon</title></svg>", "text");
    check_text("<template>later</template><noscript>no</noscript><textarea>x</textarea>text", "text");
    assert_eq!(read("<title>Real</title><svg><title>icon</title></svg>").title, "Real");
}

#[test]
fn the_sign_that_links_to_a_heading_is_no_part_of_it() {
    assert_eq!(read("<h2><a href='#x'>§</a>Examples<a href='#x'> ¶</a></h2>").headings, ["Examples"]);
}

#[test]
fn blocks_part_words_and_inline_elements_do_not() {
    check_text("<p>one<p>two<div>three</div>four<br>five", "one\ntwo\nthree\nfour\nfive");
    check_text("tokio::<wbr>sync <b>bold</b>er <td>a<td>b", "tokio::sync bolder\na\nb");
}

#[test]
fn broken_html_still_has_its_words() {
    check_text("<p <b>one</i></p></p><div class=\"x>two\">three</div", "one\nthree");
    check_text("<nav>menu<p>all the page is in an unclosed nav", "menu\nall the page is in an unclosed nav");
    check_text("<nav>menu<main>the content</main>", "the content");
    check_text("</div></div></nav><table><p>odd</table>", "odd");
    check_text("a <!-- comment -- > still --> b <![CDATA[c]]> &#0; &bogus; &lt", "a b \u{fffd} &bogus; <");
    check_text("<", "<");
    check_text("<a href", "");
}

#[test]
fn links_are_absolute_normal_and_single() {
    check_links(
        "<a href=../a.html>a</a><a href='/a.html#frag'>again</a><area href='//other.org'><a name=x>no</a>\
         <a href='#top'>top</a><a href='mailto:a@b.c'>mail</a><a href='http://['>bad</a><a href='?q=1&amp;r=2'>q</a>",
        &["http://example.org/a.html", "http://other.org/", "http://example.org/docs/page.html?q=1&r=2"],
    );
}

#[test]
fn links_start_from_the_base() {
    check_links("<base href='/other/'><base href='/wrong/'><a href=a>a</a>", &["http://example.org/other/a"]);
    check_links("<base href='http://['><a href=a>a</a>", &["http://example.org/docs/a"]);
}

#[test]
fn a_refresh_is_a_link() {
    check_links("<meta http-equiv=Refresh content='0; URL=next.html'>", &["http://example.org/docs/next.html"]);
}

#[test]
fn robots_wishes_are_kept() {
    let page = read("<meta name=ROBOTS content='NoIndex, nofollow'><a href=a>a</a>");
    assert!(!page.index && page.links.is_empty());
    assert!(!read("<meta name=robots content=none>").index);
    check_links("<a rel='external nofollow' href=a>a</a><a rel=external href=b>b</a>", &["http://example.org/docs/b"]);
}

#[test]
fn plain_text_is_all_text() {
    let url = Url::parse("http://example.org/notes.txt").unwrap();
    let page = Page::read(b"<b>one</b>\r\n\r\n  two\tthree\n", Kind::Text, None, &url);
    assert_eq!((page.title.as_str(), page.text.as_str()), ("notes.txt", "<b>one</b>\ntwo three"));
}

#[test]
fn nul_bytes_are_removed_and_noted() {
    let page = read("<title>a\0b</title><p>c\0d");
    assert_eq!((page.title.as_str(), page.text.as_str()), ("ab", "cd"));
    assert_eq!(page.notes, [Note::Nul]);
}

#[test]
fn what_is_too_long_is_cut_and_noted() {
    let page = read(&"word ".repeat(MAX_TEXT));
    assert!(page.text.len() <= MAX_TEXT && page.text.len() > MAX_TEXT - 10);
    assert_eq!(page.notes, [Note::Cut]);
    let page = read(&format!("<title>{0}</title>{0}", "é".repeat(MAX_TEXT)));
    assert_eq!((page.title.len(), page.text.len()), (MAX_TITLE, MAX_TEXT));
    let links: String = (0..=MAX_LINKS).map(|link| format!("<a href=p{link}>x</a>")).collect();
    let page = read(&links);
    assert_eq!((page.links.len(), page.notes), (MAX_LINKS, vec![Note::Cut]));
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    let bombs = [
        "<div>".repeat(100_000) + "deep",
        "<nav>".repeat(100_000) + "deep",
        "<b><p>".repeat(100_000) + "deep",
        format!("<a {}>deep", "x=y ".repeat(200_000)),
        "<a href=".repeat(100_000) + ">deep",
        "<!--".repeat(200_000) + "-->deep",
        "&".repeat(500_000) + " deep",
        "<title>".repeat(100_000) + "</title>deep",
        "<h1>".repeat(100_000) + "deep",
        "<script><!--".repeat(100_000) + "--></script>deep",
    ];
    for bomb in bombs {
        let begin = Instant::now();
        let page = read(&bomb);
        let start: String = bomb.chars().take(12).collect();
        assert!(page.text.contains("deep") || page.notes == [Note::Cut], "{start}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{start} took {:?}", begin.elapsed());
    }
}
