// Navigation: the frame's path shows in the admin's address, the app's links show in the admin's menu, and the
// admin's menu moves the frame.

for (const name of ["s-app-nav", "ui-nav-menu"]) customElements.define(name, class extends HTMLElement {});

function tellPath() {
  if (!bouncing) tell("path", { path: appPath(), title: document.title });
}

for (const method of ["pushState", "replaceState"]) {
  const plain = history[method];
  history[method] = function (...args) {
    plain.apply(this, args);
    tellPath();
  };
}
window.addEventListener("popstate", tellPath);
window.addEventListener("hashchange", tellPath);

/** Links of the app's menu. rel="home" names the home page and is not listed (Shopify docs: "App nav"). */
function menu() {
  const links = [...document.querySelectorAll("s-app-nav [href], ui-nav-menu [href]")];
  const plain = (link) => ({ href: appPath(link.getAttribute("href")), label: link.textContent.trim() });
  return {
    items: links.filter((link) => link.getAttribute("rel") !== "home").map(plain),
    home: appPath(links.find((link) => link.getAttribute("rel") === "home")?.getAttribute("href") || "/"),
  };
}

let toldMenu = "";
function tellMenu() {
  const now = document.querySelector("s-app-nav, ui-nav-menu") ? menu() : null;
  if (!now || bouncing || JSON.stringify(now) === toldMenu) return;
  toldMenu = JSON.stringify(now);
  tell("menu", now);
}

/** Moves the frame: `shopify:navigate` first, which an app may take over; else an ordinary click on the link. */
function navigateTo(href) {
  const links = [...document.querySelectorAll("s-app-nav [href], ui-nav-menu [href]")];
  let link = links.find((one) => appPath(one.getAttribute("href")) === href);
  const passing = !link;
  if (passing) {
    link = document.createElement("a");
    link.setAttribute("href", href);
    link.hidden = true;
    document.body.append(link);
  }
  const untaken = link.dispatchEvent(new CustomEvent("shopify:navigate", { bubbles: true, cancelable: true }));
  if (untaken) (link.shadowRoot?.querySelector("a") || link).click();
  if (passing) setTimeout(() => link.remove());
}
hear("navigate", ({ href }) => navigateTo(href));

const ofAdmin = (href) => /^shopify:(\/\/)?admin(\/|$)/.test(href);
const toAdmin = (href, target) => tell("open", { path: href.replace(/^shopify:(\/\/)?admin\/?/, "/"), target });

const plainOpen = window.open.bind(window);
window.open = function (address = "", target = "", ...more) {
  if (ofAdmin(String(address))) return void toAdmin(String(address), target || "_blank");
  if (String(address).startsWith("app:")) return plainOpen(String(address).replace(/^app:\/*/, "/"), "_self");
  return plainOpen(address, target, ...more);
};

document.addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node.localName === "a" && node.hasAttribute("href"));
  const href = link?.getAttribute("href") || "";
  if (event.defaultPrevented || !ofAdmin(href)) return;
  event.preventDefault();
  toAdmin(href, link.target || "_top");
});
