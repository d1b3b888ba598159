// Searches while one types. Without this script the form does the same when it is sent.
"use strict";

const PAUSE = 150;
const input = document.getElementById("q");
const status = document.getElementById("status");
const results = document.getElementById("results");
let timer;
let request;

function search() {
  clearTimeout(timer);
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const words = input.value.trimStart();
  const address = words === "" ? "/" : "/?" + new URLSearchParams({ q: words, typing: 1 });
  results.setAttribute("aria-busy", "true");
  fetch(address, { signal })
    .then((response) => response.text())
    .then((text) => {
      // The server has escaped all that it has not written itself, and a parsed document runs nothing.
      const page = new DOMParser().parseFromString(text, "text/html");
      status.replaceChildren(...page.getElementById("status").childNodes);
      results.replaceChildren(...page.getElementById("results").childNodes);
      document.title = page.title;
      history.replaceState(null, "", address);
      results.removeAttribute("aria-busy");
    })
    .catch(() => {
      // A newer search has taken the place of this one.
      if (signal.aborted) return;
      results.removeAttribute("aria-busy");
      results.replaceChildren();
      const failed = document.createElement("strong");
      failed.className = "failed";
      failed.textContent = "The search engine does not answer. Is it still running?";
      status.replaceChildren(failed);
    });
}

function begin() {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
}

input.addEventListener("input", (event) => {
  if (!event.isComposing) begin();
});
input.addEventListener("compositionend", begin);
// A search that is still on its way would replace what the form asks for.
input.form.addEventListener("submit", () => {
  clearTimeout(timer);
  request?.abort();
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  const links = [...results.querySelectorAll("h2 a")];
  const at = links.indexOf(document.activeElement);
  const inInput = document.activeElement === input;
  if (event.key === "/" && !inInput) {
    input.focus();
    input.select();
  } else if (event.key === "Escape" && (inInput || at >= 0)) {
    if (inInput) {
      input.value = "";
      begin();
    }
    input.focus();
  } else if (event.key === "ArrowDown" && (inInput || at >= 0)) {
    links[at + 1]?.focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (links[at - 1] ?? input).focus();
  } else {
    return;
  }
  event.preventDefault();
});
