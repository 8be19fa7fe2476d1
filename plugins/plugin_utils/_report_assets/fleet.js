// Copyright (c) 2026, the authors of azure_windows.activation
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
(() => {
  const most = 200;
  const form = document.querySelector("form.filters");

  if (navigator.clipboard) document.querySelectorAll("pre.command").forEach(addCopy);
  if (!form) return;

  // Each line says how many characters a name shares with the one before, and the rest; all end alike.
  function unpacked([end, lines]) {
    let before = "";
    return lines === "" ? [] : lines.split("\n").map((line) => {
      before = before.slice(0, line.charCodeAt(0) - 48) + line.slice(1);
      return before + end;
    });
  }

  const index = JSON.parse(find("index").textContent);
  const rows = [];
  for (const [file, groups] of index.files) {
    let number = 0;
    for (const [cause, ...packed] of groups) {
      for (const name of unpacked(packed)) rows.push({ name, low: name.toLowerCase(), cause: index.causes[cause], href: `${file}#vm${number += 1}` });
    }
  }
  for (const name of unpacked(index.unanswered)) rows.push({ name, low: name.toLowerCase(), cause: null, href: null });
  const names = Object.fromEntries([...find("cause").options].map((one) => [one.value, one.textContent]));

  function shown(row) {
    const item = document.createElement("li");
    const name = document.createElement(row.href ? "a" : "span");
    name.textContent = row.name;
    if (row.href) name.href = row.href;
    item.append(name, ` ${row.cause === null ? words.unanswered : names[row.cause]}`);
    return item;
  }

  function filter() {
    const wanted = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const cause = find("cause").value;
    const fits = wanted.length || cause
      ? rows.filter((row) => (!cause || row.cause === cause) && wanted.every((word) => row.low.includes(word))) : [];
    find("found").replaceChildren(...fits.slice(0, most).map(shown));
    const output = find("shown");
    output.textContent = wanted.length || cause ? output.dataset.text.replace("%s", fits.length) : "";
    if (fits.length > most) output.textContent += ` ${output.dataset.more.replace("%s", most)}`;
  }

  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-name], a[data-cause]");
    if (!link) return;
    find("search").value = link.dataset.name || "";
    find("cause").value = link.dataset.cause || "";
    filter();
  });
})();
