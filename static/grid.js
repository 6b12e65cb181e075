/* Keys of the appraisal grid: Enter saves and goes down, = copies the small number, Esc restores, Ctrl+S saves the table.
   And, since a cell is too narrow for words, what is wrong with cells is listed in the bar below. */
(() => {
  const sheet = document.querySelector("[data-sheet]");
  const grid = sheet?.querySelector(".grid");
  if (!grid) return;
  document.querySelector(".keys")?.removeAttribute("hidden");

  const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
  const below = (input) => {
    const cell = input.closest("td");
    for (let row = cell.parentElement.nextElementSibling; row; row = row.nextElementSibling) {
      const next = row.cells[cell.cellIndex]?.querySelector("input:not([type=hidden])");
      if (next) return next;
    }
    return null;
  };

  grid.addEventListener("focusin", (event) => {
    if (!event.target.matches("td input")) return;
    event.target.dataset.before ??= event.target.value;
    event.target.select();
  });
  grid.addEventListener("focusout", (event) => { delete event.target.dataset.before; });
  grid.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches("td input") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      const next = below(input);
      if (next) next.focus();
      else input.blur();
    } else if (event.key === "=") {
      event.preventDefault();
      const small = input.closest("td").querySelector(".self").textContent.trim();
      if (!/\d/.test(small) || small === input.value) return;
      input.value = small;
      changed(input);
      input.select();
    } else if (event.key === "Escape" && input.dataset.before !== undefined && input.value !== input.dataset.before) {
      event.preventDefault();
      input.value = input.dataset.before;
      changed(input);
      input.select();
    }
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    sheet.requestSubmit(sheet.querySelector(".submitbar .go"));
  });

  const news = document.getElementById("grid-news");
  sheet.addEventListener("scoring:marked", ({ detail: fresh }) => {
    if (!fresh.dataset.cell) return;
    const cell = document.getElementById(fresh.dataset.cell);
    if (fresh.dataset.diff !== undefined) cell.className = fresh.dataset.diff;
    const wrong = [...grid.querySelectorAll("[data-invalid=true]")];
    news?.replaceChildren(...wrong.map((mark) => {
      const item = document.createElement("li");
      const way = document.createElement("a");
      const input = document.getElementById(mark.dataset.field);
      way.href = `#${mark.dataset.field}`;
      way.textContent = input.getAttribute("aria-label");
      item.append(way, ": ", mark.textContent.replace(/\s+/g, " "));
      return item;
    }));
  });
})();
