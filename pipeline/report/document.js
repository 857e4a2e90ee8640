"use strict";
// Makes the view of one document answer: relations of the word that is pointed at, and the switch for removed text.
function wire(root) {
  const marks = [...root.querySelectorAll(".e")];
  const list = root.querySelector(".relations ul");
  const hint = root.querySelector(".relations .hint");
  const byId = new Map(marks.map((mark) => [mark.dataset.id, mark]));
  const relations = marks.flatMap((mark) => (mark.dataset.to || "").split(" ").filter(Boolean).map((part) => {
    const [type, tail] = part.split(":");
    return { type, head: mark.dataset.id, tail };
  })).filter((r) => byId.has(r.head) && byId.has(r.tail));
  function line(relation) {
    const item = document.createElement("li");
    const type = document.createElement("span");
    type.className = "type";
    type.textContent = relation.type.toLowerCase().replaceAll("_", " ");
    const head = document.createElement("b"), tail = document.createElement("b");
    head.textContent = byId.get(relation.head).textContent;
    tail.textContent = byId.get(relation.tail).textContent;
    item.append(type, head, " → ", tail);
    return item;
  }
  function show(mark) {
    const own = relations.filter((r) => r.head === mark.dataset.id || r.tail === mark.dataset.id);
    marks.forEach((other) => other.classList.remove("linked"));
    own.forEach((r) => { byId.get(r.head).classList.add("linked"); byId.get(r.tail).classList.add("linked"); });
    hint.textContent = mark.title;
    list.replaceChildren(...own.map(line));
  }
  marks.forEach((mark) => {
    mark.addEventListener("mouseenter", (event) => { event.stopPropagation(); show(mark); });
    mark.addEventListener("focus", () => show(mark));
  });
  root.querySelector(".show-removed").addEventListener("change", (event) => {
    root.querySelector(".page").classList.toggle("no-removed", !event.target.checked);
  });
}
