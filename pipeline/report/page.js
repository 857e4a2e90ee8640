"use strict";
const marks = [...document.querySelectorAll(".e")];
const list = document.querySelector("#relations ul");
const hint = document.querySelector("#relations .hint");
const byId = new Map(marks.map((mark) => [mark.dataset.id, mark]));
const relations = marks.flatMap((mark) => (mark.dataset.to || "").split(" ").filter(Boolean).map((part) => {
  const [type, tail] = part.split(":");
  return { type, head: mark.dataset.id, tail };
}));
function line(relation) {
  const item = document.createElement("li");
  const type = document.createElement("span");
  type.className = "type";
  type.textContent = relation.type;
  const head = document.createElement("b"), tail = document.createElement("b");
  head.textContent = byId.get(relation.head).dataset.text;
  tail.textContent = byId.get(relation.tail).dataset.text;
  item.append(type, head, " → ", tail);
  return item;
}
function show(mark) {
  const own = relations.filter((r) => (r.head === mark.dataset.id || r.tail === mark.dataset.id) && byId.has(r.head) && byId.has(r.tail));
  marks.forEach((other) => other.classList.remove("linked"));
  own.forEach((r) => { byId.get(r.head).classList.add("linked"); byId.get(r.tail).classList.add("linked"); });
  hint.textContent = mark.title;
  list.replaceChildren(...own.map(line));
}
marks.forEach((mark) => {
  mark.addEventListener("mouseenter", (event) => { event.stopPropagation(); show(mark); });
  mark.addEventListener("focus", () => show(mark));
});
document.getElementById("show-removed").addEventListener("change", (event) => {
  document.body.classList.toggle("no-removed", !event.target.checked);
});
