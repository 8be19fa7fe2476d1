// Copyright (c) 2026, the authors of azure_windows.activation
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
(() => {
  const rows = [...document.querySelectorAll("li.vm")];
  const causes = [...document.querySelectorAll("article.cause")];
  const fields = ["search", "state", "cause", "who", "since-kind"].map(find);
  const [search, state, cause, who, since] = fields;
  const texts = new Map();

  // What a row shares with others: its case first, then what else was found.
  const links = new Map(rows.map((row) => [row, [...row.querySelectorAll("p.shared > a")]]));
  const shares = (row) => links.get(row).map((link) => find(link.hash.slice(1)));

  // What a row can be found by: its own text and that of the cases it shares, read once.
  function text(row) {
    if (!texts.has(row)) {
      const parts = [row.textContent.toLowerCase()];
      for (const one of shares(row)) {
        if (!texts.has(one)) texts.set(one, title(one).toLowerCase() + one.querySelector(".shareable").textContent.toLowerCase());
        parts.push(texts.get(one));
      }
      texts.set(row, parts.join(" "));
    }
    return texts.get(row);
  }

  const title = (one) => one.querySelector(".sentence").textContent;

  function paragraph(tag, text) {
    const made = document.createElement(tag);
    made.textContent = text;
    return made;
  }

  // State, cause and team of a row are those of its case; an unanswered one has none.
  const places = new Map([...document.querySelectorAll("article[data-cause] details.case")].map((one) =>
    [one.id, { ...one.closest("article").dataset, who: one.dataset.who.split("|") }]));
  const lost = { state: "unanswered", cause: "", who: [] };

  function matches(row, wanted) {
    const data = places.get(row.dataset.case) || lost;
    return (!state.value || data.state === state.value) &&
      (!cause.value || data.cause === cause.value) &&
      (!who.value || data.who.includes(who.value)) &&
      (!since || !since.value || row.dataset.since === since.value) &&
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
        for (const link of links.get(row)) kept.add(link.hash.slice(1));
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

  // A VM that is opened gets a copy of what its cases hold once for all of its VMs.
  function fill(details) {
    const row = details.parentElement;
    if (row.matches("li.vm") && !row.dataset.filled) {
      row.dataset.filled = "yes";
      const body = details.querySelector(".body");
      const own = body.querySelector(":scope > ol.chain");
      for (const link of links.get(row)) {
        const one = find(link.hash.slice(1));
        const copy = one.querySelector(".shareable").cloneNode(true);
        link.parentElement.after(copy);
        if (one.id === row.dataset.case) complete(body, one, own, copy.querySelector("ol.chain"));
        else copy.prepend(paragraph("p", title(one)));
      }
    }
    if (navigator.clipboard) details.querySelectorAll("pre.command").forEach(addCopy);
  }

  // The title of the case becomes that of the VM, and the VM's own words go where the sentences of the case leave them out.
  function complete(body, one, own, chain) {
    if (!body.querySelector("h3")) {
      body.prepend(paragraph("h3", title(one)));
    }
    if (!own || !chain) return;
    for (const item of [...own.children]) {
      const shared = [...chain.children].find((other) => other.value === item.value);
      if (shared) shared.querySelector(".gap").replaceWith(item.textContent);
      else chain.insertBefore(item, [...chain.children].find((other) => other.value > item.value) || null);
    }
    own.remove();
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

  // By a column, up and then down; rows that have nothing there come last.
  const list = find("list");
  const sorters = [...document.querySelectorAll("button[data-column]")];
  const cell = (row, column) => row.querySelector("summary, .summary").children[column]?.textContent.trim() || "";
  function sort(button) {
    const down = button.dataset.order === "up";
    const keys = new Map(rows.map((row) => [row, cell(row, Number(button.dataset.column)).replace(/^–$/, "")]));
    const order = new Intl.Collator(undefined, { numeric: true });
    const sorted = [...rows].sort((one, other) =>
      !keys.get(one) - !keys.get(other) || (down ? -1 : 1) * order.compare(keys.get(one), keys.get(other)));
    sorters.forEach((other) => { delete other.dataset.order; other.removeAttribute("aria-pressed"); });
    button.dataset.order = down ? "down" : "up";
    button.setAttribute("aria-pressed", "true");
    list.append(...sorted);
  }
  sorters.forEach((button) => button.addEventListener("click", () => sort(button)));
  document.querySelector(".columns-head").hidden = false;

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
  window.addEventListener("hashchange", () => open(location.hash.slice(1)));
  filter();
  open(location.hash.slice(1));
})();
