// Copyright (c) 2026, the authors of azure_windows.activation
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const words = find("words").dataset;
  const rows = [...document.querySelectorAll("li.vm")];
  const causes = [...document.querySelectorAll("article.cause")];
  const fields = ["search", "state", "cause", "who", "since-kind"].map(find);
  const [search, state, cause, who, since] = fields;
  const texts = new Map();

  // What a row can be found by: its own text and that of the case it shares, read once.
  function text(row) {
    if (!texts.has(row)) {
      const shared = row.dataset.case ? find(row.dataset.case) : null;
      if (shared && !texts.has(shared)) texts.set(shared, shared.querySelector(".shareable").textContent.toLowerCase());
      texts.set(row, row.textContent.toLowerCase() + (shared ? texts.get(shared) : ""));
    }
    return texts.get(row);
  }

  function matches(row, wanted) {
    const data = row.dataset;
    return (!state.value || data.state === state.value) &&
      (!cause.value || data.cause === cause.value) &&
      (!who.value || (data.who || "").split("|").includes(who.value)) &&
      (!since || !since.value || data.since === since.value) &&
      wanted.every((word) => text(row).includes(word));
  }

  function filter() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = new Set();
    let shown = 0;
    for (const row of rows) {
      const fits = matches(row, wanted);
      row.hidden = !fits;
      if (fits) {
        shown += 1;
        kept.add(row.dataset.case);
      }
    }
    for (const article of causes) {
      const cases = [...article.querySelectorAll("details.case")];
      for (const one of cases) one.hidden = !kept.has(one.id);
      article.hidden = cases.every((one) => one.hidden);
    }
    find("shown").textContent = find("shown").dataset.text.replace("%s", shown);
    find("empty").hidden = shown > 0;
  }

  function addCopy(block) {
    if (block.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.querySelector("code").textContent);
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 2000);
    });
    block.append(button);
  }

  // A VM that is opened gets a copy of what its case holds once for all of its VMs.
  function fill(details) {
    const place = details.querySelector(":scope > .body > .shared");
    const row = details.parentElement;
    if (place && !place.dataset.filled) {
      place.dataset.filled = "yes";
      place.append(find(row.dataset.case).querySelector(".shareable").cloneNode(true));
    }
    if (navigator.clipboard) details.querySelectorAll("pre.command").forEach(addCopy);
  }

  function open(id) {
    const target = id && find(id);
    if (!target) return;
    const row = target.closest("li.vm");
    if (row && row.hidden) {
      document.querySelector("form.filters").reset();
      filter();
    }
    if (target.matches("details")) target.open = true;
    else if (target.matches("article")) target.querySelector("details.case").open = true;
    target.scrollIntoView();
  }

  const form = document.querySelector("form.filters");
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches("details.case, li.vm > details")) fill(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter-state], a[data-filter-who]");
    if (!link) return;
    form.reset();
    state.value = link.dataset.filterState || "";
    who.value = link.dataset.filterWho || "";
    filter();
  });
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  const expand = find("expand");
  expand.addEventListener("click", () => {
    const opened = expand.textContent === words.expand;
    for (const row of rows) if (!row.hidden && row.firstElementChild.matches("details")) row.firstElementChild.open = opened;
    expand.textContent = opened ? words.collapse : words.expand;
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("details.case:not([open])").forEach((one) => { one.open = true; });
  });
  window.addEventListener("hashchange", () => open(location.hash.slice(1)));
  filter();
  open(location.hash.slice(1));
})();
