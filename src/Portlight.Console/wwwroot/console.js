// The little that HTML and Blazor cannot do by themselves: theme, dialogs, the address, drafts, and what becomes of the connection.
const root = document.documentElement;

function applyTheme() {
  try { const theme = localStorage.getItem("theme"); if (theme === "light" || theme === "dark") root.dataset.theme = theme; } catch { }
}

function toggleTheme() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { }
}

document.addEventListener("click", event => {
  const hit = event.target.closest("[data-theme-toggle],[data-open],[data-close],[data-copy],[data-copy-address]");
  if (!hit) return;
  if ("themeToggle" in hit.dataset) toggleTheme();
  else if (hit.dataset.open) openPalette();
  else if ("close" in hit.dataset) hit.closest("dialog").close();
  else navigator.clipboard?.writeText("copyAddress" in hit.dataset ? location.href : hit.dataset.copy).then(() => { const word = hit.textContent; hit.textContent = "Copied"; setTimeout(() => hit.textContent = word, 1500); });
});

// The palette: what is found comes as a piece of a page, and the arrow keys go from one answer to the next.
let asked = 0, typing;
function openPalette() {
  const palette = document.getElementById("palette"), field = document.getElementById("palette-q");
  if (!palette || palette.open) return;
  palette.showModal();
  field.value = "";
  ask("");
}

async function ask(text) {
  const turn = ++asked, answer = await fetch(`/palette?q=${encodeURIComponent(text)}&region=${encodeURIComponent(document.getElementById("palette").dataset.region)}`, { redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.reload();
  else if (turn === asked && answer?.ok) document.getElementById("palette-answers").innerHTML = await answer.text();
}

document.addEventListener("input", event => {
  if (event.target.id !== "palette-q") return;
  clearTimeout(typing);
  typing = setTimeout(() => ask(event.target.value), 120);
});

document.addEventListener("keydown", event => {
  if ((event.metaKey || event.ctrlKey) && event.key === "k") { event.preventDefault(); openPalette(); return; }
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  const palette = event.target.closest?.("#palette");
  if (!palette) return;
  const links = [...palette.querySelectorAll("a")], at = links.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? document.getElementById("palette-q") : links[Math.min(next, links.length - 1)])?.focus();
  } else if (event.key === "Enter" && at < 0) { event.preventDefault(); links[0]?.click(); }
});

document.addEventListener("click", event => {
  if (event.target.closest("#palette a")) document.getElementById("palette").close();
  if (event.target.closest("#more a")) document.getElementById("more").hidePopover();
  // A menu is shut by a choice of it, and by what is done elsewhere.
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target) || event.target.closest("[data-shut]")) menu.open = false;
});

// Called by pages; a store that a browser forbids holds nothing.
window.portlight = {
  address: url => history.replaceState(history.state, "", url),
  keep: (key, text) => { try { text === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, text); } catch { } },
  kept: key => { try { return sessionStorage.getItem(key); } catch { return null; } },
  open: id => { const dialog = document.getElementById(id); if (dialog && !dialog.open) dialog.showModal(); },
  close: id => document.getElementById(id)?.close(),
};

const modal = document.getElementById("components-reconnect-modal");
modal.addEventListener("components-reconnect-state-changed", event => {
  const state = event.detail.state;
  if (state === "show") { if (!modal.open) modal.showModal(); asking ??= setInterval(askSession, 1000); }
  else if (state === "hide") { clearInterval(asking); asking = undefined; modal.close(); }
  else if (state === "failed") document.addEventListener("visibilitychange", retry);
  else if (state === "rejected") location.reload();
});

// A console that was restarted knows nobody: its answer leads elsewhere, and this page goes there, to come back.
let asking;
async function askSession() {
  try { if ((await fetch("/session", { redirect: "manual" })).type === "opaqueredirect") { clearInterval(asking); location.reload(); } } catch { }
}

async function retry() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", retry);
  try { if (!await Blazor.reconnect() && !await Blazor.resumeCircuit()) location.reload(); else modal.close(); }
  catch { document.addEventListener("visibilitychange", retry); }
}

// A tab that nobody has seen for five minutes costs the console nothing; it goes on when it is seen again.
let hidden, pausing;
document.addEventListener("visibilitychange", async () => {
  clearTimeout(hidden);
  if (document.visibilityState === "hidden") hidden = setTimeout(() => { pausing = Blazor.pauseCircuit(); }, 300_000);
  else if (pausing) {
    // It may be seen again while it is still being paused.
    const paused = await pausing;
    pausing = undefined;
    if (paused && !await Blazor.resumeCircuit()) location.reload();
  }
});

await Blazor.start({ circuit: { reconnectionOptions: { retryIntervalMilliseconds: attempt => attempt < 2 ? 250 << attempt : attempt < 120 ? 1000 : null } } });
Blazor.addEventListener("enhancedload", applyTheme);
