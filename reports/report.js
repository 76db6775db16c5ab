// Filters, sorting and printing. Every page is complete without it.
"use strict";
for (const form of document.querySelectorAll("form[data-filters]")) {
  const items = [...document.querySelectorAll(`#${form.dataset.filters} > [data-item]`)];
  const search = form.querySelector("[data-search]");
  const choices = [...form.querySelectorAll("[data-choice]")];
  const count = form.querySelector("[data-count]");
  const texts = new Map(items.map((item) => [item, item.textContent.normalize("NFC").toLowerCase()]));
  const apply = () => {
    const wanted = search.value.normalize("NFC").toLowerCase().trim();
    let shown = 0;
    for (const item of items) {
      const fits = texts.get(item).includes(wanted)
        && choices.every((choice) => !choice.value || item.dataset[choice.dataset.choice] === choice.value);
      item.hidden = !fits;
      shown += fits;
    }
    count.textContent = `${count.dataset.count} ${shown} / ${items.length}`;
  };
  // A link to what says which severity or group it stands for, shows those alone.
  const choose = () => {
    const { chooses, value } = document.getElementById(location.hash.slice(1))?.dataset ?? {};
    if (form.hidden || !chooses) return;
    for (const choice of choices) choice.value = choice.dataset.choice === chooses ? value : "";
    search.value = "";
    apply();
    form.scrollIntoView();
  };
  form.hidden = items.length < 2;
  form.addEventListener("input", apply);
  addEventListener("hashchange", choose);
  choose();
  form.addEventListener("submit", (event) => event.preventDefault());
}
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  if (body.rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
      const rows = [...body.rows].sort((a, b) => collator.compare(key(a), key(b)) * (up ? 1 : -1));
      body.append(...rows);
    });
  });
}
let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const part of closed) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of closed) part.open = false;
});
const openTarget = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();
