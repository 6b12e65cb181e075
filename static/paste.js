/* A block from a spreadsheet, pasted into a cell of the grid: its values go into the cells to the right and below, and are saved in one go.
   Where a column asks for "part/whole", a count beside another count is taken as its whole: the sheets of districts have two columns for it. */
(() => {
  const grid = document.querySelector("[data-sheet] .grid");
  const button = document.getElementById("pasted");
  if (!grid || !button) return;

  const count = /^\s*\d[\d.]*\s*$/;
  grid.addEventListener("paste", (event) => {
    const start = event.target;
    if (!start.matches("td input")) return;
    const lines = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    if (lines.length === 1 && lines[0].length === 1) return;
    event.preventDefault();
    const touched = [];
    let row = start.closest("tr");
    for (const line of lines) {
      if (!row) break;
      let at = start.closest("td").cellIndex;
      for (let i = 0; i < line.length; i += 1, at += 1) {
        const input = row.cells[at]?.querySelector("input:not([type=hidden])");
        if (!input) break;
        let text = line[i].trim();
        if (input.dataset.ratio !== undefined && count.test(text) && count.test(line[i + 1] ?? "")) {
          text = `${text}/${line[i + 1].trim()}`;
          i += 1;
        }
        if (!text || text === input.value) continue;
        input.value = text;
        touched.push(input.closest("td").id);
      }
      row = row.nextElementSibling;
    }
    if (!touched.length) return;
    button.dataset.cells = touched.join(" ");
    button.dispatchEvent(new CustomEvent("grid:pasted"));
  });
})();
