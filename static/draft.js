/* What is typed into a [data-sheet] form stays in this browser until the server has it: a lost line, a closed tab or a session that ran out loses
   nothing. It is offered again on the next visit and sent with the token of what its writer saw, so that others' changes are never overwritten
   unseen. One draft a person and page.
   What only a button sends (inside [data-seen]: the token is that of the whole page) is put back and waits for its button. */
(() => {
  const sheet = document.querySelector("[data-sheet]");
  const words = document.getElementById("draft");
  if (!sheet || !words) return;
  const key = `draft ${sheet.dataset.sheet} ${location.pathname}`;
  const KEPT = 30 * 24 * 3600 * 1000;

  const read = () => {
    try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; }
  };
  const write = (draft) => {
    try {
      if (Object.keys(draft).length) localStorage.setItem(key, JSON.stringify(draft));
      else localStorage.removeItem(key);
    } catch { /* no room, or not allowed: the page works without */ }
  };
  const waits = (field) => field?.closest("[data-seen]")?.dataset.seen;
  const seenOf = (field) => document.getElementById(waits(field) ?? field?.id?.replace(/-[^-]+$/, "-seen"));
  const kept = (field) => field?.matches("input:not([type=hidden], [type=file]), textarea, select") && seenOf(field);
  const ticked = (field) => field.type === "checkbox" || field.type === "radio";
  const get = (field) => (ticked(field) ? field.checked : field.value);
  const set = (field, value) => {
    if (ticked(field)) field.checked = value;
    else field.value = value;
  };

  const nameOf = (field) => {
    const row = field.closest("[id]:not(input, textarea, select)")?.querySelector("summary")?.dataset.code ?? "";
    return (field.getAttribute("aria-label") ?? `${row} ${field.labels?.[0]?.textContent ?? field.id}`).trim();
  };

  const keep = ({ target }) => {
    if (!kept(target)) return;
    const draft = read();
    draft[target.id] = { value: get(target), name: nameOf(target), seen: draft[target.id]?.seen ?? seenOf(target).value, at: Date.now() };
    write(draft);
  };
  sheet.addEventListener("input", keep);
  sheet.addEventListener("change", keep, true); // before HTMX sends it

  /* The server has what was sent, unless the answer is the page for signing in, or its row says that it is not saved, or the field has changed since. */
  const refused = (field) => document.getElementById(field.id.replace(/-[^-]+$/, "-state"))?.classList.contains("is-bad");
  document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { requestConfig, xhr, successful, pathInfo } = detail;
    if (!successful || new URL(xhr.responseURL).pathname !== pathInfo.finalRequestPath.split("?")[0]) return;
    const draft = read();
    for (const name of new Set(requestConfig.formData.keys())) {
      for (const field of sheet.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (refused(field)) continue;
        if (ticked(field) || requestConfig.formData.get(name) === field.value) delete draft[field.id];
        else if (draft[field.id]) draft[field.id].seen = seenOf(field)?.value;
      }
    }
    write(draft);
  });
  sheet.addEventListener("submit", ({ submitter }) => {
    const draft = read();
    for (const [id, entry] of Object.entries(draft)) {
      entry.sent = navigator.onLine && (!waits(document.getElementById(id)) || Boolean(submitter?.closest("[data-seen]")));
    }
    write(draft);
  });

  /* Put fields back and let HTMX send them: one request for the fields that share a token; where the page takes several rows at once, one for all. */
  const send = (draft) => {
    const last = new Map();
    for (const [id, entry] of Object.entries(draft)) {
      const field = document.getElementById(id);
      if (!kept(field)) continue;
      set(field, entry.value);
      field.closest("details")?.setAttribute("open", "");
      if (waits(field)) continue;
      seenOf(field).value = entry.seen;
      last.set(seenOf(field).id, field);
    }
    const together = sheet.querySelector("[data-together]");
    if (together && last.size > 1) {
      const rows = [...last.keys()].map((id) => id.replace(/-seen$/, ""));
      const names = [...sheet.elements].map(({ name }) => name).filter((name) => rows.includes(name.replace(/-[^-]+$/, "")));
      together.dataset.cells = rows.join(" ");
      together.setAttribute("hx-params", [...new Set(names)].join(","));
      together.dispatchEvent(new Event("together"));
    } else for (const field of last.values()) field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  addEventListener("online", () => send(read()));

  /* What an earlier visit left: dropped where it has arrived or is too old, else offered. */
  const left = Object.fromEntries(Object.entries(read()).filter(([id, entry]) => {
    const field = document.getElementById(id);
    if (Date.now() - entry.at > KEPT) return false;
    if (!kept(field)) return !entry.sent;
    return get(field) !== entry.value && !(entry.sent && seenOf(field).value !== entry.seen);
  }));
  write(left);
  const entries = Object.entries(left);
  if (!entries.length) return;
  const note = words.content.cloneNode(true).firstElementChild;
  note.querySelector("[data-n]").textContent = entries.length;
  note.querySelector("time").textContent = new Date(Math.max(...entries.map(([, entry]) => entry.at))).toLocaleString("vi-VN", { dateStyle: "short", timeStyle: "short" });
  note.querySelector("ul").replaceChildren(...entries.map(([id, entry]) => {
    const item = document.createElement("li");
    const field = document.getElementById(id);
    item.textContent = `${field ? nameOf(field) : entry.name ?? id}: ${entry.value === true ? "✓" : entry.value || "–"}`;
    return item;
  }));
  const again = note.querySelector("[data-again]");
  again.hidden = !entries.some(([id]) => kept(document.getElementById(id)));
  note.querySelector("[data-closed]").hidden = !again.hidden;
  if (entries.every(([id]) => waits(document.getElementById(id)))) again.textContent = again.dataset.waits;
  again.addEventListener("click", () => { note.remove(); send(left); });
  note.querySelector("[data-drop]").addEventListener("click", () => { note.remove(); write({}); });
  sheet.before(note);
})();
