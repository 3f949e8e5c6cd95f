// The admin's side of App Bridge: tokens, navigation, the menu, loading, and the state in which the app does not open.

import { answer, frame, handle, on, read, tell } from "./wire.js";
import { clear, confirmLeaving, saveBarShown } from "./overlays.js";
import "./picker.js";

const base = `/store/${handle}/apps/${document.body.dataset.app}`;
const bar = document.getElementById("loading");
const failed = document.getElementById("failed");
const menuPlace = document.getElementById("app-menu");
const home = document.getElementById("app-home");
let menu = { items: [], home: "/" };
let path = "/";
let silence = 0;
let heard = 0; // how often a page said that it is there: a slow one may do so while its silence is looked into

answer("id-token", () => read("_token"));
answer("user", async () => (await read("_staff")).user);
answer("scopes", async () => (await read("_staff")).scopes);

// --- is the app there?

const loading = (yes) => { bar.hidden = !yes; };

function showFailed(said) {
  loading(false);
  document.getElementById("failed-said").textContent = said;
  failed.hidden = false;
}

/** The frame has loaded something; if App Bridge stays silent in it, say what is wrong. */
async function listenIn() {
  clearTimeout(silence);
  silence = setTimeout(async () => {
    const before = heard;
    const probe = await read("_probe").catch((error) => ({ answers: false, said: error.message }));
    if (heard !== before) return;
    showFailed(probe.answers ? `The page opened, but App Bridge is not on it. ${probe.said}` : probe.said);
  }, 4000);
}

frame.addEventListener("load", () => failed.hidden && bar.hidden === false && listenIn());
document.getElementById("failed-again").addEventListener("click", () => location.reload());

on("ready", (page) => {
  clearTimeout(silence);
  heard += 1;
  if (page.bouncing) return;
  failed.hidden = true;
  loading(false);
  arrive(page);
});
on("leaving", () => {
  clear();
  loading(true);
  listenIn();
});
on("bounced", () => {
  document.body.dataset.bounces = Number(document.body.dataset.bounces || 0) + 1; // tests count them
});
on("failed", ({ reason }) => showFailed(reason));
on("loading", ({ on: yes }) => loading(yes));

// --- where the app is

function arrive({ path: now, title }) {
  path = now;
  // Replaced, never pushed: the frame's own history already has the entry, and the browser's back walks that one.
  history.replaceState(null, "", base + (now === "/" ? "" : now));
  document.title = `${title || "App"} · Sandbox admin`;
  markMenu();
}
on("path", arrive);

async function goTo(href) {
  if (saveBarShown() && !(await confirmLeaving())) return;
  tell("navigate", { href });
}

function link({ href, label }) {
  const made = Object.assign(document.createElement("a"), { href: base + href, textContent: label });
  made.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    goTo(href);
  });
  made.dataset.path = href.split("?")[0];
  return made;
}

/** The menu's longest entry that the path begins with is the current one; none: the app's name is. */
function markMenu() {
  const here = path.split(/[?#]/)[0];
  const links = [...menuPlace.querySelectorAll("a")];
  const fitting = links.filter((one) => here === one.dataset.path || here.startsWith(`${one.dataset.path.replace(/\/$/, "")}/`));
  const current = fitting.filter((one) => one.dataset.path !== "/").sort((a, b) => b.dataset.path.length - a.dataset.path.length)[0];
  for (const one of [...links, home]) one.removeAttribute("aria-current");
  (current || home).setAttribute("aria-current", "page");
}

on("menu", (told) => {
  menu = told;
  menuPlace.replaceChildren(...menu.items.map(link));
  markMenu();
});
home.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!failed.hidden) return; // an ordinary reload
  event.preventDefault();
  goTo(menu.home);
});

// --- out of the app: shopify://admin/…

const PLACES = ["orders", "products", "customers", "subscriptions"];
on("open", ({ path: wanted, target }) => {
  const [, noun, number] = wanted.split("/");
  const known = PLACES.includes(noun) ? `/${noun}${number ? `/${number}` : ""}` : wanted.startsWith("/apps/") ? wanted : "";
  const address = `/store/${handle}${known}`;
  if (target === "_blank") window.open(address, "_blank");
  else location.assign(address);
});

// The frame opens only now that everything above listens: an early "ready" would be lost.
frame.src = frame.dataset.src;
listenIn();
