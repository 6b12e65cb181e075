/* Files of evidence, sent one after another: each with its progress, what became of it, and a button to send it again.
   Nothing here is needed to work: without it the form sends all files at once. */
(() => {
  const form = document.querySelector("[data-evidence]");
  if (!form) return;
  const list = document.getElementById("sending");
  const words = (name) => document.getElementById("sending-words").content.querySelector(`.${name}`).textContent;
  let queue = Promise.resolve();
  let waiting = 0;

  /* Resolves when the file is through, whatever became of it, so that the next one starts. */
  const send = (row, file, data) => new Promise((done) => {
    const [bar, said, again] = ["progress", ".said", "button"].map((part) => row.querySelector(part));
    const say = (text, mark) => {
      said.textContent = text;
      said.className = mark ? `said tag ${mark}` : "said";
    };
    const end = (text, mark) => {
      bar.hidden = true;
      again.hidden = mark === "is-ok";
      say(text, mark);
      done();
    };
    data.delete("upload");
    data.append("upload", file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.upload.addEventListener("load", () => say(words("checking")));
    request.addEventListener("load", () => {
      const ours = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
      if (!ours) return end(words(request.status < 500 ? "signed-out" : "offline"), "is-bad");
      end(request.responseText, request.status === 200 ? "is-ok" : "is-bad");
      if (request.status === 200) document.body.dispatchEvent(new CustomEvent("evidence:sent"));
    });
    request.addEventListener("error", () => end(words("offline"), "is-bad"));
    request.addEventListener("abort", () => end(words("offline"), "is-bad"));
    say(words("sending"));
    request.send(data);
  });

  const enqueue = (row, file) => {
    const data = new FormData(form);
    row.querySelector("button").hidden = true;
    Object.assign(row.querySelector("progress"), { hidden: false, value: 0 });
    if (file.size > Number(form.dataset.largest)) {
      row.querySelector("progress").hidden = true;
      Object.assign(row.querySelector(".said"), { textContent: words("large"), className: "said tag is-bad" });
      return;
    }
    waiting += 1;
    queue = queue.then(() => send(row, file, data)).then(() => { waiting -= 1; });
  };

  form.addEventListener("submit", (event) => {
    const input = form.querySelector("input[type=file]");
    const day = form.querySelector("[name=stands_for]");
    if (!input.files.length || !day.value.trim()) return; // the server says what is missing
    event.preventDefault();
    for (const file of input.files) {
      const row = document.getElementById("sending-row").content.firstElementChild.cloneNode(true);
      row.querySelector("b").textContent = file.name;
      row.querySelector("button").addEventListener("click", () => enqueue(row, file));
      list.append(row);
      enqueue(row, file);
    }
    input.value = "";
  });

  addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
})();
