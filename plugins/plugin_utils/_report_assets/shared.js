// Copyright (c) 2026, the authors of azure_windows.activation
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// What every page has: it comes before the script of the page.
const find = (id) => document.getElementById(id);
const words = find("words").dataset;

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

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details.case:not([open])").forEach((one) => { one.open = true; });
});
