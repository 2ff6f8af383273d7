
// Small helps that a page can do without: showing a password, copying, printing.

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button-quiet button-small";
  made.textContent = words;
  made.addEventListener("click", () => act(made));
  return made;
}

for (const input of document.querySelectorAll("input[data-secret]")) {
  const show = button("Show", (made) => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    made.textContent = shown ? "Hide" : "Show";
    made.setAttribute("aria-pressed", String(shown));
  });
  show.setAttribute("aria-label", `Show the ${input.dataset.secret}`);
  show.setAttribute("aria-pressed", "false");
  input.after(show);
  // What was shown must not stay in the browser's memory of typed texts.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}

for (const block of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  block.append(button("Copy", async (made) => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    made.textContent = "Copied";
    setTimeout(() => { made.textContent = "Copy"; }, 2000);
  }));
}

for (const print of document.querySelectorAll("[data-print]")) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
