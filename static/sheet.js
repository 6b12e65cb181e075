/* Pages with a [data-sheet] form: rows (criteria, indicators) are saved by HTMX as they are left. This adds what HTMX cannot know.
   Nothing here is needed to work: without it the buttons save the whole page. */
(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;

  /* A row whose saving did not reach the server says so beside itself; what was typed stays. */
  const fail = (event, signedOut) => {
    const several = event.target.dataset.cells?.split(" ").map((id) => document.getElementById(id));
    for (const block of several ?? [event.target.closest(".crit, tr[id], td[id], li[id]")]) failed(block, signedOut);
  };
  const failed = (block, signedOut) => {
    const news = document.getElementById(`${block?.id}-news`);
    if (!news) return;
    const note = document.getElementById("failed").content.cloneNode(true);
    note.querySelector("time").textContent = new Date().toTimeString().slice(0, 5);
    note.querySelector(signedOut ? ".offline" : ".signed-out").remove();
    if (news.dataset.field) {
      news.textContent = note.textContent.trim();
      news.dataset.invalid = "true";
      mark(news);
    } else news.replaceChildren(note);
    const state = document.getElementById(`${block.id}-state`);
    if (state) {
      const tag = document.getElementById("failed-tag").content.firstElementChild;
      state.className = tag.className;
      state.textContent = tag.textContent;
    }
  };
  sheet.addEventListener("htmx:sendError", (event) => fail(event, false));
  sheet.addEventListener("htmx:timeout", (event) => fail(event, false));
  sheet.addEventListener("htmx:responseError", (event) => fail(event, [401, 403].includes(event.detail.xhr.status)));
  /* Signed out meanwhile: the answer is the page for signing in, not ours. */
  sheet.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL).pathname === event.detail.pathInfo.finalRequestPath.split("?")[0]) return;
    event.detail.shouldSwap = false;
    fail(event, true);
  });

  /* Marks that stand on elements which must not be replaced while somebody uses them. */
  const mark = (fresh) => {
    const { field, invalid, locked } = fresh.dataset;
    if (field && invalid) document.getElementById(field)?.setAttribute("aria-invalid", "true");
    else if (field) document.getElementById(field)?.removeAttribute("aria-invalid");
    if (locked) document.getElementById("go")?.setAttribute("aria-disabled", locked);
    sheet.dispatchEvent(new CustomEvent("scoring:marked", { detail: fresh }));
  };
  document.body.addEventListener("htmx:oobAfterSwap", (event) => mark(document.getElementById(event.detail.target.id) || event.detail.target));

  /* A button pressed while rows are still on their way waits for them, so that it acts on what they bring back. */
  let underway = 0;
  let waiting = null;
  sheet.addEventListener("htmx:beforeRequest", () => { underway += 1; });
  sheet.addEventListener("htmx:afterRequest", () => {
    underway -= 1;
    if (underway || !waiting) return;
    const button = waiting;
    waiting = null;
    setTimeout(() => sheet.requestSubmit(button));
  });
  sheet.addEventListener("submit", (event) => {
    if (!underway) return;
    event.preventDefault();
    waiting = event.submitter;
  });

  /* A way to a field inside a folded row unfolds it. */
  const unfold = () => {
    const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    goal?.closest("details")?.setAttribute("open", "");
    if (goal?.matches("input, textarea")) goal.focus();
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
