// The tables: drawn from the data of the page, a few rows at a time; and the view of one document.
const tables = JSON.parse(document.getElementById("tables").textContent);
const STEP = 10, MORE = 200;
const numberFormat = new Intl.NumberFormat("en");

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}
function percent(share) { return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`; }
function hasView(number) { return document.getElementById(`d${number}`) !== null; }
function link(text, number) {
  const made = element("a", "", text);
  made.href = `#d${number}`;
  return made;
}
// kind of cell -> what it shows; only text nodes are made, so nothing that a page says can become markup
const cells = {
  text: (value) => [value],
  number: (value) => [numberFormat.format(value)],
  share: (value) => {
    const meter = element("span", "meter", element("i"));
    meter.firstChild.style.width = `${Math.round(100 * value)}%`;
    return [percent(value), meter];
  },
  percent: (value) => [percent(value)],
  names: (value) => value.map((name) => element("span", "chip", name)),
  counts: (value) => value.map(([name, count]) => element("span", "chip", name, " ", element("small", "", `×${numberFormat.format(count)}`))),
  status: (value) => [element("span", `pill ${value}`, value)],
  document: ([name, number]) => [hasView(number) ? link(name, number) : name],
  examples: (value) => value.map(([text, number]) => element("p", "example", element("span", "", text), ...(hasView(number) ? [" ", link(`document ${number}`, number)] : []))),
};
// kind of cell -> what it is sorted by
function key(value, kind) {
  if (["number", "share", "percent"].includes(kind)) return value ?? -1;
  if (kind === "document") return value[0].toLowerCase();
  if (kind === "counts") return value.reduce((sum, [, count]) => sum + count, 0);
  if (kind === "names" || kind === "examples") return value.length;
  return String(value ?? "").toLowerCase();
}
function words(value) {
  return Array.isArray(value) ? value.map(words).join(" ") : typeof value === "number" ? "" : String(value ?? "").toLowerCase();
}

class Table {
  constructor(place, { columns, rows, total }) {
    Object.assign(this, { place, columns, rows, total, shown: STEP, sort: null, found: rows });
    this.search = null;
    if (!rows.length) { place.append(element("p", "none", "none")); return; }
    this.count = element("span", "count");
    this.input = element("input");
    this.input.type = "search";
    this.input.placeholder = "filter: all words must be in the row";
    this.input.setAttribute("aria-label", `Filter ${place.dataset.table}`);
    this.input.addEventListener("input", () => { this.shown = STEP; this.filter(); });
    this.head = element("tr");
    this.body = element("tbody");
    this.more = element("button", "more");
    this.more.addEventListener("click", () => { this.shown += MORE; this.draw(); });
    columns.forEach(([label, kind], i) => this.head.append(this.heading(label, kind, i)));
    const grid = element("table", "grid", element("thead", "", this.head), this.body);
    place.append(element("div", "find", this.input, this.count), element("div", "scroll", grid), this.more);
    this.draw();
  }
  heading(label, kind, i) {
    const button = element("button", "", label);
    button.type = "button";
    const cell = element("th", kind, button);
    cell.scope = "col";
    button.addEventListener("click", () => this.sortBy(i, cell));
    return cell;
  }
  filter() {
    this.search ??= this.rows.map(words);
    const wanted = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const place = new Map(this.rows.map((row, i) => [row, i]));
    this.found = (this.sorted ?? this.rows).filter((row) => wanted.every((word) => this.search[place.get(row)].includes(word)));
    this.draw();
  }
  sortBy(i, cell) {
    const kind = this.columns[i][1];
    const words = ["text", "document", "status"].includes(kind);
    const down = this.sort?.i === i ? !this.sort.down : !words;
    this.sort = { i, down };
    [...this.head.children].forEach((other) => other.removeAttribute("aria-sort"));
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = this.rows.map((row) => [key(row[i], kind), row]);
    keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1));
    this.sorted = keyed.map(([, row]) => row);
    this.filter();
  }
  row(row) {
    return element("tr", "", ...this.columns.map(([label, kind], i) => {
      const value = row[i], empty = value === null || value === "" || (Array.isArray(value) && !value.length);
      const cell = element("td", empty ? `${kind} void` : value === 0 ? `${kind} zero` : kind, element("div", "", ...(empty ? [] : cells[kind](value))));
      cell.dataset.label = label;
      return cell;
    }));
  }
  draw() {
    this.body.replaceChildren(...this.found.slice(0, this.shown).map((row) => this.row(row)));
    const left = this.found.length - this.shown;
    this.more.hidden = left <= 0;
    this.more.textContent = `show ${numberFormat.format(Math.min(left, MORE))} more`;
    const listed = this.total > this.rows.length ? ` (the first ${numberFormat.format(this.rows.length)} of ${numberFormat.format(this.total)} are listed)` : "";
    this.count.textContent = `${numberFormat.format(this.found.length)} of ${numberFormat.format(this.rows.length)}${listed}`;
  }
}
for (const place of document.querySelectorAll("[data-table]")) new Table(place, tables[place.dataset.table]);

// One document: unpacked when it is asked for. Its HTML was escaped when the report was made.
const overview = document.getElementById("overview"), one = document.getElementById("one"), view = document.getElementById("view");
let before = 0;
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
}
async function route() {
  const number = /^#d(\d+)$/.exec(location.hash)?.[1];
  const packed = number && document.getElementById(`d${number}`);
  if (!packed) {
    if (one.hidden) return;
    one.hidden = true;
    overview.hidden = false;
    view.replaceChildren();
    scrollTo({ top: before, behavior: "instant" });
    return;
  }
  if (one.hidden) before = scrollY;
  try {
    const parsed = new DOMParser().parseFromString(await unpack(packed.textContent), "text/html");
    view.replaceChildren(...parsed.body.childNodes);
    wire(view);
  } catch (error) {
    view.replaceChildren(element("p", "notice", `This browser cannot unpack the document (${error.message}). A newer one can; or: pharmaclean report FILE.`));
  }
  overview.hidden = true;
  one.hidden = false;
  const heading = view.querySelector("h1, .notice");  // where a reader by keyboard or by ear goes on
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}
addEventListener("hashchange", route);
route();
if (one.hidden && location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });  // the tables came after the browser looked
