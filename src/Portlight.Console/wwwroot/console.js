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
  if (event.target.closest("[data-theme-toggle]")) toggleTheme();
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
let hidden, paused = false;
document.addEventListener("visibilitychange", async () => {
  clearTimeout(hidden);
  if (document.visibilityState === "hidden") hidden = setTimeout(async () => { paused = await Blazor.pauseCircuit(); }, 300_000);
  else if (paused) { paused = false; if (!await Blazor.resumeCircuit()) location.reload(); }
});

await Blazor.start({ circuit: { reconnectionOptions: { retryIntervalMilliseconds: attempt => attempt < 2 ? 250 << attempt : attempt < 120 ? 1000 : null } } });
Blazor.addEventListener("enhancedload", applyTheme);
